/// When the last blocks of input came in, so that the callback can tell how long a block took until it went out again.
struct RoundTripStamps: ~Copyable {
  private static var capacity: Int { @_noLocks @_noAllocation get { 1_024 } }

  private let ends: UnsafeMutablePointer<Int>
  private let times: UnsafeMutablePointer<Int64>
  private var written = 0
  private var read = 0

  init() {
    ends = .allocate(capacity: Self.capacity)
    times = .allocate(capacity: Self.capacity)
    ends.initialize(repeating: 0, count: Self.capacity)
    times.initialize(repeating: 0, count: Self.capacity)
  }

  deinit {
    ends.deallocate()
    times.deallocate()
  }

  /// Notes when the input up to a position came in.
  @_noLocks @_noAllocation
  mutating func note(end: Int, at time: Int64) {
    ends[written & (RoundTripStamps.capacity &- 1)] = end
    times[written & (RoundTripStamps.capacity &- 1)] = time
    written &+= 1
    if written &- read > RoundTripStamps.capacity { read = written &- RoundTripStamps.capacity }
  }

  /// When the input before a position came in; negative when that is not known.
  @_noLocks @_noAllocation
  mutating func time(ofInputBefore position: Int) -> Int64 {
    while read < written {
      let slot = read & (RoundTripStamps.capacity &- 1)
      if ends[slot] >= position { return times[slot] }
      read &+= 1
    }
    return -1
  }
}
