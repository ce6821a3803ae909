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

  private final class Slots: Sendable {
    let s0 = Atomic<UInt>(0), s1 = Atomic<UInt>(0), s2 = Atomic<UInt>(0), s3 = Atomic<UInt>(0)
    let s4 = Atomic<UInt>(0), s5 = Atomic<UInt>(0), s6 = Atomic<UInt>(0), s7 = Atomic<UInt>(0)

    func visit(_ body: (borrowing Atomic<UInt>) -> Void) {
      body(s0)
      body(s1)
      body(s2)
      body(s3)
      body(s4)
      body(s5)
      body(s6)
      body(s7)
    }

    func claim(_ address: UInt) -> Int? {
      var index = 0
      var found: Int?
      visit { (slot: borrowing Atomic<UInt>) in
        if found == nil, slot.compareExchange(expected: 0, desired: address, ordering: .releasing).exchanged {
          found = index
        }
        index += 1
      }
      return found
    }

    func clear(_ wanted: Int) {
      var index = 0
      visit { (slot: borrowing Atomic<UInt>) in
        if index == wanted { slot.store(0, ordering: .releasing) }
        index += 1
      }
    }
  }
}
