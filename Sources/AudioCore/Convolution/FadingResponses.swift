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

  init(_ prepared: PreparedResponses) {
    first = prepared
    layout = prepared.layout
    current = prepared.numbers(as: R.self)
    copies = ZeroedMemory(byteCount: 3 * layout.count * MemoryLayout<R>.stride, alignment: 64)
  }

  /// Takes new responses of the same layout; the last ones given are those that will be heard in the end.
  /// - Returns: whether a fade has to begin.
  @_specialize(where R == Float)
  @_specialize(where R == Double)
  func offer(_ prepared: PreparedResponses) -> Bool {
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
    return true
  }

  /// Makes the next responses the present ones.
  /// - Returns: whether another fade has to begin.
  func finishFade() -> Bool {
    guard let next else { return false }
    current = next
    currentCopy = nextCopy
    nextCopy = waitingCopy
    waitingCopy = nil
    if let nextCopy {
      self.next = UnsafePointer(address(nextCopy))
      return true
    }
    self.next = nil
    return false
  }

  /// Goes to the last responses given, at once.
  func settle() { while next != nil { _ = finishFade() } }

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
}
