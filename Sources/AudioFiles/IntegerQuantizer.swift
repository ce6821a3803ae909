import AudioCore

/// Rounds samples to integers of any depth, as the 16- or 32-bit integers that libsndfile takes, or packed 24-bit ones.
///
/// Depths of 16, 24 and 32 bits are the kernels'; the others are scaled down to them, rounded there, clipped and moved
/// to the top bits.
struct IntegerQuantizer<S: Sample> {
  /// Samples that were clipped, or were NaN, so far.
  private(set) var clipped = 0
  private let bits: Int
  private let wide: Bool
  private let form: PCMFormat
  private var dither: TriangularDither?
  private let scaled: SampleBuffer<S>?
  private let packed: RawMemory?

  /// Makes a quantizer whose results have the form of `exchange`.
  init(bits: Int, exchange: PCMFormat, channels: Int, capacity: Int, dither: TriangularDither?) {
    self.bits = bits
    wide = exchange == .s32le
    self.dither = dither
    form = bits <= 16 ? .s16le : bits <= 24 ? .s24le : .s32le
    scaled = form.integerBits == bits ? nil : SampleBuffer(channels: channels, capacity: capacity)
    packed = form == .s24le && exchange == .s32le ? RawMemory(count: channels * capacity * 3) : nil
  }

  /// Rounds a block into interleaved integers in host order.
  mutating func quantize(_ block: borrowing AudioBlock<S>, into bytes: UnsafeMutableRawBufferPointer) {
    guard let scaled else { return convert(block, into: bytes) }
    let spare = (form.integerBits ?? bits) - bits
    scaled.withBlock(frames: block.frames) { low in
      block.scale(by: 1 / Double(1 << spare), into: low)
      convert(low, into: bytes)
    }
    clip(bytes, count: block.frames * block.channels, spare: spare)
  }

  private mutating func convert(_ block: borrowing AudioBlock<S>, into bytes: UnsafeMutableRawBufferPointer) {
    guard let packed else {
      clipped += block.encode(form, into: bytes, dither: &dither)
      return
    }
    clipped += block.encode(form, into: packed.bytes, dither: &dither)
    let count = block.frames * block.channels
    precondition(bytes.count >= count * 4 && packed.bytes.count >= count * 3, "\(count) samples")
    // SAFETY: both sizes were checked.
    let source = packed.bytes.baseAddress.unsafelyUnwrapped.assumingMemoryBound(to: UInt8.self)
    let target = bytes.baseAddress.unsafelyUnwrapped.assumingMemoryBound(to: UInt32.self)
    for index in 0..<count {
      let byte = source + 3 * index
      target[index] = UInt32(byte[0]) << 8 | UInt32(byte[1]) << 16 | UInt32(byte[2]) << 24
    }
  }

  // The kernel clips at its own depth, which lies `spare` bits above this one.
  private mutating func clip(_ bytes: UnsafeMutableRawBufferPointer, count: Int, spare: Int) {
    let limit = 1 << (bits - 1)
    let below = wide ? 8 : 0
    for index in 0..<count {
      let offset = index * (wide ? 4 : 2)
      let value =
        wide
        ? Int(bytes.load(fromByteOffset: offset, as: Int32.self)) >> below
        : Int(bytes.load(fromByteOffset: offset, as: Int16.self))
      let held = max(-limit, min(limit - 1, value))
      if held != value { clipped += 1 }
      if wide {
        bytes.storeBytes(of: Int32(held << (below + spare)), toByteOffset: offset, as: Int32.self)
      } else {
        bytes.storeBytes(of: Int16(held << spare), toByteOffset: offset, as: Int16.self)
      }
    }
  }
}
