import CKernels

/// The forms of interleaved PCM that are converted to and from samples: little-endian, without padding.
public enum PCMFormat: String, Sendable, Hashable, Codable, CaseIterable {
  case s16le, s24le, s32le, f32le, f64le

  /// Bytes one sample takes.
  public var byteCount: Int {
    switch self {
    case .s16le: 2
    case .s24le: 3
    case .s32le, .f32le: 4
    case .f64le: 8
    }
  }

  /// Bits of an integer form; nil for the floating-point forms, which neither clip nor take dither.
  public var integerBits: Int? {
    switch self {
    case .s16le: 16
    case .s24le: 24
    case .s32le: 32
    case .f32le, .f64le: nil
    }
  }

  fileprivate var kernel: sk_pcm_format {
    switch self {
    case .s16le: SK_PCM_S16
    case .s24le: SK_PCM_S24
    case .s32le: SK_PCM_S32
    case .f32le: SK_PCM_F32
    case .f64le: SK_PCM_F64
    }
  }
}

/// Triangular noise of ±1 least significant bit, one independent stream a channel.
///
/// Equal seeds give equal noise, however a stream is cut into blocks.
public struct TriangularDither: Sendable {
  private var streams: [sk_dither]

  /// Starts the streams of all channels from one seed.
  public init(channels: Int, seed: UInt64) {
    precondition(channels > 0, "dither for \(channels) channels")
    streams = Array(repeating: sk_dither(), count: channels)
    sk_dither_seed(&streams, channels, seed)
  }

  fileprivate var channels: Int { streams.count }

  fileprivate mutating func withStreams<R>(_ body: (UnsafeMutablePointer<sk_dither>?) -> R) -> R {
    streams.withUnsafeMutableBufferPointer { body($0.baseAddress) }
  }
}

extension AudioBlock {
  /// Fills the block from interleaved PCM; integers are divided by 2^(bits - 1), which is exact in Double.
  ///
  /// The bytes need not be aligned and must hold all frames of the block.
  public func decode(_ pcm: PCMFormat, from bytes: UnsafeRawBufferPointer) {
    guard frames > 0, channels > 0 else { return }
    let needed = frames * channels * pcm.byteCount
    precondition(bytes.count >= needed, "\(bytes.count) bytes of PCM for \(needed)")
    // SAFETY: the table names `channels` runs that hold `offset + frames` samples while lent; the source's size was
    // checked.
    let out = UnsafeRawPointer(table).assumingMemoryBound(to: UnsafeMutableRawPointer?.self)
    let done =
      S.self == Float.self
      ? sk_pcm_to_f32(pcm.kernel, bytes.baseAddress, channels, out, offset, frames)
      : sk_pcm_to_f64(pcm.kernel, bytes.baseAddress, channels, out, offset, frames)
    precondition(done, "no kernel for \(pcm)")
  }

  /// Writes the block as interleaved PCM: rounded to nearest and saturated; NaN becomes 0 in the integer forms.
  ///
  /// Dither is added before rounding in the integer forms.
  /// - Returns: how many samples were clipped; NaN counts as one.
  public func encode(
    _ pcm: PCMFormat, into bytes: UnsafeMutableRawBufferPointer, dither: inout TriangularDither?
  ) -> Int {
    guard frames > 0, channels > 0 else { return 0 }
    let needed = frames * channels * pcm.byteCount
    precondition(bytes.count >= needed, "\(bytes.count) bytes for \(needed) of PCM")
    precondition(
      dither.map { $0.channels == channels } ?? true, "dither for another number of channels than \(channels)")
    // SAFETY: the table names `channels` runs that hold `offset + frames` samples while lent; the target's size was
    // checked.
    let source = UnsafeRawPointer(table).assumingMemoryBound(to: UnsafeRawPointer?.self)
    let convert: (UnsafeMutablePointer<sk_dither>?) -> Int = { [channels, offset, frames] streams in
      S.self == Float.self
        ? sk_pcm_from_f32(pcm.kernel, bytes.baseAddress, channels, source, offset, frames, streams)
        : sk_pcm_from_f64(pcm.kernel, bytes.baseAddress, channels, source, offset, frames, streams)
    }
    return dither?.withStreams(convert) ?? convert(nil)
  }
}
