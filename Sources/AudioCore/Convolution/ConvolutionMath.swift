import CKernels

/// Frames of one power of two of numbers as spectra and back, in the kernels of this machine.
///
/// The order of a spectrum is private to the kernels; the product of two is a convolution whose end wraps round with the sign turned.
final class SpectralTransform<R: Sample> {
  private let transform: OpaquePointer
  /// Numbers of a frame and of its spectrum.
  let frame: Int

  init(frame: Int) {
    guard let transform = sk_transform_create(frame, R.self == Double.self) else {
      preconditionFailure("no transform of \(frame) numbers")
    }
    self.transform = transform
    self.frame = frame
  }

  deinit { sk_transform_destroy(transform) }

  /// `frame` numbers are read and written.
  func forward(_ input: UnsafePointer<R>, _ spectrum: UnsafeMutablePointer<R>) {
    // SAFETY: the transform was made for numbers of type R; the caller lends `frame` of them at both addresses.
    let (source, target) = (UnsafeRawPointer(input), UnsafeMutableRawPointer(spectrum))
    if R.self == Double.self {
      sk_transform_forward_f64(
        transform, source.assumingMemoryBound(to: Double.self), target.assumingMemoryBound(to: Double.self))
    } else {
      sk_transform_forward_f32(
        transform, source.assumingMemoryBound(to: Float.self), target.assumingMemoryBound(to: Float.self))
    }
  }

  /// The frame times half its length; the spectrum is destroyed.
  func inverse(_ spectrum: UnsafeMutablePointer<R>, _ output: UnsafeMutablePointer<R>) {
    // SAFETY: as in `forward`.
    let (source, target) = (UnsafeMutableRawPointer(spectrum), UnsafeMutableRawPointer(output))
    if R.self == Double.self {
      sk_transform_inverse_f64(
        transform, source.assumingMemoryBound(to: Double.self), target.assumingMemoryBound(to: Double.self))
    } else {
      sk_transform_inverse_f32(
        transform, source.assumingMemoryBound(to: Float.self), target.assumingMemoryBound(to: Float.self))
    }
  }

  /// Forward, times a spectrum, and inverse; the numbers from `place` on, a multiple of `placeMultiple`, go to the output.
  func convolve(
    _ input: UnsafePointer<R>, _ response: UnsafePointer<R>, scratch: UnsafeMutablePointer<R>,
    into output: UnsafeMutablePointer<R>, from place: Int
  ) {
    // SAFETY: as in `forward`; the output has room for `frame - place` numbers.
    let (source, response) = (UnsafeRawPointer(input), UnsafeRawPointer(response))
    let (scratch, target) = (UnsafeMutableRawPointer(scratch), UnsafeMutableRawPointer(output))
    if R.self == Double.self {
      sk_transform_convolve_f64(
        transform, source.assumingMemoryBound(to: Double.self), response.assumingMemoryBound(to: Double.self),
        scratch.assumingMemoryBound(to: Double.self), target.assumingMemoryBound(to: Double.self), place)
    } else {
      sk_transform_convolve_f32(
        transform, source.assumingMemoryBound(to: Float.self), response.assumingMemoryBound(to: Float.self),
        scratch.assumingMemoryBound(to: Float.self), target.assumingMemoryBound(to: Float.self), place)
    }
  }

  static var placeMultiple: Int { Int(SK_TRANSFORM_PLACES) }

  /// Adds the products of pairs of spectra to a sum, or begins the sum with them.
  func accumulate(
    _ sum: UnsafeMutablePointer<R>, _ signals: UnsafeMutablePointer<UnsafePointer<R>>,
    _ responses: UnsafeMutablePointer<UnsafePointer<R>>, count: Int, fresh: Bool
  ) {
    // SAFETY: both tables hold `count` addresses of spectra of this transform; a pointer is an optional pointer that is there.
    let (sum, signals, responses) = (
      UnsafeMutableRawPointer(sum), UnsafeRawPointer(signals), UnsafeRawPointer(responses)
    )
    if R.self == Double.self {
      sk_spectrum_accumulate_f64(
        sum.assumingMemoryBound(to: Double.self), signals.assumingMemoryBound(to: UnsafePointer<Double>?.self),
        responses.assumingMemoryBound(to: UnsafePointer<Double>?.self), count, frame, fresh)
    } else {
      sk_spectrum_accumulate_f32(
        sum.assumingMemoryBound(to: Float.self), signals.assumingMemoryBound(to: UnsafePointer<Float>?.self),
        responses.assumingMemoryBound(to: UnsafePointer<Float>?.self), count, frame, fresh)
    }
  }
}

/// The other inner loops of convolution on numbers of one type.
enum ConvolutionMath<R: Sample> {
  /// The direct form for `frames` numbers; `count - 1` stand before the first of the input.
  static func direct(
    _ output: UnsafeMutablePointer<R>, _ input: UnsafePointer<R>, _ taps: UnsafePointer<R>, count: Int, frames: Int
  ) {
    // SAFETY: the caller lends what the kernel reads and writes, as numbers of type R.
    let (output, input, taps) = (UnsafeMutableRawPointer(output), UnsafeRawPointer(input), UnsafeRawPointer(taps))
    if R.self == Double.self {
      sk_direct_f64(
        output.assumingMemoryBound(to: Double.self), input.assumingMemoryBound(to: Double.self),
        taps.assumingMemoryBound(to: Double.self), count, frames)
    } else {
      sk_direct_f32(
        output.assumingMemoryBound(to: Float.self), input.assumingMemoryBound(to: Float.self),
        taps.assumingMemoryBound(to: Float.self), count, frames)
    }
  }

