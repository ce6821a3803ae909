import AudioCore

extension Container {
  /// Chooses the encoding of a file to be written.
  ///
  /// * An encoding that was asked for is taken, or refused with a list of what the container can hold.
  /// * One inherited from the source is kept when the container holds it. Otherwise the nearest one that loses nothing
  ///   is taken: the smallest integer that is as deep, then Float (up to 24 bits), then Double. Sources that were
  ///   decoded by a lossy codec count as Float, or as 24-bit integers where the container has no Float. When all that
  ///   the container can hold loses something, the choice is refused: depth is never dropped in silence. A container of
  ///   lossy codecs alone (Ogg, MP3) is a decision that its extension has already made.
  /// * Without a source, Float or Double is written as the samples are, or the deepest integer that the container
  ///   holds.
  /// - Throws: `AudioFileError` of reason `.encoding` or `.format`.
  public func chooseEncoding(
    asked: SampleEncoding?, inherited: SampleEncoding?, codec: SampleEncoding? = nil, sampleType: SampleType,
    format: StreamFormat, path: String
  ) throws(AudioFileError) -> SampleEncoding {
    guard let rate = Int32(exactly: format.sampleRate) else {
      throw AudioFileError(
        .format, path: path, problem: "a file cannot hold a sample rate of \(format.sampleRate) Hz",
        remedy: "Choose a whole number of hertz")
    }
    let held = encodings(sampleRate: Int(rate), channels: format.channels)
    guard !held.isEmpty else {
      throw AudioFileError(
        .format, path: path, problem: "\(rawValue) cannot hold \(format.channels) channels at \(rate) Hz",
        remedy: "Choose another container\(self == .wav ? "" : ", such as .wav"), or change the rate or the channels")
    }
    if let asked {
      guard held.contains(asked), codec == nil || codec == asked else {
        throw AudioFileError(
          .encoding, path: path,
          problem: "\(rawValue) cannot hold \(asked.rawValue) for \(format.channels) channels at \(rate) Hz",
          remedy: "Ask for one of \((codec.map { [$0] } ?? held).map(\.rawValue).joined(separator: ", "))")
      }
      return asked
    }
    if let codec {
      guard held.contains(codec) else {
        throw AudioFileError(
          .format, path: path, problem: "\(codec.rawValue) cannot hold \(format.channels) channels at \(rate) Hz",
          remedy: codec == .opus ? "Resample to 48000 Hz, or choose another container" : "Choose another container")
      }
      return codec
    }
    if let inherited, held.contains(inherited) { return inherited }
    if !held.contains(where: \.isLossless) {
      for codec in [SampleEncoding.vorbis, .mp3] where held.contains(codec) { return codec }
      return held[0]
    }
    guard let inherited else { return undecided(held, sampleType: sampleType) }
    if let nearest = Self.nearest(to: inherited, in: held) { return nearest }
    throw AudioFileError(
      .encoding, path: path, problem: "\(rawValue) cannot hold the source's \(inherited.rawValue) without loss",
      remedy: "Ask for one of \(held.map(\.rawValue).joined(separator: ", ")), or choose another container")
  }

  private func undecided(_ held: [SampleEncoding], sampleType: SampleType) -> SampleEncoding {
    let natural: SampleEncoding = sampleType == .float64 ? .f64 : .f32
    if held.contains(natural) { return natural }
    return held.filter(\.isLossless).max { $0.precisionBits < $1.precisionBits } ?? held[0]
  }

  private static func nearest(to source: SampleEncoding, in held: [SampleEncoding]) -> SampleEncoding? {
    let plain: [SampleEncoding] = [.u8, .s8, .s16, .s24, .s32, .f32, .f64]
    let bits = source.precisionBits
    let decoded = !source.isLossless && bits == 24
    let isFloat = decoded || source == .f32 || source == .f64
    return plain.first { candidate in
      guard held.contains(candidate) else { return false }
      if let integer = candidate.integerBits { return !isFloat && integer >= bits }
      return candidate.precisionBits >= bits
    } ?? (decoded && held.contains(.s24) ? .s24 : nil)
  }
}
