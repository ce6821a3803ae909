/// The responses that a convolver runs, those that it is fading to, and those that wait until that is done.
///
/// New ones are copied into memory that is there already, so that taking them neither allocates nor frees.
final class FadingResponses<R: Sample> {
  let layout: ResponseLayout
  // Keeps the memory of the first responses.
  private let first: PreparedResponses
  private let copies: ZeroedMemory
  private var currentCopy: Int?
  private var nextCopy: Int?
  private var waitingCopy: Int?
  /// What is heard.
  private(set) var current: UnsafePointer<R>
  /// What will be heard, while there is a fade ahead or under way.
  private(set) var next: UnsafePointer<R>?
  /// The frame at which the next responses came to be that.
  private(set) var began = 0
  /// Restored responses, in the places behind the present ones, that are not heard yet.
  private var restored = 0

  init(_ prepared: PreparedResponses) {
    first = prepared
    layout = prepared.layout
    current = prepared.numbers(as: R.self)
    copies = ZeroedMemory(byteCount: 3 * layout.count * MemoryLayout<R>.stride, alignment: 64)
  }

  /// Takes new responses of the same layout at a frame; the last ones given are those that will be heard in the end.
  /// - Returns: whether a fade has to begin.
  @_specialize(where R == Float)
  @_specialize(where R == Double)
  func offer(_ prepared: PreparedResponses, at position: Int) -> Bool {
    precondition(prepared.layout == layout, "responses of another layout")
    let numbers = prepared.numbers(as: R.self)
    if waitingCopy == nil && ConvolutionMath.isEqual(numbers, next ?? current, count: layout.count) { return false }
    // A waiting one that nobody has heard yet is replaced.
    let place = waitingCopy ?? freeCopy()
    let copy = address(place)
    ConvolutionMath.copy(copy, from: numbers, count: layout.count)
    guard next == nil else {
      waitingCopy = place
      return false
    }
    nextCopy = place
    next = UnsafePointer(copy)
    began = position
    return true
  }

  /// Makes the next responses the present ones, at a frame.
  /// - Returns: whether another fade has to begin.
  func finishFade(at position: Int) -> Bool {
    guard let next else { return false }
    current = next
    currentCopy = nextCopy
    nextCopy = waitingCopy
    waitingCopy = nil
    if let nextCopy {
      self.next = UnsafePointer(address(nextCopy))
      began = position
      return true
    }
    self.next = nil
    return false
  }

  /// Goes to the last responses given, at once.
  func settle() { while next != nil { _ = finishFade(at: 0) } }

  private func freeCopy() -> Int {
    // Three places for what is heard, what comes and what waits: one is free whenever nothing waits.
    var place = 0
    while place == currentCopy || place == nextCopy { place += 1 }
    return place
  }

  private func address(_ place: Int) -> UnsafeMutablePointer<R> {
    // SAFETY: the memory holds three times `layout.count` numbers, zero to begin with.
    copies.start.assumingMemoryBound(to: R.self) + place * layout.count
  }

  /// Copies what another one holds: what is heard, what comes and what waits. [worker]
  func takeState(of other: FadingResponses<R>) {
    let own = first.numbers(as: R.self)
    if ConvolutionMath.isEqual(own, other.current, count: layout.count) {
      (current, currentCopy) = (own, nil)
    } else {
      ConvolutionMath.copy(address(0), from: other.current, count: layout.count)
      (current, currentCopy) = (UnsafePointer(address(0)), 0)
    }
    (next, nextCopy, waitingCopy) = (nil, nil, nil)
    if let theirs = other.next {
      ConvolutionMath.copy(address(1), from: theirs, count: layout.count)
      (next, nextCopy) = (UnsafePointer(address(1)), 1)
    }
    if let waiting = other.waitingCopy {
      ConvolutionMath.copy(address(2), from: UnsafePointer(other.address(waiting)), count: layout.count)
      waitingCopy = 2
    }
    (began, restored) = (other.began, 0)
  }

  // MARK: State

  /// Writes the responses that are not those it was made with: what is heard, what comes and what waits.
  func saveState(into writer: inout StateWriter) {
    let isChanged = currentCopy != nil || next != nil
    writer.write(isChanged ? 1 + (next == nil ? 0 : 1) + (waitingCopy == nil ? 0 : 1) : 0)
    writer.write(began)
    guard isChanged else { return }
    writer.write(UnsafeBufferPointer(start: current, count: layout.count))
    if let next { writer.write(UnsafeBufferPointer(start: next, count: layout.count)) }
    if let waitingCopy { writer.write(UnsafeBufferPointer(start: address(waitingCopy), count: layout.count)) }
  }

  /// Reads what `saveState` wrote; what was coming and waiting is taken up again by `resumeFade` and `resumeWaiting`.
  /// - Returns: the frame at which the next responses came; nil where no fade was under way.
  func restoreState(from reader: inout StateReader) throws(StateError) -> Int? {
    let sets = try reader.readInt()
    began = try reader.readInt()
    guard (0...3).contains(sets) else { throw .mismatch(expected: "up to 3 responses", found: String(sets)) }
    (next, nextCopy, waitingCopy, restored) = (nil, nil, nil, max(0, sets - 1))
    for place in 0..<sets {
      try reader.read(into: UnsafeMutableBufferPointer(start: address(place), count: layout.count))
    }
    if sets > 0 {
      currentCopy = 0
      current = UnsafePointer(address(0))
    }
    return restored > 0 ? began : nil
  }

  /// Goes on with the restored next responses, at the frame where they came.
  func resumeFade() {
    guard restored > 0 else { return }
    nextCopy = 1
    next = UnsafePointer(address(1))
  }

  /// Lets the restored last responses wait again.
  func resumeWaiting() {
    if restored > 1 { waitingCopy = 2 }
    restored = 0
  }
}
