import AudioCore
import AudioGraph

extension Batch {
  /// Renders all items where it is asked for, and returns what became of each, in their order. [control]
  ///
  /// Waves of one format that pass through nothing but filters are rows of one launch, whatever their lengths; other chains run one item
  /// after another. An item has the same bits whatever the others are. An item whose chain cannot run on a GPU is an error with `.gpu`,
  /// and runs on the CPU with `.auto`; so does, with both, one in which a stage overflows.
  /// - Parameters:
  ///   - context: An open device; by default the first GPU is opened.
  ///   - report: Told once what it ran on.
  /// - Throws: `AcceleratorError` on `.gpu` where there is no device; `DesignError` for a number of workers that is out of range.
  public func render(
    on device: ProcessingDevice, _ options: BatchOptions = BatchOptions(),
    accelerator: AcceleratorOptions = AcceleratorOptions(), context: ComputeContext? = nil,
    report: ((DeviceReport) -> Void)? = nil
  ) throws -> [Result<Wave<S>, BatchError>] {
    guard device != .cpu else {
      report?(DeviceReport())
      return try render(options)
    }
    let opened: ComputeContext
    do throws(AcceleratorError) {
      if let context { opened = context } else { opened = try ComputeContext(try ComputeDevice.find()) }
    } catch {
      guard device == .auto else { throw error }
      report?(DeviceReport(reason: "\(error)"))
      return try render(options)
    }
    report?(DeviceReport(device: opened.device.name))
    return GPUBatch(self, options, accelerator, opened, fallsBack: device == .auto).run()
  }
}

/// A batch on one device: items of one format at a time, as many as fit.
private final class GPUBatch<S: Sample> {
  /// Signal memory of one launch, in bytes, input and output each.
  private static var launchBytes: Int { 128 << 20 }

  private let batch: Batch<S>
  private let options: BatchOptions
  private let accelerator: AcceleratorOptions
  private let context: ComputeContext
  /// Whether what the device does not do runs on the CPU.
  private let fallsBack: Bool
  private var results: [Result<Wave<S>, BatchError>?]
  private var progress: BatchProgress

  init(
    _ batch: Batch<S>, _ options: BatchOptions, _ accelerator: AcceleratorOptions, _ context: ComputeContext,
    fallsBack: Bool
  ) {
    self.batch = batch
    self.options = options
    self.accelerator = accelerator
    self.context = context
    self.fallsBack = fallsBack
    results = Array(repeating: nil, count: batch.items.count)
    progress = BatchProgress(
      itemsTotal: batch.items.count, framesTotal: batch.items.reduce(0) { $0 + $1.wave.frames })
  }

  func run() -> [Result<Wave<S>, BatchError>] {
    var classes: [StreamFormat: [Int]] = [:]
    var order: [StreamFormat] = []
    for (index, item) in batch.items.enumerated() {
      if classes[item.wave.format] == nil { order.append(item.wave.format) }
      classes[item.wave.format, default: []].append(index)
    }
    for format in order { run(classes[format] ?? []) }
    return results.enumerated().map { index, result in
      result ?? .failure(BatchError(index: index, label: batch.items[index].label, reason: CancellationError()))
    }
  }

  private var isCancelled: Bool { options.isCancelled?() == true }

  /// Items of one format.
  private func run(_ items: [Int]) {
    guard let first = items.first else { return }
    let settings = RenderOptions(tail: options.tail, mode: options.mode, precision: options.precision)
    let plan: Plan
    let tail: Int
    do {
      plan = try Pipeline(batch.items[first].wave, through: batch.graph).plan(settings)
      tail = options.tail == .runOut ? try plan.finiteTail() : 0
      try plan.requireAcceleratorCoverage()
    } catch {
      for index in items { fail(index, error) }
      return
    }
    guard let sections = plan.onlyCascade, context.driver.hasForwardProgress else {
      for index in items { runAlone(index) }
      return
    }
    // Longest first, as the table of rows wants them; equal ones in the batch's order.
    var waiting = items.sorted {
      let (a, b) = (batch.items[$0].wave.frames, batch.items[$1].wave.frames)
      return a == b ? $0 < $1 : a > b
    }[...]
    while !waiting.isEmpty && !isCancelled {
      let longest = batch.items[waiting[waiting.startIndex]].wave.frames + tail
      let room = CascadeLanes<S>.room(
        channels: plan.input.channels, longest: longest, bytes: Self.launchBytes, accelerator)
      let together = Array(waiting.prefix(room))
      waiting = waiting.dropFirst(together.count)
      do {
        try runTogether(together, plan: plan, sections: sections, tail: tail)
      } catch {
        for index in together where results[index] == nil { fail(index, error) }
      }
    }
  }

