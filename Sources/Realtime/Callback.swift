import AudioDevices
import CRealtime

// The callback and all that it calls carry `@_noLocks` and `@_noAllocation`: the compiler refuses locks, allocations, reference counting,
// existentials and arrays in them, in debug and in release, and `CallbackProofTests` shows that it does. The attributes are underscored, and
// may change with the compiler: they are used in this module and in `PortAudioCycle.swift`, nowhere else. What they cannot see, calls
// of C, goes through the few functions of CRealtime, which the realtime sanitizer watches.

/// What a device calls: it moves samples between the device and two rings, counts, and returns.
///
/// It makes no system call: not even to wake the worker, which costs ten times as much as all the rest; the worker looks for itself.
/// [callback]
@_noLocks @_noAllocation
func audioCallback(_ context: UnsafeMutableRawPointer, _ cycle: UnsafePointer<rt_cycle>) {
  let began = rt_nanoseconds()
  // SAFETY: the context is that of the engine's run, which closes the device before it frees the state; no other thread touches it.
  let state = context.assumingMemoryBound(to: CallbackState.self)
  state.pointee.run(cycle, began: began)
  state.pointee.times.record(nanoseconds: rt_nanoseconds() &- began)
}

/// What the callback of one device owns.
struct CallbackState: ~Copyable {
  /// How output follows input.
  enum Pacing: Sendable {
    /// The same cycles bring input and take output: late output is dropped.
    case together
    /// Output is made ahead, or comes from another clock.
    case apart
  }

  var input: RingProducer
  var output: RingConsumer
  let takesInput: Bool
  let givesOutput: Bool
  let pacing: Pacing
  /// Whether input fills the gaps of an underflow, in place of silence.
  let bypassesGaps: Bool
  /// Cycles that are nearer to one another belong to one cycle of the device's own.
  let burstNanoseconds: Int64
  /// Silence that the output ring began with.
  let primedFrames: Int
  let counters: CounterBank
  let times: LatencyRecorder
  let roundTrips: LatencyRecorder
  /// Where this device's clock is, for the controller of a resampler.
  let inputClock: ClockStamp
  let outputClock: ClockStamp
  var smoother: GapSmoother
  var fade: OutputFade
  var stamps = RoundTripStamps()
  /// Input frames that went into the ring.
  var accepted = 0
  /// Output frames that came out of it or were dropped.
  var consumed = 0
  /// Whether the last cycle ended in a gap.
  var isInGap = false
  /// When the last cycle began.
  var lastBegan: Int64 = 0

  /// One cycle.
  @_noLocks @_noAllocation
  mutating func run(_ cycle: UnsafePointer<rt_cycle>, began: Int64) {
    let frames = Int(cycle.pointee.frames)
    if takesInput { takeInput(cycle, frames: frames, began: began) }
    if let table = cycle.pointee.output {
      let output = UnsafePointer<UnsafeMutablePointer<Float>>(table)
      if givesOutput {
        giveOutput(cycle, output, frames: frames, began: began)
      } else {
        clear(output, channels: Int(cycle.pointee.output_channels), from: 0, frames: frames)
      }
    }
    counters.add(1, to: CallbackCounter.callbacks.rawValue)
    if cycle.pointee.flags != 0 { counters.add(1, to: CallbackCounter.deviceXruns.rawValue) }
    if began &- lastBegan < burstNanoseconds { counters.add(1, to: CallbackCounter.bursts.rawValue) }
    lastBegan = began
    counters.set(Int(truncatingIfNeeded: began), at: CallbackCounter.lastCallback.rawValue)
  }

  @_noLocks @_noAllocation
  private mutating func takeInput(_ cycle: UnsafePointer<rt_cycle>, frames: Int, began: Int64) {
    let isWritten: Bool
    if let table = cycle.pointee.input {
      isWritten = input.write(table, frames: frames)
    } else {
      // A device without samples this time: the worker's clock goes on all the same.
      isWritten = input.writeSilence(frames: frames)
    }
    if isWritten {
      accepted &+= frames
      stamps.note(end: accepted, at: began)
      inputClock.store(position: accepted, time: cycle.pointee.time)
    } else {
      counters.add(1, to: CallbackCounter.inputOverflows.rawValue)
      counters.add(frames, to: CallbackCounter.inputOverflowFrames.rawValue)
    }
  }

  @_noLocks @_noAllocation
  private mutating func giveOutput(
    _ cycle: UnsafePointer<rt_cycle>, _ target: UnsafePointer<UnsafeMutablePointer<Float>>, frames: Int, began: Int64
  ) {
    let channels = Int(cycle.pointee.output_channels)
    let silence = max(0, primedFrames &- consumed)
    var jumps = dropLateFrames(before: frames)
    if output.read(target, frames: frames) {
      consumed &+= frames
      if isInGap { jumps = true }
      isInGap = false
      noteRoundTrip(began)
    } else {
      counters.add(1, to: CallbackCounter.outputUnderflows.rawValue)
      counters.add(frames, to: CallbackCounter.outputUnderflowFrames.rawValue)
      fillGap(cycle, target, channels: channels, frames: frames)
      if !isInGap { jumps = true }
      isInGap = true
    }
    outputClock.store(position: consumed, time: cycle.pointee.time)
    // Channels that the device has beyond the ring's stay silent.
    clear(target, channels: channels, from: output.channels, frames: frames)
    smoother.process(target, frames: frames, jumps: jumps)
    fade.process(
      target, channels: min(channels, output.channels), from: silence, frames: frames, isGap: isInGap)
  }

  /// After an underflow the block that was missing still comes, and would stay in the ring for ever as added latency: as soon as there is
  /// enough behind it, it is dropped.
  @_noLocks @_noAllocation
  private mutating func dropLateFrames(before frames: Int) -> Bool {
    if pacing == .apart { return false }
    let late = accepted &- consumed &- frames
    if late <= 0 { return false }
    if output.readable() < late &+ frames { return false }
    output.advance(late)
    consumed &+= late
    counters.add(1, to: CallbackCounter.resynchronisations.rawValue)
    counters.add(late, to: CallbackCounter.droppedFrames.rawValue)
    return true
  }

  @_noLocks @_noAllocation
  private mutating func noteRoundTrip(_ began: Int64) {
    if pacing == .apart { return }
    let time = stamps.time(ofInputBefore: consumed &- primedFrames)
    if time >= 0 && consumed > primedFrames { roundTrips.record(nanoseconds: began &- time) }
  }

  @_noLocks @_noAllocation
  private func fillGap(
    _ cycle: UnsafePointer<rt_cycle>, _ target: UnsafePointer<UnsafeMutablePointer<Float>>, channels: Int, frames: Int
  ) {
    let inputChannels = Int(cycle.pointee.input_channels)
    if bypassesGaps {
      if let source = cycle.pointee.input {
        if inputChannels > 0 {
          var channel = 0
          while channel < min(channels, output.channels) {
            // A mono input sounds on every channel; further channels follow in turn.
            rt_copy(target[channel], source[channel % inputChannels], frames)
            channel &+= 1
          }
          return
        }
      }
    }
    clear(target, channels: min(channels, output.channels), from: 0, frames: frames)
  }

  @_noLocks @_noAllocation
  private func clear(
    _ target: UnsafePointer<UnsafeMutablePointer<Float>>, channels: Int, from first: Int, frames: Int
  ) {
    var channel = first
    while channel < channels {
      rt_clear(target[channel], frames)
      channel &+= 1
    }
  }
}
