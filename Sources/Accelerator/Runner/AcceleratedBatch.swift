import AudioCore
import AudioGraph

/// Runs streams of one format and of known lengths through one cascade, side by side: each piece of all of them is one launch.
///
/// Each has the bits that `AcceleratedStream` gives it alone. Memory is that of one piece of each, whatever their lengths.
package final class AcceleratedBatch<S: Sample> {
  /// One stream.
  package struct Item {
    package var source: any AudioSource<S>
    /// How many frames the source has.
    package var frames: Int
    package var sink: any AudioSink<S>

    package init(source: any AudioSource<S>, frames: Int, sink: any AudioSink<S>) {
      self.source = source
      self.frames = frames
      self.sink = sink
    }
  }

  /// What became of a stream.
  package enum Outcome {
    /// All of it was written.
    case done(RunReport)
    /// It is to be run by itself, from its beginning; what was written is of no use.
    case alone(reason: String)
    /// The source or the sink failed.
    case failed(any Error)
  }

  /// The most streams of one run: each keeps a source and a sink open.
  package static var mostItems: Int { 64 }
  /// The most signal memory of one run on the device, in bytes, input and output each.
  private static var launchBytes: Int { 128 << 20 }

  private let plan: Plan
  private let sections: [Biquad]
  private let tailFrames: Int
  /// What comes out.
  package var output: StreamFormat { plan.output }
  private let context: ComputeContext
  private let options: AcceleratorOptions

  /// nil where the plan is more than one cascade or the device's groups must not wait for one another: streams then run one by one.
  /// - Throws: `DesignError` of reason `.unsupported` when the tail is to be run out and never ends.
  package init?(
    _ plan: Plan, on context: ComputeContext, options: AcceleratorOptions = AcceleratorOptions(), tail: TailHandling
  ) throws(DesignError) {
    let isDouble = S.sampleType == .float64
    guard let sections = plan.onlyCascade, context.driver.hasForwardProgress, plan.acceleratorCoverage.isComplete,
      !isDouble || context.device.hasDouble
    else { return nil }
    tailFrames = tail == .runOut ? try plan.finiteTail() : 0
    self.plan = plan
    self.sections = sections
    self.context = context
    self.options = options
  }

  /// Splits streams of these lengths into runs that fit into memory, the longest together.
  /// - Parameter most: The most streams of one run.
  /// - Returns: the places of the streams of each run.
  package func runs(of frames: [Int], most: Int) -> [[Int]] {
    var waiting = frames.indices.sorted { frames[$0] == frames[$1] ? $0 < $1 : frames[$0] > frames[$1] }[...]
    var runs: [[Int]] = []
    while let first = waiting.first {
      let room = CascadeLanes<S>.room(
        channels: plan.input.channels, longest: frames[first] + tailFrames, bytes: Self.launchBytes, options)
      runs.append(Array(waiting.prefix(max(1, min(room, most, Self.mostItems)))))
      waiting = waiting.dropFirst(runs.last?.count ?? 1)
    }
    return runs
  }

  /// Runs streams, the longest first. Their sources are read and their sinks written on the threads of a pool, each stream by one thread
  /// at a time.
  /// - Returns: what became of each, and the pieces that were launched.
  /// - Throws: `AcceleratorError`; nothing that was written then counts.
  package func run(_ items: [Item], on pool: JobPool) throws(AcceleratorError) -> (outcomes: [Outcome], pieces: Int) {
    let lanes = items.map { Lane($0) }
    let totals = items.map { $0.frames == 0 ? 0 : $0.frames + tailFrames }
    let rows = try CascadeLanes<S>(
      sections, channels: plan.input.channels, totals: totals, options: options, on: context)
    var pieces = 0
    _ = try rows.run(
      isCancelled: { lanes.allSatisfy(\.hasFailed) },
      fill: { piece in each(of: piece, lanes, on: pool) { lane, first, block in lane.fill(from: first, block) } },
      drain: { piece in
        pieces += 1
        each(of: piece, lanes, on: pool) { lane, _, block in lane.drain(block) }
      })
    return (lanes.map { $0.outcome(latencyFrames: plan.latencyFrames) }, pieces)
  }

  /// A piece that several threads look at, each at signals of its own.
  private struct Shared: @unchecked Sendable {
    // Sendable because each signal's memory and lane belong to one job.
    let piece: CascadeLanes<S>.Piece
    let lanes: [Lane]
  }

  private func each(
    of piece: CascadeLanes<S>.Piece, _ lanes: [Lane], on pool: JobPool,
    _ body: @escaping @Sendable (Lane, Int, borrowing AudioBlock<S>) -> Void
  ) {
    let shared = Shared(piece: piece, lanes: lanes)
    _ = pool.run(piece.lengths.count) { index in
      shared.piece.withBlock(index) { body(shared.lanes[index], shared.piece.first, $0) }
    }
  }

  /// One stream on its way. One thread at a time may use it.
  private final class Lane {
    private let item: Item
    private var report = RunReport()
    private var problem: Outcome?
    var hasFailed: Bool { problem != nil }

    init(_ item: Item) { self.item = item }

    /// Reads into a block, and leaves silence behind the end.
    func fill(from first: Int, _ block: borrowing AudioBlock<S>) {
      let sounding = problem == nil ? max(0, min(block.frames, item.frames - first)) : 0
      var read = 0
      do {
        if sounding > 0 { read = try block.withFrames(0..<sounding) { try item.source.read(into: $0) } }
        // Where it should end it is asked once more.
        if read == sounding && sounding > 0 && first + sounding == item.frames {
          let beyond = SampleBuffer<S>(channels: block.channels, capacity: 1)
          read += try beyond.withBlock(frames: 1) { try item.source.read(into: $0) }
        }
      } catch {
        problem = .failed(error)
        read = 0
      }
      if read != sounding, problem == nil { problem = .alone(reason: "it has not as many frames as its header says") }
      if problem != nil {
        block.clear()
        return
      }
      report.framesRead += read
      block.withFrames(sounding..<block.frames) { $0.clear() }
      for channel in 0..<block.channels {
        let samples = block.unsafeChannel(channel)
        // SAFETY: the block has these frames.
        for frame in 0..<sounding where !samples[frame].isFinite { report.nonFiniteInputs += 1 }
      }
    }

    func drain(_ block: borrowing AudioBlock<S>) {
      guard problem == nil else { return }
      guard block.firstNonFiniteFrame() == nil else {
        problem = .alone(reason: "a stage overflowed")
        return
      }
      do {
        try item.sink.write(block)
        report.framesWritten += block.frames
      } catch {
        problem = .failed(error)
      }
    }

    func outcome(latencyFrames: Int) -> Outcome {
      if let problem { return problem }
      report.latencyFrames = latencyFrames
      return .done(report)
    }
  }
}
