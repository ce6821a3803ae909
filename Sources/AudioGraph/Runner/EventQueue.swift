import AudioCore

/// Scheduled parameter events of one stage, in the order of their positions, in memory allocated once.
final class EventQueue {
  private struct Scheduled {
    var position: Int64
    var parameter: Int
    var value: Double
  }

  private let capacity: Int
  private let waiting: UnsafeMutablePointer<Scheduled>
  private let block: UnsafeMutablePointer<ParameterEvent>
  private var count = 0

  init(capacity: Int) {
    self.capacity = max(capacity, 1)
    waiting = .allocate(capacity: self.capacity)
    block = .allocate(capacity: self.capacity)
  }

  deinit {
    waiting.deallocate()
    block.deallocate()
  }

  var isEmpty: Bool { count == 0 }

  /// Adds an event behind those of the same position.
  /// - Returns: false when there is no room.
  func insert(parameter: Int, value: Double, at position: Int64) -> Bool {
    guard count < capacity else { return false }
    var place = count
    // SAFETY: places are below `count`, and `count` below `capacity`; the types are trivial.
    while place > 0 && waiting[place - 1].position > position {
      waiting[place] = waiting[place - 1]
      place -= 1
    }
    waiting[place] = Scheduled(position: position, parameter: parameter, value: value)
    count += 1
    return true
  }

  /// Hands over the events up to the end of a block, with frames counted from its start, and forgets them.
  func withEvents<R>(from position: Int64, frames: Int, _ body: (UnsafeBufferPointer<ParameterEvent>) -> R) -> R {
    var due = 0
    while due < count && waiting[due].position < position + Int64(frames) {
      let event = waiting[due]
      block[due] = ParameterEvent(
        frame: Int(max(0, event.position - position)), parameter: event.parameter, value: event.value)
      due += 1
    }
    for index in due..<max(due, count) { waiting[index - due] = waiting[index] }
    count -= due
    // SAFETY: the first `due` events were just written.
    return body(UnsafeBufferPointer(start: UnsafePointer(block), count: due))
  }

  func clear() { count = 0 }
}
