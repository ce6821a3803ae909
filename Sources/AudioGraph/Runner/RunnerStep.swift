import AudioCore

/// One step of a runner: its addresses, its state and the guard against overflow.
final class RunnerStep<S: Sample> {
  typealias Table = UnsafeMutablePointer<UnsafeMutablePointer<S>>

  enum Work {
    case stage(any BlockProcessor<S>, keepsFrameCount: Bool)
    case sum(terms: Int)
    case delay(FrameDelay<S>)
    case copy
  }

  /// The stage's identity; nil for sums, delays and copies.
  let identity: String?
  private(set) var overflowCount = 0
  /// The frame at which it last overflowed.
  private(set) var lastOverflow: Int64 = 0
  /// They stay when the stage's processor is replaced.
  let meters: [Meter]
  let work: Work
  /// The stage's processor, where it looks at the samples itself.
  private let watchful: (any WatchfulProcessor<S>)?
  /// The stage's processor, where it may come to be unable to go on.
  private let failureReporter: (any FailureReporting)?
  /// The stage's processor, where it can be changed, and its controls.
  let changing: ChangingStage<S>?
  /// What the processor's state means, where it does not change.
  let bearer: StateBearer<S>?
  let control: (any StageController)?

  // The addresses of all input ports, one behind another, and of the output.
  private let inputTable: Table
  private let outputTable: Table
  private let inputChannels: Int
  private let outputChannels: Int
  private let capacity: Int
  private let writesToCaller: Bool
  /// Where in the input table the plan's own input stands: its address is another in every block.
  private let planInputs: [(place: Int, channel: Int)]
  private let inputBuffer: Int
  private let outputBuffer: Int?

  /// Input frames since the stream began.
  var position: Int64 = 0
  /// Up to this frame the step is silent after an overflow.
  var silentUntil: Int64 = 0

  /// What it does, in a word.
  var kind: String {
    switch work {
    case .stage: "stage"
    case .sum: "sum"
    case .delay: "delay"
    case .copy: "copy"
    }
  }

  /// Whether the step takes what is not finite in the plan's input as 0, and tells of it.
  var cleansItsInput: Bool { watchful?.cleansItsInput ?? false }
  /// Whether the step reads the plan's own input.
  var readsPlanInput: Bool { !planInputs.isEmpty }
  /// Whether the last block may have brought samples that are not finite to a step that cleans its input.
  private(set) var mayHaveCleaned = false

  init(_ step: Plan.Step, signals: [SampleBuffer<S>], scope: ChangeScope) throws(DesignError) {
    if case .stage(let planned) = step.work { meters = planned.meters.map(Meter.init) } else { meters = [] }
    switch step.work {
    case .stage(let planned):
      let running = try planned.makeRunning(as: S.self, scope: scope, meters: meters)
      identity = planned.identity
      let keepsFrameCount = planned.maximumOutputFrames(for: planned.context.maximumFrames) == nil
      work = .stage(running.processor, keepsFrameCount: keepsFrameCount)
      watchful = keepsFrameCount ? running.processor as? any WatchfulProcessor<S> : nil
      (changing, control, bearer) = (running.changing, running.control, running.bearer)
    case .sum:
      (identity, watchful, changing, control, bearer) = (nil, nil, nil, nil, nil)
      work = .sum(terms: step.inputs.count)
    case .delay(let frames):
      (identity, watchful, changing, control, bearer) = (nil, nil, nil, nil, nil)
      work = .delay(FrameDelay(channels: step.output.channels.count, frames: frames))
    case .copy:
      (identity, watchful, changing, control, bearer) = (nil, nil, nil, nil, nil)
      work = .copy
    }
    failureReporter = if case .stage(let processor, _) = work { processor as? any FailureReporting } else { nil }
    inputChannels = step.inputs.reduce(0) { $0 + $1.channels.count }
    outputChannels = step.output.channels.count
    let inputTable = Table.allocate(capacity: max(inputChannels, 1))
    let outputTable = Table.allocate(capacity: max(outputChannels, 1))
    self.inputTable = inputTable
    self.outputTable = outputTable
    var next = 0
    var planInputs: [(place: Int, channel: Int)] = []
    for slot in step.inputs {
      for channel in slot.channels {
        switch slot.place {
        case .input: planInputs.append((next, channel))
        case .buffer(let index):
          inputTable[next] = signals[index].withBlock(frames: 0) { $0.unsafeChannel(channel) }
        case .output: preconditionFailure("a step reads the caller's output")
        }
        next += 1
      }
    }
    self.planInputs = planInputs
    inputBuffer = if case .buffer(let index) = step.inputs[0].place { index } else { 0 }
    switch step.output.place {
    case .buffer(let index):
      writesToCaller = false
      outputBuffer = index
      capacity = signals[index].capacity
      signals[index].withBlock(frames: 0) { block in
        for channel in step.output.channels { outputTable[channel] = block.unsafeChannel(channel) }
      }
    case .output, .input:
      writesToCaller = true
      outputBuffer = nil
      capacity = 0
    }
  }

  deinit {
    inputTable.deallocate()
    outputTable.deallocate()
  }

  /// Whether its stage has said that it cannot go on.
  var hasFailed: Bool { failureReporter?.hasFailed ?? false }

