import AudioCore
import AudioGraph
import Effects
import Synchronization

/// Runs live blocks by a kernel that stays on the device: a block costs no launch, only a word in a mailbox that both sides see.
///
/// The kernel is launched when this is made and ends when it is closed. It holds a part of the device meanwhile; a system that limits how
/// long a kernel may run ends it, which shows as a failed call, and the stream goes on without it.
final class GPUResident: BlockAccelerator {
  let name: String
  private let context: ComputeContext
  private let launch: KernelLaunch
  private let input: DeviceBuffer
  private let output: DeviceBuffer
  private let coefficients: DeviceBuffer
  private let mailbox: DeviceBuffer
  private let state: DeviceBuffer
  private let source: UnsafeMutablePointer<Float>
  private let target: UnsafeMutablePointer<Float>
  private let numbers: UnsafeMutablePointer<Double>
  private let words: Mailbox
  private let feeds: [CascadeStage.Feed]
  private let groups: Int
  private let stride: Int
  private let tail: Int
  private var request: UInt32 = 0
  private var looks = 0
  private var isRunning = false

  private enum Patience {
    /// Milliseconds until the kernel must have begun.
    static let start = 2_000
    /// The driver is asked whether the kernel still runs at every so many looks at the mailbox.
    static let looksPerQuestion = 64
  }

  /// The mailbox's words, as mailbox.h names them.
  private struct Mailbox {
    enum Word: Int {
      case request = 0
      case frames = 1
      case reset = 2
      case stop = 16
      case heart = 32
      case overflow = 48
      case done = 64
    }
    let start: UnsafeMutablePointer<Atomic<UInt32>>

    static func bytes(groups: Int) -> Int { 4 * (Word.done.rawValue + 16 * groups) }

    func load(_ word: Word, group: Int = 0) -> UInt32 {
      start[word.rawValue + 16 * group].load(ordering: .acquiring)
    }
    func store(_ value: UInt32, _ word: Word) { start[word.rawValue].store(value, ordering: .releasing) }
  }

  /// Loads, launches and waits until the kernel runs. [control]
  /// - Throws: `AcceleratorError` of reason `.unsupported` for a plan that is more than one cascade, and for a device whose kernels do not
  ///   share words with the processor while they run.
  init(_ plan: Plan, on context: ComputeContext) throws {
    guard plan.steps.count == 1, let step = plan.steps.first, case .stage(let stage) = step.work,
      case .sections(let cascade) = stage.lowering
    else {
      throw AcceleratorError(
        .unsupported, subject: "a kernel that stays on the device",
        problem: "runs one cascade of filters, and nothing else",
        remedy: "Launch each block, or leave the other effects out")
    }
    guard context.driver.hasSystemAtomics else {
      throw AcceleratorError(
        .unsupported, subject: context.device.name,
        problem: "does not share words with the processor while a kernel runs", remedy: "Launch each block")
    }
    self.context = context
    name = "\(context.device), resident"
    let rows = plan.input.channels
    let sections = cascade.sections
    stride = plan.options.maximumFrames
    tail = plan.tail.frameCount ?? .max
    groups = (rows + 63) / 64
    input = try DeviceBuffer(mappedBytes: rows * stride * 4, on: context)
    output = try DeviceBuffer(mappedBytes: rows * stride * 4, on: context)
    coefficients = try DeviceBuffer(mappedBytes: sections.count * 40, on: context)
    mailbox = try DeviceBuffer(mappedBytes: Mailbox.bytes(groups: groups), on: context)
    state = try DeviceBuffer(bytes: sections.count * rows * 16, on: context)
    launch = try KernelLaunch(
      "sos_resident", of: try context.module(.resident), threads: 64, argumentCount: 8, on: context)
    guard let source = input.mapped, let target = output.mapped, let numbers = coefficients.mapped,
      let words = mailbox.mapped
    else {
      throw AcceleratorError(
        .unsupported, subject: context.device.name, problem: "has no memory that it shares with the processor",
        remedy: "Launch each block")
    }
    // SAFETY: the buffers hold as many, zeroed; a word that is zero is an atomic that is zero.
    self.source = source.bindMemory(to: Float.self, capacity: rows * stride)
    self.target = target.bindMemory(to: Float.self, capacity: rows * stride)
    self.numbers = numbers.bindMemory(to: Double.self, capacity: sections.count * 5)
    self.words = Mailbox(start: words.bindMemory(to: Atomic<UInt32>.self, capacity: mailbox.byteCount / 4))
    feeds = try (stage as? CascadeStage)?.attachFeeds() ?? []
    place(sections, from: 0)
    for (index, buffer) in [input, output, state, coefficients, mailbox].enumerated() {
      launch.arguments.set(index, memory: buffer.handle)
    }
    launch.arguments.set(5, stride)
    launch.arguments.set(6, Int32(rows))
    launch.arguments.set(7, Int32(sections.count))
    launch.groups = groups
    try context.finish()
    try launch.run()
    isRunning = true
    try waitForHeart()
  }