  static func add(_ output: UnsafeMutablePointer<R>, _ input: UnsafePointer<R>, frames: Int) {
    // SAFETY: as in `direct`.
    let (output, input) = (UnsafeMutableRawPointer(output), UnsafeRawPointer(input))
    if R.self == Double.self {
      sk_add_f64(output.assumingMemoryBound(to: Double.self), input.assumingMemoryBound(to: Double.self), frames)
    } else {
      sk_add_f32(output.assumingMemoryBound(to: Float.self), input.assumingMemoryBound(to: Float.self), frames)
    }
  }

  static func clear(_ numbers: UnsafeMutablePointer<R>, count: Int) {
    // SAFETY: the caller lends `count` numbers; all bits zero are the number 0. Bytes, since a loop over an unknown type is slow.
    UnsafeMutableRawPointer(numbers).initializeMemory(
      as: UInt8.self, repeating: 0, count: count * MemoryLayout<R>.stride)
  }

  static func copy(_ target: UnsafeMutablePointer<R>, from source: UnsafePointer<R>, count: Int) {
    // SAFETY: as in `clear`; the two may overlap.
    UnsafeMutableRawPointer(target).copyMemory(
      from: UnsafeRawPointer(source), byteCount: count * MemoryLayout<R>.stride)
  }

  static func isEqual(_ numbers: UnsafePointer<R>, _ others: UnsafePointer<R>, count: Int) -> Bool {
    if numbers == others { return true }
    // SAFETY: as in `clear`; both begin at a multiple of their element's size, and Float needs no more alignment than UInt32.
    let words = count * MemoryLayout<R>.stride / MemoryLayout<UInt32>.stride
    let (a, b) = (
      UnsafeRawPointer(numbers).assumingMemoryBound(to: UInt32.self),
      UnsafeRawPointer(others).assumingMemoryBound(to: UInt32.self)
    )
    for index in 0..<words where a[index] != b[index] { return false }
    return true
  }

  /// From `output` to `other` along an eased ramp of `length` frames, of which `done` are past.
  static func crossfade(
    _ output: UnsafeMutablePointer<R>, to other: UnsafePointer<R>, frames: Int, done: Int, length: Int
  ) {
    let ramp = Ramp(frames: length)
    for frame in 0..<frames { output[frame] += (other[frame] - output[frame]) * R(ramp.share(at: done + frame)) }
  }
}

/// The channels of a block as a convolver reads and writes them, whatever the type of their samples.
struct ConvolutionBlock {
  private let table: UnsafeRawPointer
  private let offset: Int
  private let isDouble: Bool

  /// - Parameter block: stays lent for as long as this value is used.
  init<S: Sample>(_ block: borrowing AudioBlock<S>) {
    table = UnsafeRawPointer(block.table)
    offset = block.offset
    isDouble = S.self == Double.self
  }

  private func address(_ channel: Int, _ frame: Int) -> UnsafeMutableRawPointer {
    // SAFETY: the table holds an address for every channel that a convolver was made for, which its caller checks.
    let start = table.assumingMemoryBound(to: UnsafeMutableRawPointer.self)[channel]
    return start + (offset + frame) * (isDouble ? 8 : 4)
  }

  /// The frames of a channel from one on, where they are numbers of type R; nil where they are of the other type.
  func numbers<R: Sample>(_ channel: Int, from frame: Int, as type: R.Type) -> UnsafeMutablePointer<R>? {
    // SAFETY: samples of the block are of this type where the question says so.
    isDouble == (R.self == Double.self) ? address(channel, frame).assumingMemoryBound(to: R.self) : nil
  }

  /// Reads frames of a channel as numbers of type R.
  func read<R: Sample>(_ channel: Int, from frame: Int, into target: UnsafeMutablePointer<R>, frames: Int) {
    let source = address(channel, frame)
    let bytes = UnsafeMutableRawPointer(target)
    // SAFETY: the block holds these frames, and the caller lends room for as many numbers.
    if isDouble == (R.self == Double.self) {
      bytes.copyMemory(from: source, byteCount: frames * MemoryLayout<R>.stride)
    } else {
      sk_widen(bytes.assumingMemoryBound(to: Double.self), source.assumingMemoryBound(to: Float.self), frames)
    }
  }

  /// Writes numbers of type R to frames of a channel.
  func write<R: Sample>(_ channel: Int, at frame: Int, from source: UnsafePointer<R>, frames: Int) {
    let target = address(channel, frame)
    let bytes = UnsafeRawPointer(source)
    // SAFETY: as in `read`.
    if isDouble == (R.self == Double.self) {
      target.copyMemory(from: bytes, byteCount: frames * MemoryLayout<R>.stride)
    } else {
      sk_narrow(target.assumingMemoryBound(to: Float.self), bytes.assumingMemoryBound(to: Double.self), frames)
    }
  }
}
