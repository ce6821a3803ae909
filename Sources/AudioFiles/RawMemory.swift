/// Raw memory with an owner.
final class RawMemory {
  let bytes: UnsafeMutableRawBufferPointer
  init(count: Int) { bytes = .allocate(byteCount: max(count, 64), alignment: 64) }
  deinit { bytes.deallocate() }
}
