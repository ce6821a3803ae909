import AudioCore
import AudioGraph

/// Runs the blocks of a logged session through its graph.
///
/// A change is planned just before the block in which the worker found it, from what was seen of the worker when it was asked for: both
/// sides of the engine then do what they did, in an order in which it could have happened.
final class SessionRun {
  private let header: SessionHeader
  private let runner: PlanRunner<Float>
  private let sink: (any AudioSink<Float>)?
  private let source: SampleBuffer<Float>
  private let target: SampleBuffer<Float>
  private let bypass: ChannelAdapter?
  /// Changes that no block has found yet, stage by stage.
  private var waiting: [[StageNote]]
  /// The block whose outcome was not read yet.
  private var pending: LoggedInput?
  private var result = SessionReport()

  init(_ header: SessionHeader, sink: (any AudioSink<Float>)?) throws(SessionError) {
    self.header = header
    self.sink = sink
    do throws(DesignError) {
      let plan = try Plan.compile(
        header.graph.graph, for: header.input,
        options: PlanOptions(maximumFrames: header.maximumFrames, precision: header.precision, mode: header.mode))
      guard plan.output == header.output else {
        throw Self.another("gives \(plan.output) in place of \(header.output)")
      }
      runner = try PlanRunner<Float>(plan, changing: header.changesAll ? .all : .live)
      guard runner.control.changeableParts == header.parts else { throw Self.another("has other stages") }
    } catch { throw .graph(error.description) }
    source = SampleBuffer(channels: header.input.channels, capacity: header.maximumFrames)
    target = SampleBuffer(
      channels: header.output.channels, capacity: max(header.maximumFrames, runner.plan.maximumOutputFrames))
    bypass =
      header.passesByAfterFaults
      ? (try? ChannelAdapter(from: header.input.channels, to: header.output.channels, what: "")) ?? nil : nil
    waiting = header.parts.map { _ in [] }
  }

  private static func another(_ what: String) -> DesignError {
    DesignError(
      .inconsistent, problem: "the graph, compiled here, \(what)", remedy: "Replay with the library that logged it")
  }

  func add(_ note: StageNote) { if waiting.indices.contains(note.stage) { waiting[note.stage].append(note) } }

  func take(input payload: [UInt32]) throws {
    // An output that was not logged can only be the last one.
    try finish()
    guard
      let input = LoggedInput(payload, channels: header.input.channels, maximumFrames: header.maximumFrames)
    else { return }
    source.withBlock(frames: input.frames) { block in
      var place = SessionFormat.inputWords
      for channel in 0..<block.channels {
        // SAFETY: the block has as many frames a channel as the payload, whose size was checked.
        let samples = block.unsafeChannel(channel)
        for frame in 0..<input.frames { samples[frame] = Float(bitPattern: payload[place + frame]) }
        place += input.frames
      }
    }
    pending = input
  }

  func take(output payload: [UInt32]) throws {
    guard let input = pending, let logged = LoggedOutput(payload) else { return }
    pending = nil
    for (stage, serial) in logged.lists where waiting.indices.contains(stage) {
      while let note = waiting[stage].first, note.serial <= serial { try apply(note) }
    }
    let made = try run(input)
    if made != logged {
      result.differingBlocks += 1
      if result.firstDifference == nil { result.firstDifference = input.position }
    }
  }

  /// Runs a block that had not come back when the log ended, with all changes that had been asked for.
  func finish() throws {
    guard let input = pending else { return }
    pending = nil
    result.unfinished = input.position
    for stage in waiting.indices { while let note = waiting[stage].first { try apply(note) } }
    _ = try run(input)
  }

  private func apply(_ note: StageNote) throws {
    waiting[note.stage].removeFirst()
    do throws(DesignError) { try runner.control.replay(note) } catch {
      throw SessionError.graph("a change that the session took is refused here: \(error)")
    }
    result.changes += 1
  }

  private func run(_ input: LoggedInput) throws -> LoggedOutput {
    let frames = source.withBlock(frames: input.frames) { block in
      target.withBlock(frames: target.capacity) { output in
        guard input.isSilenced else { return runner.process(block, into: output) }
        output.withFrames(0..<input.frames) { silent in
          if let bypass { bypass.process(block, into: silent) } else { silent.clear() }
        }
        return input.frames
      }
    }
    result.blocks += 1
    result.frames += input.frames
    result.outputFrames += frames
    result.nonFiniteInputs = runner.nonFiniteInputCount
    result.overflows = runner.overflowCount
    return try target.withBlock(frames: frames) { made in
      try sink?.write(made)
      return LoggedOutput(
        frames: frames, hash: SessionHash.value(of: made), nonFiniteInputs: runner.nonFiniteInputCount,
        overflows: runner.overflowCount)
    }
  }

  func report(isComplete: Bool) -> SessionReport {
    var report = result
    report.isComplete = isComplete && report.unfinished == nil
    return report
  }
}
