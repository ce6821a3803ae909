import AudioCore
import Synchronization

/// A change of a running stage, made on a control thread and carried out by the worker.
///
/// All of it but the two marks is constant. A later change holds all that earlier ones did, so that the worker may skip those that are
/// overtaken.
final class StageChange<S: Sample>: @unchecked Sendable {
  // SAFETY of @unchecked: processors are touched by the worker alone once the change was posted; the rest is constant or atomic.
  enum Target {
    /// The running processor takes a design and glides to it by itself.
    case adopt((Ramp) -> Void)
    /// Another processor is faded to, warmed on this many frames of past input.
    case replace(any BlockProcessor<S>, prepare: (() -> Void)?, warmUp: Int)
  }

  struct Segment {
    var ramp: Ramp
    var target: Target
    /// What the stage is at its end.
    var recipe: StageRecipe
    /// The processor that runs at its end, for a graph that goes on from it; nil for one without a state of its own.
    var bearer: StateBearer<S>?
  }

  /// The frame of the stage's input at which it begins; `atOnce` for the next block.
  let position: Int64
  let segments: [Segment]
  /// The output's level from now on: 0 when it is muted.
  let level: Double
  /// Whether it brings a processor, rather than needing the one that is there.
  let replaces: Bool
  /// Set by the worker when it begins it or skips it.
  let begun = Atomic<Bool>(false)
  /// Set by the worker when it will touch it no more.
  let isDone = Atomic<Bool>(false)

  static var atOnce: Int64 { .min }

  init(position: Int64, segments: [Segment], level: Double) {
    self.position = position
    self.segments = segments
    self.level = level
    replaces = segments.contains { if case .replace = $0.target { true } else { false } }
  }
}

/// The changes of a stage that are to come, in their order.
final class ChangeList<S: Sample>: Sendable {
  let changes: [StageChange<S>]
  /// Its number among the stage's lists, from 1; 0 for one that was restored.
  let serial: Int

  init(_ changes: [StageChange<S>], serial: Int = 0) {
    self.changes = changes
    self.serial = serial
  }
}

/// What the worker tells the control threads.
final class StageProgress: Sendable {
  /// The next input frame.
  let position = Atomic<Int64>(0)
  /// How often it was taken back to its beginning.
  let restarts = Atomic<Int>(0)
}
