import AudioCore
import CSndfile

/// A kind of audio file.
public enum Container: String, Sendable, Hashable, Codable, CaseIterable {
  case wav, rf64, w64, aiff, au, caf, flac, ogg, mpeg
  case voc, paf, svx, nist, avr, htk, ircam, mat4, mat5, pvf, xi, sds, mpc2k, wve, sd2

  /// libsndfile's number of the container.
  package var major: Int32 {
    let value =
      switch self {
      case .wav: SF_FORMAT_WAV
      case .rf64: SF_FORMAT_RF64
      case .w64: SF_FORMAT_W64
      case .aiff: SF_FORMAT_AIFF
      case .au: SF_FORMAT_AU
      case .caf: SF_FORMAT_CAF
      case .flac: SF_FORMAT_FLAC
      case .ogg: SF_FORMAT_OGG
      case .mpeg: SF_FORMAT_MPEG
      case .voc: SF_FORMAT_VOC
      case .paf: SF_FORMAT_PAF
      case .svx: SF_FORMAT_SVX
      case .nist: SF_FORMAT_NIST
      case .avr: SF_FORMAT_AVR
      case .htk: SF_FORMAT_HTK
      case .ircam: SF_FORMAT_IRCAM
      case .mat4: SF_FORMAT_MAT4
      case .mat5: SF_FORMAT_MAT5
      case .pvf: SF_FORMAT_PVF
      case .xi: SF_FORMAT_XI
      case .sds: SF_FORMAT_SDS
      case .mpc2k: SF_FORMAT_MPC2K
      case .wve: SF_FORMAT_WVE
      case .sd2: SF_FORMAT_SD2
      }
    return Int32(value)
  }

  /// The container of a libsndfile format number.
  package init?(format: Int32) {
    let major = format & sndfile(SF_FORMAT_TYPEMASK)
    if major == sndfile(SF_FORMAT_WAVEX) {
      self = .wav
      return
    }
    guard let match = Self.allCases.first(where: { $0.major == major }) else { return nil }
    self = match
  }

  /// The tags that libsndfile takes for the container without a word and does not write.
  var tagsForgotten: Set<Metadata.Tag> {
    switch self {
    case .wav, .rf64: [.license]
    case .aiff: [.date, .album, .license, .trackNumber, .genre]
    case .mpeg: [.copyright, .software, .license]
    default: []
    }
  }

  /// The file name extensions that ask for the container, the usual one first; none for SD2, which keeps half of itself
  /// in a resource fork and is read only.
  public var extensions: [String] {
    switch self {
    case .wav: ["wav", "wave", "bwf"]
    case .aiff: ["aiff", "aif", "aifc"]
    case .au: ["au", "snd"]
    case .ogg: ["ogg", "oga", "opus"]
    case .mpeg: ["mp3"]
    case .svx: ["iff", "svx", "8svx"]
    case .nist: ["nist", "sph"]
    case .ircam: ["sf", "ircam"]
    case .mat4: ["mat4"]
    case .mat5: ["mat", "mat5"]
    case .mpc2k: ["mpc"]
    case .sd2: []
    default: [rawValue]
    }
  }

  /// What a path's extension asks for: a container, and the codec that an extension such as `opus` names.
  /// - Throws: `AudioFileError` of reason `.unknownExtension` that lists the known ones.
  public static func forPath(_ path: String) throws(AudioFileError) -> (container: Container, codec: SampleEncoding?) {
    let name = path.split(separator: "/").last.map(String.init) ?? ""
    let parts = name.split(separator: ".", omittingEmptySubsequences: false)
    let suffix = parts.count > 1 ? parts.last.map { $0.lowercased() } ?? "" : ""
    if ["raw", "pcm"].contains(suffix) {
      throw AudioFileError(
        .unknownExtension, path: path, problem: "a headerless file does not say what it holds",
        remedy: "Name the sample form, rate and channels of raw data, or choose a container such as .wav")
    }
    guard let container = allCases.first(where: { $0.extensions.contains(suffix) }), container.isWritable else {
      let known = allCases.filter(\.isWritable).flatMap(\.extensions).sorted().joined(separator: ", ")
      throw AudioFileError(
        .unknownExtension, path: path,
        problem: suffix.isEmpty
          ? "has no extension to name a container" : "the extension \"\(suffix)\" names no container",
        remedy: "Use one of \(known)")
    }
    return (container, suffix == "opus" ? .opus : nil)
  }

  /// Whether libsndfile on this machine can write the container at all.
  public var isWritable: Bool { self != .sd2 && !encodings().isEmpty }

  /// The encodings that the container can hold for a rate and a channel count, or for any when none is given.
  public func encodings(sampleRate: Int? = nil, channels: Int? = nil) -> [SampleEncoding] {
    SampleEncoding.allCases.filter { encoding in
      let rates = sampleRate.map { [$0] } ?? [48_000, 44_100, 8_000]
      let counts = channels.map { [$0] } ?? [1, 2]
      return rates.contains { rate in counts.contains { holds(encoding, sampleRate: rate, channels: $0) } }
    }
  }

  /// Whether the container holds an encoding at a rate and a channel count.
  public func holds(_ encoding: SampleEncoding, sampleRate: Int, channels: Int) -> Bool {
    guard let rate = Int32(exactly: sampleRate), let count = Int32(exactly: channels) else { return false }
    guard !Self.unreliable.contains(encoding), self != .sds, encoding != .mp3 || self == .mpeg else { return false }
    var info = SF_INFO()
    info.samplerate = rate
    info.channels = count
    info.format = major | encoding.subtype
    guard sf_format_check(&info) != 0 else { return false }
    return encoding != .opus || [8_000, 12_000, 16_000, 24_000, 48_000].contains(sampleRate)
  }

  // What passes libsndfile's check of a format and yet does not come back: MPEG layers I and II and 12-bit DWVW have no
  // encoder, ALAC beyond 16 bits garbles loud samples, MP3 inside WAV is not read again, and SDS loses its last block
  // (libsndfile 1.2.0).
  private static let unreliable: Set<SampleEncoding> = [.mp1, .mp2, .dwvw12, .alac20, .alac24, .alac32]

  /// The most bytes of audio that fit; nil when sizes are 64 bits wide or the container is a stream.
  package var maximumBytes: Int? {
    switch self {
    // Sizes of 32 bits, some of them signed, less room for the chunks around the audio.
    case .wav: 0xFFFF_FFFF - 0x10_0000
    case .aiff, .au, .svx, .voc, .avr, .htk, .mat4, .mat5, .sds, .mpc2k, .wve, .xi: 0x7FFF_FFFF - 0x10_0000
    default: nil
    }
  }
}
