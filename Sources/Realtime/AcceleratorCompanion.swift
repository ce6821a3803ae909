import AudioCore
import AudioGraph
import RealModule
import Synchronization

/// What became of a block on the accelerator.
enum AcceleratedBlock {
  /// Its result is the plan's, and came in time.
  case ready
  /// The result is not the plan's yet: a parameter was changed, or the accelerator has only just caught up.
  case settling
  /// It did not come in time.
  case late
  /// The accelerator is not used any more.
  case lost
}

/// Lets an accelerator run each block beside the worker's own runner, and says whose result is heard.
///
/// Both run every block in its order and from the same input, so that both always have the stream's state: whoever is heard, it is the
/// same sound. Blocks for which the accelerator has no time yet are kept until it has caught up.
final class AcceleratorCompanion {
  /// Blocks that are kept at most; an accelerator that falls further behind is given up.
  private static let keptBlocks = 64
  /// Blocks in a row that must come in time before it is heard again.
  private static let probation = 16
  /// Within this time fades between old and new designs are over, in seconds.
  private static let fadeSeconds = 0.1

  let name: String
  /// Of each block's duration, how much the worker waits at most.
  private let share: Double
  private let sampleRate: Double
  private let memory: Int
  private var accelerator: (any BlockAccelerator)?
  private let kept: [SampleBuffer<Float>]
  private let lengths: UnsafeMutablePointer<Int>
  /// The oldest kept block, and how many there are.
  private var first = 0
  private var waiting = 0
  /// Frames of the block that is under way; 0 when there is none.
  private var underWay = 0
  /// Frames over which the result is not the plan's.
  private var settling = 0
  /// Blocks that must still come in time before it is heard.
  private var doubts = 0
  private var isLost = false
  private let counters: CounterBank
  /// Why it was lost; written before the counter says so.
  private(set) var failure: String?

  init(
    _ accelerator: any BlockAccelerator, plan: Plan, configuration: RealtimeConfiguration, counters: CounterBank
  ) {
    self.accelerator = accelerator
    name = accelerator.name
    share = configuration.acceleratorShare
    sampleRate = plan.input.sampleRate
    // A tail without an end is never settled.
    memory = plan.tail.frameCount ?? Int.max / 4
    kept = (0..<Self.keptBlocks).map { _ in
      SampleBuffer(channels: plan.input.channels, capacity: configuration.bufferFrames)
    }
    lengths = .allocate(capacity: Self.keptBlocks)
    lengths.initialize(repeating: 0, count: Self.keptBlocks)
    self.counters = counters
  }

  deinit { lengths.deallocate() }

  /// Hands a block on, before the runner processes it. [worker]
  func begin(_ input: borrowing AudioBlock<Float>) {
    guard !isLost else { return }
    if underWay == 0 && waiting == 0 {
      start(input)
      return
    }
    guard waiting < Self.keptBlocks else {
      lose("it fell \(Self.keptBlocks) blocks behind", .fellBehind)
      return
    }
    let place = (first + waiting) % Self.keptBlocks
    kept[place].withBlock(frames: input.frames) { $0.copy(from: input) }
    lengths[place] = input.frames
    waiting += 1
    // What is late may be done by now: the next one then runs while the runner does.
    _ = advance()
  }

  /// Waits for the block until its share of time is over, and takes its result where it is the plan's. [worker]
  ///
  /// - Parameter began: When the worker began the block.
  func finish(
    into output: borrowing AudioBlock<Float>, frames: Int, began: Int64, clock: any AudioClock, pause: Int64
  ) -> AcceleratedBlock {
    guard !isLost else { return .lost }
    let deadline = began + Int64(share * Double(frames) / sampleRate * 1e9)
    while !advance() {
      if isLost { return .lost }
      if clock.nanoseconds >= deadline {
        doubts = Self.probation
        return .late
      }
      clock.sleep(nanoseconds: pause)
    }
    guard !isLost else { return .lost }
    let isSettled = settling == 0 && doubts == 0
    settling = max(0, settling - frames)
    doubts = max(0, doubts - 1)
    guard isSettled else { return .settling }
    accelerator?.copyResult(frames, into: output)
    return .ready
  }

  /// Notes that the runner contained an overflow, in its own way: until it is forgotten the two differ. [worker]
  func differs() { settle(memory) }

  /// Ends what is done and begins what was kept. [worker]
  /// - Returns: whether nothing is left, so that the newest block's result is there.
  private func advance() -> Bool {
    guard let accelerator else { return true }
    do {
      while underWay > 0 {
        guard try accelerator.isDone() else { return false }
        let different = try accelerator.end(underWay)
        if different > 0 { settle(different) }
        underWay = 0
        guard waiting > 0 else { break }
        let place = first
        first = (first + 1) % Self.keptBlocks
        waiting -= 1
        kept[place].withBlock(frames: lengths[place]) { start($0) }
      }
    } catch {
      lose("\(error)", .failed)
    }
    return true
  }

  private func start(_ input: borrowing AudioBlock<Float>) {
    guard let accelerator else { return }
    do {
      let different = try accelerator.begin(input)
      underWay = input.frames
      if different > 0 { settle(different) }
    } catch {
      lose("\(error)", .failed)
    }
  }

  private func settle(_ frames: Int) {
    let fades = Int(Self.fadeSeconds * sampleRate)
    settling = max(settling, min(frames, Int.max / 4) + memory + fades)
  }

  private func lose(_ reason: String, _ loss: AcceleratorLoss) {
    isLost = true
    failure = reason
    counters.set(loss.rawValue, at: WorkerCounter.acceleratorLoss.rawValue)
  }

  /// Gives the accelerator back. The worker has ended. [control]
  /// - Returns: whether its work has ended too, and nothing was abandoned.
  func close() -> Bool {
    defer { accelerator = nil }
    return accelerator?.close() ?? true
  }
}

/// Why an accelerator is not used any more, as a counter's value.
enum AcceleratorLoss: Int {
  case none
  case failed
  case fellBehind
}
