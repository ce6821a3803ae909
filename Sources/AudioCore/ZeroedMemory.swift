#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Zeroed memory that is not touched before it is used, and that lies in huge pages where it is large.
///
/// A long recording would else be written twice, and its first use would stop at every 4 KiB page.
final class ZeroedMemory {
  /// The first byte, aligned as asked.
  let start: UnsafeMutableRawPointer
  private let base: UnsafeMutableRawPointer
  private let mappedBytes: Int

  private static let hugePage = 2 << 20
  // Linux's MADV_HUGEPAGE, which the C library's module does not import.
  private static let adviseHugePages: Int32 = 14

  init(byteCount: Int, alignment: Int) {
    #if os(Linux)
      if byteCount >= 2 * Self.hugePage {
        let length = byteCount + Self.hugePage
        let memory = mmap(nil, length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
        guard let memory, memory != UnsafeMutableRawPointer(bitPattern: -1) else {
          preconditionFailure("no memory for \(byteCount) bytes")
        }
        base = memory
        mappedBytes = length
        start = memory.alignedUp(toMultipleOf: Self.hugePage)
        // A hint: without it the memory works as well, more slowly.
        _ = madvise(start, byteCount, Self.adviseHugePages)
        return
      }
    #endif
    guard let memory = calloc(1, byteCount + alignment) else { preconditionFailure("no memory for \(byteCount) bytes") }
    base = memory
    mappedBytes = 0
    start = memory.alignedUp(toMultipleOf: alignment)
  }

  deinit {
    if mappedBytes > 0 {
      munmap(base, mappedBytes)
    } else {
      free(base)
    }
  }
}
