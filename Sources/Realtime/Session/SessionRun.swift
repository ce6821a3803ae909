import AudioCore
import AudioGraph

/// Runs the blocks of a logged session through its graph.
///
/// A change or a swap is planned just before the block in which the worker found it, from what was seen of the worker when it was asked
/// for: both sides of the engine then do what they did, in an order in which it could have happened.
final class SessionRun {
  private let header: SessionHeader
  private let runner: PlanRunner<Float>
  private let sink: (any AudioSink<Float>)?
  private let source: SampleBuffer<Float>
  private let target: SampleBuffer<Float>
  private let bypass: ChannelAdapter?
  /// Changes that no block has found yet, graph by graph and stage by stage, and swaps, in their order.
  private var changes: [Place: ArraySlice<StageNote>] = [:]
  private var swaps: ArraySlice<SwapNote> = []
  /// What the block found whose input comes next.
  private var found: [FoundList] = []
  /// The block whose outcome was not read yet.
  private var pending: LoggedInput?
  private var result = SessionReport()

  private struct Place: Hashable {
    var graph: Int
    var stage: Int
  }

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
      runner = try PlanRunner<Float>(
        plan, changing: header.changesAll ? .all : .live, holding: header.latencyFrames)
      guard runner.control.changeableParts == header.parts else { throw Self.another("has other stages") }
    } catch { throw .graph(error.description) }
    source = SampleBuffer(channels: header.input.channels, capacity: header.maximumFrames)
    target = SampleBuffer(
      channels: header.output.channels, capacity: max(header.maximumFrames, runner.plan.maximumOutputFrames))
    bypass =
      header.passesByAfterFaults
      ? (try? ChannelAdapter(from: header.input.channels, to: header.output.channels, what: "")) ?? nil : nil
  }

  private static func another(_ what: String) -> DesignError {
    DesignError(
      .inconsistent, problem: "the graph, compiled here, \(what)", remedy: "Replay with the library that logged it")
  }

  func add(_ note: SessionNote) {
    switch note {
    case .change(let change): changes[Place(graph: change.graph, stage: change.stage), default: []].append(change)
    case .swap(let swap): swaps.append(swap)
    case .mute: break
    }
  }

  func take(found payload: [UInt32]) { found += LoggedFound.lists(payload) ?? [] }

  func take(input payload: [UInt32]) throws {
    // An output that was not logged can only be the last one.
    try finish()
    try plan()
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
    let made = try run(input)
    if made != logged {
      result.differingBlocks += 1
      if result.firstDifference == nil { result.firstDifference = input.position }
    }
  }

  /// Runs a block that had not come back when the log ended.
  func finish() throws {
    guard let input = pending else { return }
    pending = nil
    result.unfinished = input.position
    _ = try run(input)
  }

  /// Plans what the next block found: swaps before changes of the graphs that they bring.
  private func plan() throws {
    defer { found = [] }
    do throws(DesignError) {
      for list in found where list.stage == FoundList.ofSwaps {
        while let note = swaps.first, note.serial <= list.serial {
          swaps.removeFirst()
          try runner.control.replay(note)
          result.swaps += 1
        }
      }
      for list in found where list.stage != FoundList.ofSwaps {
        let place = Place(graph: list.graph, stage: list.stage)
        while let note = changes[place]?.first, note.serial <= list.serial {
          changes[place]?.removeFirst()
          try runner.control.replay(note)
          result.changes += 1
        }
      }
    } catch {
      throw SessionError.graph("a change that the session took is refused here: \(error)")
    }
  }

  private func run(_ input: LoggedInput) throws -> LoggedOutput {
    // As the worker does: it looks once, before it asks whether another graph is there for one that was given up.
    let wasSilenced = input.isSilenced || input.takesOver
    runner.findChanges(within: wasSilenced ? .max : input.frames)
    if input.takesOver { _ = runner.takeWaitingGraph() }
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
