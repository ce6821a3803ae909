import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// The temporary files that exist under a name right now, for a signal handler to remove.
public enum TemporaryFiles {
  // Each slot holds the address of a C string that is never freed while it stands here: a handler may read it at any
  // moment.
  private static let slots = Slots()

  /// Removes all of them. Safe in a signal handler: it takes no lock and allocates nothing.
  public static func removeAll() {
    slots.visit { (slot: borrowing Atomic<UInt>) in
      if let name = UnsafePointer<CChar>(bitPattern: slot.load(ordering: .acquiring)) { _ = unlink(name) }
    }
  }

  /// Prepares the registry, so that a handler finds it made. Called by each registration too.
  public static func prepare() { _ = slots }

  /// Enters a path; nil when all places are taken, and the file is then left to a later run.
  static func enter(_ path: String) -> Entry? {
    guard let name = strdup(path) else { return nil }
    let address = UInt(bitPattern: name)
    if let index = slots.claim(address) { return Entry(index: index, address: address) }
    free(name)
    return nil
  }

  static func leave(_ entry: Entry) {
    slots.clear(entry.index)
    // The string stays allocated: a handler on another thread may be reading it. It is a few bytes a file.
  }

  struct Entry {
    fileprivate let index: Int
    fileprivate let address: UInt
  }

  private struct Slots: @unchecked Sendable {
    // Sendable because the words are atomic and never freed. As many as a batch has files open at a time, and some more.
    private static var count: Int { 128 }
    private let words: UnsafeMutablePointer<Atomic<UInt>>

    init() {
      words = .allocate(capacity: Self.count)
      for index in 0..<Self.count { (words + index).initialize(to: Atomic<UInt>(0)) }
    }

    func visit(_ body: (borrowing Atomic<UInt>) -> Void) {
      for index in 0..<Self.count { body(words[index]) }
    }

    func claim(_ address: UInt) -> Int? {
      (0..<Self.count).first {
        words[$0].compareExchange(expected: 0, desired: address, ordering: .releasing).exchanged
      }
    }

    func clear(_ index: Int) { words[index].store(0, ordering: .releasing) }
  }
}
