import AudioCore
import Effects

/// A running processor beside what its state means: whether another graph's processor can go on from it.
class StateBearer<S: Sample> {
  let processor: any BlockProcessor<S>

  init(_ processor: any BlockProcessor<S>) { self.processor = processor }

  /// Whether its processor can go on where another one's is; asks nothing that allocates. [worker]
  func fits(_ other: StateBearer<S>) -> Bool { false }

  /// Takes its design again, after its processor went on where one of another design was. [worker]
  func adopt(along ramp: Ramp) {}

  fileprivate func isOfKind(_ other: StateBearer<S>) -> Bool {
    ObjectIdentifier(type(of: self)) == ObjectIdentifier(type(of: other))
  }
}

/// The processor of an effect: it goes on from one of the same shape, and then goes over to its own design.
final class EffectBearer<E: Effect, S: Sample>: StateBearer<S> {
  private let taker: any AudioProcessor<S, E.Design>
  private let design: E.Design
  /// The delay behind it that keeps the stage's latency.
  private let delayFrames: Int

  init(_ taker: any AudioProcessor<S, E.Design>, in whole: any BlockProcessor<S>, design: E.Design, delayFrames: Int) {
    self.taker = taker
    self.design = design
    self.delayFrames = delayFrames
    super.init(whole)
  }

  override func fits(_ other: StateBearer<S>) -> Bool {
    guard isOfKind(other) else { return false }
    // SAFETY: they are of the same class.
    let other = unsafeDowncast(other, to: Self.self)
    return delayFrames == other.delayFrames && design.latencyFrames == other.design.latencyFrames
      && other.design.hasSameShape(as: design)
  }

  override func adopt(along ramp: Ramp) { _ = taker.adopt(design, along: ramp) }
}

/// A cascade: it goes on from one of the same sections. A state made by other coefficients would ring.
final class CascadeBearer<S: Sample>: StateBearer<S> {
  private let design: SOSDesign

  init(_ cascade: SOSCascade<S>, _ design: SOSDesign) {
    self.design = design
    super.init(cascade)
  }

  override func fits(_ other: StateBearer<S>) -> Bool {
    guard isOfKind(other) else { return false }
    // SAFETY: they are of the same class.
    let other = unsafeDowncast(other, to: CascadeBearer<S>.self)
    return design.format == other.design.format && design.cascade.sections == other.design.cascade.sections
  }
}