  private func waitForHeart() throws(AcceleratorError) {
    do throws(AcceleratorError) {
      try context.driver.mark()
      for _ in 0..<Patience.start {
        if words.load(.heart) != 0 { return }
        if try context.driver.isDone() { throw ended }
        SystemClock().sleep(nanoseconds: 1_000_000)
      }
      throw AcceleratorError(
        .callFailed, subject: "the resident kernel", problem: "did not begin within \(Patience.start) ms",
        remedy: "Launch each block, or end what else runs on the device")
    } catch {
      _ = close()
      throw error
    }
  }

  private var ended: AcceleratorError {
    AcceleratorError(
      .callFailed, subject: "the resident kernel",
      problem: "has ended by itself: the system may limit how long one runs",
      remedy: "Launch each block")
  }

  private func place(_ sections: [Biquad], from first: Int) {
    for (index, s) in sections.enumerated() {
      let c = numbers + 5 * (first + index)
      (c[0], c[1], c[2], c[3], c[4]) = (s.b0, s.b1, s.b2, s.a1, s.a2)
    }
  }

  func begin(_ block: borrowing AudioBlock<Float>) throws -> Int {
    var settling = 0
    // The kernel reads coefficients while it runs a block, and the last block is done.
    for feed in feeds {
      feed.mailbox.take()?._withUnsafeGuaranteedRef { letter in
        settling = max(settling, 1, letter.design.tail.frameCount ?? .max)
        place(letter.design.cascade.sections, from: feed.first)
      }
    }
    for channel in 0..<block.channels {
      // SAFETY: a row holds `stride` frames, the most that a block of the plan has.
      (source + channel * stride).update(from: block.unsafeChannel(channel), count: block.frames)
    }
    request &+= 1
    // No block has the number that the kernel begins with.
    if request == 0 { request = 1 }
    words.store(UInt32(block.frames), .frames)
    words.store(request, .request)
    return settling
  }

  func isDone() throws -> Bool {
    for group in 0..<groups where words.load(.done, group: group) != request {
      looks += 1
      if looks % Patience.looksPerQuestion == 0, try context.driver.isDone() { throw ended }
      return false
    }
    return true
  }

  func end(_ frames: Int) throws -> Int {
    let hasOverflowed = words.load(.overflow) == request
    // The next block begins from silence.
    words.store(hasOverflowed ? 1 : 0, .reset)
    return hasOverflowed ? tail : 0
  }

  func copyResult(_ frames: Int, into block: borrowing AudioBlock<Float>) {
    for channel in 0..<block.channels {
      // SAFETY: as in `begin`.
      block.unsafeChannel(channel).update(from: target + channel * stride, count: frames)
    }
  }

  func close() -> Bool {
    guard isRunning else { return true }
    isRunning = false
    words.store(1, .stop)
    return Abandonment.waitOrKeep([context, launch, input, output, coefficients, mailbox, state]) {
      try context.driver.isDone()
    }
  }

  deinit { _ = close() }
}
