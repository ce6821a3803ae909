import Accelerator
import AudioCore

/// A driver that computes nothing, fails at a chosen call, and knows what was not given back.
enum MockDriver {
  struct State {
    var calls = 0
    /// The call that fails, counted from 1; 0 for none.
    var failing = 0
    var live: Set<UInt> = []
    var next: UInt = 0x1000
    var wrongReleases = 0
    /// Whether OpenCL's device has shared virtual memory.
    var sharesMemory = false
    /// Whether work never ends, and nobody may wait for it.
    var neverEnds = false
    /// Graphs that were recorded.
    var captures = 0
  }

  static let state = Locked(State())

  static func start(failingAt call: Int, sharesMemory: Bool = false) {
    state.withLock { $0 = State(failing: call, sharesMemory: sharesMemory) }
  }
  static var liveCount: Int { state.withLock { $0.live.count + $0.wrongReleases } }
  static var hasFailed: Bool { state.withLock { $0.failing > 0 && $0.calls >= $0.failing } }

  /// Counts a call; true when it is the one that fails.
  static func fails() -> Bool {
    state.withLock { state in
      state.calls += 1
      return state.calls == state.failing
    }
  }

  static func make() -> UInt {
    state.withLock { state in
      state.next += 0x10
      state.live.insert(state.next)
      return state.next
    }
  }

  static func release(_ handle: UInt) {
    state.withLock { state in
      if state.live.remove(handle) == nil { state.wrongReleases += 1 }
    }
  }

  static func device(_ interface: ComputeDevice.Interface) -> ComputeDevice.Search {
    ComputeDevice.search { asked in
      guard asked == interface else { return nil }
      return interface == .cuda ? { cuda($0) } : { openCL($0) }
    }
  }
}

typealias Handle = UnsafeMutableRawPointer
typealias Out = UnsafeMutablePointer<UnsafeMutableRawPointer?>?
func pointer<F>(_ function: F) -> UnsafeMutableRawPointer {
  unsafeBitCast(function, to: UnsafeMutableRawPointer.self)
}
func word(_ handle: Handle?) -> UInt { UInt(bitPattern: handle) }
