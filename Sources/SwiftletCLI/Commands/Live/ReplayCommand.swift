import ArgumentParser
import AudioCore
import AudioFiles
import EffectCatalog
import Realtime

/// `swiftlet replay`: a logged live session again, offline.
struct ReplayCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "replay",
    abstract: "Repeat a logged live session offline, and compare it bit for bit with what was heard.",
    discussion: """
      The log is made by swiftlet live --log FILE. The same input goes in the same blocks through the same chain, with \
      each change of a parameter and each other chain where it took effect. The kernels of the session are used, where this machine has them \
      and SWIFTLET_KERNELS does not ask for others. The output is what left the chain: the fades of start and stop are \
      the device's side, and its latency is not taken off.

        swiftlet replay bug.session
        swiftlet replay bug.session heard.wav
        swiftlet replay bug.session --json
        swiftlet replay bug.session.incomplete --partial   a log that a crash cut short, or one with a hole

      The exit status is 65 where a block differs.
      """)

  @Argument(help: ArgumentHelp("The log.", valueName: "session"), completion: .file())
  var session: String

  @Argument(help: ArgumentHelp("Where the sound goes, if anywhere.", valueName: "out"), completion: .file())
  var out: String?

  @Flag(help: "Replay a log with a hole or with damage up to there.")
  var partial = false

  @Flag(help: "Print an object as JSON.")
  var json = false

  func run() throws {
    Interrupt.install()
    let replay = try SessionReplay(path: session, effects: Catalog.standard.effectTypes)
    if replay.kernels != Kernels.level, SystemCalls.environment("SWIFTLET_KERNELS") == nil {
      // Where it fails the replay says so.
      _ = Kernels.use(replay.kernels)
    }
    // Before a file is made for nothing.
    if let flaw = replay.flaw, !partial { throw flaw }
    let writer = try out.map { path in
      do {
        return try AudioFileWriter<Float>(path: path, format: replay.output, expectedFrames: replay.outputFrames)
      } catch let error as AudioFileError { throw error.ofOutput }
    }
    let report = try replay.run(into: writer, isPartial: partial)
    try writer?.commit()
    if json {
      try StandardOutput.print(document(replay, report))
    } else {
      try StandardOutput.print(page(replay, report))
    }
    guard report.isBitExact else {
      throw Failure(
        "the replay differs from the session from frame \(report.firstDifference ?? 0) on, in \(NumberText.counted(report.differingBlocks, "block")): the chain depends on something that is not in its graph, or was built otherwise",
        status: .dataError)
    }
  }

  private func document(_ replay: SessionReplay, _ report: SessionReport) -> JSONValue {
    [
      "bit_exact": .bool(report.isBitExact),
      "complete": .bool(report.isComplete),
      "blocks": .integer(report.blocks),
      "frames": .integer(report.frames),
      "seconds": .number(Double(report.frames) / replay.input.sampleRate),
      "output_frames": .integer(report.outputFrames),
      "changes": .integer(report.changes),
      "swaps": .integer(report.swaps),
      "non_finite_inputs": .integer(report.nonFiniteInputs),
      "overflows": .integer(report.overflows),
      "differing_blocks": .integer(report.differingBlocks),
      "first_difference": report.firstDifference.map(JSONValue.integer) ?? .null,
      "unfinished_block": report.unfinished.map(JSONValue.integer) ?? .null,
      "flaw": replay.flaw.map { .string($0.description) } ?? .null,
      "end_state": replay.endState.map(JSONValue.string) ?? .null,
      "kernels": .string(replay.kernels),
      "rate": .number(replay.input.sampleRate),
      "channels": .integer(replay.input.channels),
      "output_channels": .integer(replay.output.channels),
      "block_frames": .integer(replay.maximumFrames),
      "chain": chain(replay).map(JSONValue.string) ?? .null,
    ]
  }

  private func chain(_ replay: SessionReplay) -> String? { try? EffectExpression.write(replay.graph) }

  private func page(_ replay: SessionReplay, _ report: SessionReport) -> String {
    var lines: [String] = []
    if let chain = chain(replay) { lines.append("chain: \(chain)") }
    lines.append(
      "\(NumberText.duration(Double(report.frames) / replay.input.sampleRate)) at \(NumberText.frequency(replay.input.sampleRate)), \(NumberText.counted(replay.input.channels, "channel")), \(NumberText.counted(report.blocks, "block")), \(NumberText.counted(report.changes, "change")), \(replay.kernels) kernels"
    )
    if report.swaps > 0 { lines.append("\(NumberText.counted(report.swaps, "other chain")) took its place") }
    if let state = replay.endState, state != "running" { lines.append("at its end: \(state)") }
    if let unfinished = report.unfinished {
      lines.append("the block at frame \(unfinished) had not come back when the log ended")
    }
    if !replay.isComplete { lines.append("the session was cut short: this is what had reached the log") }
    if let flaw = replay.flaw { lines.append("\(flaw)") }
    if report.isBitExact { lines.append("bit for bit what was heard") }
    return lines.joined(separator: "\n")
  }
}
