import SwiftletDSP

/// A processor made of a closure and some numbers of state.
public final class ClosureProcessor<S: Sample, Design: EffectDesign>: AudioProcessor {
  public typealias Body = (
    _ state: UnsafeMutableBufferPointer<Double>, _ input: borrowing AudioBlock<S>, _ output: borrowing AudioBlock<S>,
    _ now: borrowing ProcessContext
  ) -> Int
  private let state: UnsafeMutableBufferPointer<Double>
  private var initial: Double
  private var design: Design
  private let body: Body

  init(_ design: Design, state count: Int, initial: Double = 0, _ body: @escaping Body) {
    self.design = design
    self.initial = initial
    self.body = body
    state = .allocate(capacity: count)
    state.initialize(repeating: initial)
  }

  deinit { state.deallocate() }

  public func adopt(_ new: borrowing Design) -> Bool {
    guard design.hasSameShape(as: copy new) else { return false }
    design = copy new
    if let factor = (copy new as? TestDesign)?.factor {
      initial = factor
      state.update(repeating: factor)
    }
    return true
  }
  public func reset() { state.update(repeating: initial) }
  public func process(
    _ input: borrowing AudioBlock<S>, into output: borrowing AudioBlock<S>, at now: borrowing ProcessContext
  ) -> Int { body(state, input, output, now) }
  public func saveState(into writer: inout StateWriter) { for value in state { writer.write(value) } }
  public func restoreState(from reader: inout StateReader) throws(StateError) {
    for index in state.indices { state[index] = try reader.readDouble() }
  }
}

/// The design of every effect here.
public struct TestDesign: EffectDesign {
  public var outputs: [StreamFormat]
  public var latencyFrames = 0
  public var tail = Tail.none
  public var lowering = Lowering.opaque
  /// Numerator and denominator of the frames that come out for those that go in; nil when they are as many.
  public var frameRatio: [Int]?
  /// What all state becomes when it is adopted.
  public var factor: Double?

  public func maximumOutputFrames(for inputFrames: Int) -> Int? {
    frameRatio.map { (inputFrames * $0[0] + $0[1] - 1) / $0[1] }
  }
}
