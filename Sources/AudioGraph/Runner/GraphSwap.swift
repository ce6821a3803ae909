import AudioCore
import Synchronization

/// A graph on its way to the worker, made on a control thread, where it returns to be freed.
final class GraphSwap<S: Sample>: @unchecked Sendable {
  // SAFETY of @unchecked: the worker alone touches the graph once it was posted, and the tools until the graph is heard alone; the
  // control side, under its lock, takes the tools away after that. The rest is constant or atomic.
  let graph: RunningGraph<S>
  /// The frame at which the fade is to begin; `atOnce` for as soon as may be.
  let position: Int64
  /// How many frames before it the graph begins to run.
  let lead: Int
  let ramp: Ramp
  var tools: SwapTools<S>?
  /// Set by the worker when the graph alone is heard, and when the worker will touch it no more: it was replaced or overtaken.
  let isHeard = Atomic<Bool>(false)
  let isOver = Atomic<Bool>(false)

  static var atOnce: Int64 { .min }

  init(_ graph: RunningGraph<S>, at position: Int64, lead: Int, ramp: Ramp, tools: SwapTools<S>?) {
    self.graph = graph
    self.position = position
    self.lead = lead
    self.ramp = ramp
    self.tools = tools
  }

  /// The frame at which the graph has to begin to run.
  var beginning: Int64 { position == Self.atOnce ? position : max(0, position - Int64(lead)) }
}

/// Memory that is needed only while two graphs run.
final class SwapTools<S: Sample> {
  let input: SampleBuffer<S>
  let output: SampleBuffer<S>
  let states: StateMemory

  init(_ plan: Plan, stateByteCount: Int) {
    input = SampleBuffer(channels: plan.input.channels, capacity: plan.options.maximumFrames)
    output = SampleBuffer(channels: plan.output.channels, capacity: plan.options.maximumFrames)
    states = StateMemory(byteCount: stateByteCount)
  }
}

/// The swaps that are to come, in their order.
final class SwapList<S: Sample>: Sendable {
  let swaps: [GraphSwap<S>]
  /// The number of the list, from 1 without a gap.
  let serial: Int

  init(_ swaps: [GraphSwap<S>], serial: Int) {
    self.swaps = swaps
    self.serial = serial
  }
}

/// What the worker tells the control threads about a runner.
final class RunnerProgress: Sendable {
  /// The next input frame.
  let position = Atomic<Int64>(0)
}
