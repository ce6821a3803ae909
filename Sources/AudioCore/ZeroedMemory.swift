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

  /// Allocates; where the system has no such memory the program stops.
  convenience init(byteCount: Int, alignment: Int) {
    guard let block = Self.allocated(byteCount, alignment) else {
      preconditionFailure("no memory for \(byteCount) bytes")
    }
    self.init(block)
  }

  /// Allocates as much as a user asked for; nil where the system has no such memory.
  convenience init?(ifThereIsMemoryFor byteCount: Int, alignment: Int) {
    guard let block = Self.allocated(byteCount, alignment) else { return nil }
    self.init(block)
  }

  private typealias Block = (start: UnsafeMutableRawPointer, base: UnsafeMutableRawPointer, mappedBytes: Int)

  private init(_ block: Block) { (start, base, mappedBytes) = block }

  private static func allocated(_ byteCount: Int, _ alignment: Int) -> Block? {
    guard byteCount <= .max - 2 * hugePage - alignment else { return nil }
    #if os(Linux)
      if byteCount >= hugePage {
        // A last huge page that is nearly full is taken whole.
        let whole = (byteCount + hugePage - 1) / hugePage * hugePage
        let used = whole - byteCount <= byteCount / 8 ? whole : byteCount
        let length = used + hugePage
        let memory = mmap(nil, length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
        guard let memory, memory != UnsafeMutableRawPointer(bitPattern: -1) else { return nil }
        let start = memory.alignedUp(toMultipleOf: hugePage)
        // A hint: without it the memory works as well, more slowly.
        _ = madvise(start, used, adviseHugePages)
        return (start, memory, length)
      }
    #endif
    guard let memory = calloc(1, byteCount + alignment) else { return nil }
    return (memory.alignedUp(toMultipleOf: alignment), memory, 0)
  }

  deinit {
    if mappedBytes > 0 {
      munmap(base, mappedBytes)
    } else {
      free(base)
    }
  }
}