  /// Items as rows of the same launches.
  private func runTogether(_ items: [Int], plan: Plan, sections: [Biquad], tail: Int) throws {
    let channels = plan.input.channels
    let waves = items.map { batch.items[$0].wave }
    let totals = waves.map { $0.frames == 0 ? 0 : $0.frames + tail }
    let lanes = try CascadeLanes<S>(sections, channels: channels, totals: totals, options: accelerator, on: context)
    let targets = totals.map { SampleBuffer<S>(channels: channels, capacity: $0) }
    func fill(_ piece: CascadeLanes<S>.Piece) {
      for item in piece.lengths.indices { piece.withBlock(item) { waves[item].place(from: piece.first, in: $0) } }
    }
    func drain(_ piece: CascadeLanes<S>.Piece) {
      for (item, frames) in piece.lengths.enumerated() {
        piece.withBlock(item) { made in
          targets[item].withBlock(offset: piece.first, frames: frames) { $0.copy(from: made) }
        }
        tell { $0.framesDone += max(0, min(frames, waves[item].frames - piece.first)) }
      }
    }
    let hasEnded = try lanes.run(isCancelled: { isCancelled }, fill: fill, drain: drain)
    guard hasEnded else { return }
    for (item, index) in items.enumerated() {
      let made = targets[item].withBlock(frames: totals[item]) { $0.firstNonFiniteFrame() == nil }
      // What overflows is contained by the CPU, frame by frame.
      guard made else {
        runOnCPU(index, countsFrames: false)
        continue
      }
      finish(
        index,
        .success(
          Wave(storage: targets[item], format: plan.output, frames: totals[item], metadata: waves[item].metadata)))
    }
  }

  /// An item whose chain is more than one cascade.
  private func runAlone(_ index: Int) {
    guard !isCancelled else { return }
    let item = batch.items[index]
    do {
      let wave = try Pipeline(item.wave, through: batch.graph).render(
        on: .gpu,
        RenderOptions(
          tail: options.tail, mode: options.mode, precision: options.precision, isCancelled: options.isCancelled),
        accelerator: accelerator, context: context)
      tell { $0.framesDone += item.wave.frames }
      finish(index, .success(wave))
    } catch {
      fail(index, error)
    }
  }

  private func runOnCPU(_ index: Int, countsFrames: Bool) {
    let item = batch.items[index]
    let result = Result {
      try Pipeline(item.wave, through: batch.graph).render(
        RenderOptions(
          tail: options.tail, mode: options.mode, precision: options.precision, isCancelled: options.isCancelled))
    }
    if countsFrames { tell { $0.framesDone += item.wave.frames } }
    finish(index, result.mapError { BatchError(index: index, label: item.label, reason: $0) })
  }

  private func fail(_ index: Int, _ reason: any Error) {
    if fallsBack && reason is AcceleratorError {
      runOnCPU(index, countsFrames: true)
    } else {
      tell { $0.framesDone += batch.items[index].wave.frames }
      finish(index, .failure(BatchError(index: index, label: batch.items[index].label, reason: reason)))
    }
  }

  private func finish(_ index: Int, _ result: Result<Wave<S>, BatchError>) {
    results[index] = result
    tell {
      $0.itemsDone += 1
      if case .failure = result { $0.itemsFailed += 1 }
    }
  }

  private func tell(_ change: (inout BatchProgress) -> Void) {
    change(&progress)
    progress.framesDone = min(progress.framesDone, progress.framesTotal)
    options.progress?(progress)
  }
}

extension Plan {
  /// The sections of a plan that is one cascade of filters from its input to its output; nil for another one.
  package var onlyCascade: [Biquad]? {
    guard steps.count == 1, case .stage(let stage) = steps[0].work, case .sections(let cascade) = stage.lowering else {
      return nil
    }
    return cascade.sections
  }
}

extension Wave {
  /// Copies frames into a block, and silence where the wave has ended.
  fileprivate func place(from first: Int, in block: borrowing AudioBlock<S>) {
    let sounding = max(0, min(block.frames, frames - first))
    if sounding > 0 {
      block.withFrames(0..<sounding) { head in
        withBlock { whole in whole.withFrames(first..<first + sounding) { head.copy(from: $0) } }
      }
    }
    block.withFrames(sounding..<block.frames) { $0.clear() }
  }
}
