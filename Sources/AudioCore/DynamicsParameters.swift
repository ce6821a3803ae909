import CKernels

/// A static curve in octaves of amplitude: 1 is 6.02 dB.
public struct DynamicsCurve: Sendable, Hashable {
  public var threshold: Double
  public var knee: Double
  /// Of what the level is above the threshold, the share that is taken away.
  public var slope: Double

  public init(threshold: Double, knee: Double, slope: Double) {
    self.threshold = threshold
    self.knee = knee
    self.slope = slope
  }

  var kernel: sk_dynamics_curve {
    sk_dynamics_curve(
      threshold: sk_glide(value: threshold, values: nil), knee: sk_glide(value: knee, values: nil),
      slope: sk_glide(value: slope, values: nil))
  }

  /// Writes the numbers.
  public func saveState(into writer: inout StateWriter) {
    writer.write(threshold)
    writer.write(knee)
    writer.write(slope)
  }

  /// Reads what `saveState` wrote.
  public init(from reader: inout StateReader) throws(StateError) {
    threshold = try reader.readDouble()
    knee = try reader.readDouble()
    slope = try reader.readDouble()
  }
}

/// The parameters of dynamics on their way, each with memory for a run: a curve, a gain behind it in octaves, and the share of the
/// signal with the gain. Allocated once; for one thread at a time.
public final class DynamicsParameters {
  private let threshold: GlidingValue
  private let knee: GlidingValue
  private let slope: GlidingValue
  private let makeUp: GlidingValue
  private let mix: GlidingValue

  public init(_ curve: DynamicsCurve, makeUp: Double, mix: Double) {
    threshold = GlidingValue(curve.threshold)
    knee = GlidingValue(curve.knee)
    slope = GlidingValue(curve.slope)
    self.makeUp = GlidingValue(makeUp)
    self.mix = GlidingValue(mix)
  }

  /// Where the curve goes, or stands.
  public var curve: DynamicsCurve {
    DynamicsCurve(threshold: threshold.target, knee: knee.target, slope: slope.target)
  }

  /// Goes to another curve from the next frame on. [worker]
  public func move(to curve: DynamicsCurve, along ramp: Ramp) {
    threshold.move(to: curve.threshold, along: ramp)
    knee.move(to: curve.knee, along: ramp)
    slope.move(to: curve.slope, along: ramp)
  }

  /// Goes to another gain and mix from the next frame on. [worker]
  public func move(makeUp: Double, mix: Double, along ramp: Ramp) {
    self.makeUp.move(to: makeUp, along: ramp)
    self.mix.move(to: mix, along: ramp)
  }

  /// Stands at a curve at once. [worker]
  public func jump(to curve: DynamicsCurve) {
    threshold.jump(to: curve.threshold)
    knee.jump(to: curve.knee)
    slope.jump(to: curve.slope)
  }

  /// Stands at a gain and a mix at once. [worker]
  public func jump(makeUp: Double, mix: Double) {
    self.makeUp.jump(to: makeUp)
    self.mix.jump(to: mix)
  }

  private var curveMoves: Bool { !threshold.isConstant || !knee.isConstant || !slope.isConstant }
  private var gainMoves: Bool { !makeUp.isConstant || !mix.isConstant }

  /// How many of some frames a run may have. [worker]
  public func run(of frames: Int) -> Int {
    // Two at a time: of more than three a list is made.
    var run = min(frames, GlidingValue.longestRun)
    run = min(run, threshold.remaining ?? frames)
    run = min(run, knee.remaining ?? frames)
    run = min(run, slope.remaining ?? frames)
    run = min(run, makeUp.remaining ?? frames)
    return min(run, mix.remaining ?? frames)
  }

  /// Calculates the values of the next run. [worker]
  public func prepare(_ frames: Int) {
    if curveMoves {
      threshold.prepare(frames, always: true)
      knee.prepare(frames, always: true)
      slope.prepare(frames, always: true)
    }
    if gainMoves {
      makeUp.prepare(frames, always: true)
      mix.prepare(frames, always: true)
    }
  }

  /// Goes on behind a run. [worker]
  public func advance(_ frames: Int) {
    threshold.advance(frames)
    knee.advance(frames)
    slope.advance(frames)
    makeUp.advance(frames)
    mix.advance(frames)
  }

  var kernelCurve: sk_dynamics_curve {
    let moving = curveMoves
    return sk_dynamics_curve(
      threshold: threshold.kernel(moving: moving), knee: knee.kernel(moving: moving),
      slope: slope.kernel(moving: moving))
  }
  var kernelMakeUp: sk_glide { makeUp.kernel(moving: gainMoves) }
  var kernelMix: sk_glide { mix.kernel(moving: gainMoves) }

  /// Writes where they stand.
  public func saveState(into writer: inout StateWriter) {
    threshold.saveState(into: &writer)
    knee.saveState(into: &writer)
    slope.saveState(into: &writer)
    makeUp.saveState(into: &writer)
    mix.saveState(into: &writer)
  }

  /// Reads what `saveState` wrote.
  public func restoreState(from reader: inout StateReader) throws(StateError) {
    try threshold.restoreState(from: &reader)
    try knee.restoreState(from: &reader)
    try slope.restoreState(from: &reader)
    try makeUp.restoreState(from: &reader)
    try mix.restoreState(from: &reader)
  }
}