  /// Runs the step on the frames that its input has. [worker]
  func run(
    _ planInput: borrowing AudioBlock<S>, _ callerOutput: borrowing AudioBlock<S>, counts: UnsafeMutablePointer<Int>,
    outputIndex: Int, tempo: Double?
  ) {
    for input in planInputs { inputTable[input.place] = planInput.unsafeChannel(input.channel) }
    if writesToCaller {
      for channel in 0..<outputChannels { outputTable[channel] = callerOutput.unsafeChannel(channel) }
    }
    let room = writesToCaller ? callerOutput.frames : capacity
    let frames = counts[inputBuffer]
    // SAFETY: the tables were filled from buffers that the runner keeps alive, or from the block lent for this call.
    let input = AudioBlock<S>(table: UnsafePointer(inputTable), channels: inputChannels, frames: frames)
    let output = AudioBlock<S>(table: UnsafePointer(outputTable), channels: outputChannels, frames: room)
    let produced: Int
    if case .stage(let processor, keepsFrameCount: false) = work {
      produced = runChanging(processor, input, output, tempo: tempo)
    } else {
      runGuarded(input, output, tempo: tempo)
      produced = frames
    }
    position += Int64(frames)
    counts[outputBuffer ?? outputIndex] = produced
  }

  /// Frames come out as they go in. What overflows is silenced from its frame to the end of its 64-frame cell and starts afresh
  /// after it, whatever the blocks: the grid stands still.
  private func runGuarded(_ input: borrowing AudioBlock<S>, _ output: borrowing AudioBlock<S>, tempo: Double?) {
    let frames = input.frames
    var start = Int(min(Int64(frames), max(0, silentUntil - position)))
    // What a silent step does not read it cannot tell of.
    mayHaveCleaned = start > 0
    output.withFrames(0..<start) { $0.clear() }
    // After an overflow the rest of the block runs cell by cell, so that work stays linear if it overflows again and again.
    var hasOverflowed = false
    while start < frames {
      var end = frames
      if hasOverflowed { end = min(frames, Int(cellEnd(position + Int64(start)) - position)) }
      let bad: Int? = input.withFrames(start..<end) { piece in
        output.withFrames(start..<end) { target -> Int? in
          produce(piece, target, at: position + Int64(start), tempo: tempo)
          if let watchful {
            let findings = watchful.findings
            if findings.contains(.cleanedInput) { mayHaveCleaned = true }
            if !findings.contains(.suspectOutput) { return nil }
          }
          return target.firstNonFiniteFrame()
        }
      }
      guard let bad else {
        start = end
        continue
      }
      overflowCount += 1
      lastOverflow = position + Int64(start + bad)
      hasOverflowed = true
      mayHaveCleaned = true
      resetWork()
      let first = start + bad
      silentUntil = cellEnd(position + Int64(first))
      start = Int(min(Int64(frames), silentUntil - position))
      output.withFrames(first..<start) { $0.clear() }
    }
  }

  private func cellEnd(_ frame: Int64) -> Int64 { (frame / 64 + 1) * 64 }

  private func produce(
    _ input: borrowing AudioBlock<S>, _ output: borrowing AudioBlock<S>, at position: Int64, tempo: Double?
  ) {
    switch work {
    case .stage(let processor, _):
      _ = processor.process(input, into: output, at: ProcessContext(position: position, tempo: tempo))
    case .sum(let terms):
      let channels = input.channels / terms
      input.withChannels(0..<channels) { output.copy(from: $0) }
      for term in 1..<terms {
        input.withChannels(term * channels..<(term + 1) * channels) { output.add($0) }
      }
    case .delay(let delay): delay.process(input, into: output)
    case .copy: output.copy(from: input)
    }
  }

  /// The number of frames changes: there is no common grid, so an overflow silences the block.
  private func runChanging(
    _ processor: any BlockProcessor<S>, _ input: borrowing AudioBlock<S>, _ output: borrowing AudioBlock<S>,
    tempo: Double?
  ) -> Int {
    let produced = processor.process(input, into: output, at: ProcessContext(position: position, tempo: tempo))
    precondition(
      produced >= 0 && produced <= output.frames, "a stage produced \(produced) of at most \(output.frames) frames")
    output.withFrames(0..<produced) { made in
      guard made.firstNonFiniteFrame() != nil else { return }
      overflowCount += 1
      lastOverflow = position
      processor.reset()
      made.clear()
    }
    return produced
  }

  func reset() {
    position = 0
    silentUntil = 0
    overflowCount = 0
    if let changing { changing.restart() } else { resetWork() }
  }

  private func resetWork() {
    switch work {
    case .stage(let processor, _): processor.reset()
    case .delay(let delay): delay.reset()
    case .sum, .copy: break
    }
  }

  func saveState(into writer: inout StateWriter) {
    writer.write(Int(position))
    writer.write(Int(silentUntil))
    switch work {
    case .stage(let processor, _): processor.saveState(into: &writer)
    case .delay(let delay): delay.saveState(into: &writer)
    case .sum, .copy: break
    }
  }

  func restoreState(from reader: inout StateReader) throws(StateError) {
    position = Int64(try reader.readInt())
    silentUntil = Int64(try reader.readInt())
    switch work {
    case .stage(let processor, _): try processor.restoreState(from: &reader)
    case .delay(let delay): try delay.restoreState(from: &reader)
    case .sum, .copy: break
    }
  }
}
