import AudioCore
import AudioGraph

/// A GPU for a live stream: what a `RealtimeProcessor` takes as its `accelerator`.
///
/// ```swift
/// let processor = try RealtimeProcessor(chain, on: device, accelerator: LiveAccelerator(.auto))
/// ```
public struct LiveAccelerator: BlockAcceleratorProvider {
  /// How blocks reach the device.
  public enum Method: String, Sendable, Hashable, Codable, CaseIterable {
    /// Each block is launched.
    case launches
    /// A kernel stays on the device and takes block after block: for one cascade of filters.
    case resident
  }

  /// On a GPU or not at all, or where there is one.
  public var device: ProcessingDevice
  public var method: Method
  public var options: AcceleratorOptions
  private let find: @Sendable () throws(AcceleratorError) -> ComputeDevice

  /// - Parameter name: A part of the device's name; nil for the first GPU, or that of the variable `SWIFTLET_GPU`.
  public init(
    _ device: ProcessingDevice = .gpu, named name: String? = nil, options: AcceleratorOptions = AcceleratorOptions(),
    method: Method = .launches
  ) {
    self.init(device, options: options, method: method) { () throws(AcceleratorError) in try ComputeDevice.find(name) }
  }

  /// On a device that the closure finds.
  package init(
    _ device: ProcessingDevice = .gpu, options: AcceleratorOptions = AcceleratorOptions(), method: Method = .launches,
    find: @escaping @Sendable () throws(AcceleratorError) -> ComputeDevice
  ) {
    self.device = device
    self.options = options
    self.method = method
    self.find = find
  }

  /// Opens the device and prepares the plan on it. [control]
  /// - Throws: on `.gpu` the `AcceleratorError` that says what is missing; on `.auto` that is the offer's reason.
  public func makeAccelerator(for plan: Plan) throws -> BlockAcceleratorOffer {
    guard device != .cpu else { return BlockAcceleratorOffer(reason: "the processor was asked for") }
    do {
      // No device is looked for where the plan could not run on it.
      try plan.requireAcceleratorCoverage()
      let context = try ComputeContext(try find())
      return switch method {
      case .launches: BlockAcceleratorOffer(try GPUBlocks(plan, on: context, options: options))
      case .resident: BlockAcceleratorOffer(try GPUResident(plan, on: context))
      }
    } catch let error as AcceleratorError where device == .auto {
      return BlockAcceleratorOffer(reason: "\(error)")
    }
  }
}

/// Runs live blocks on a GPU: samples in memory that both sides use where it lies, one launch for a cascade, a recording for more.
final class GPUBlocks: BlockAccelerator {
  let name: String
  private let runner: GPUPlanRunner<Float>
  private var isEnded = true
  private let tail: Int

  init(_ plan: Plan, on context: ComputeContext, options: AcceleratorOptions) throws {
    var options = options
    options.maximumFrames = plan.options.maximumFrames
    runner = try GPUPlanRunner(plan, on: context, options: options, isLive: true)
    name = "\(context.device)"
    tail = plan.tail.frameCount ?? .max
  }

  func begin(_ input: borrowing AudioBlock<Float>) throws -> Int {
    isEnded = false
    return try runner.begin(input)
  }

  func isDone() throws -> Bool { try runner.isDone() }

  func end(_ frames: Int) throws -> Int {
    isEnded = true
    // All states have started afresh, where the processor's own runner keeps those of the other stages.
    return try runner.end(frames) ? tail : 0
  }

  func copyResult(_ frames: Int, into output: borrowing AudioBlock<Float>) { runner.copyResult(frames, into: output) }

  func close() -> Bool {
    if isEnded { return true }
    return Abandonment.waitOrKeep([runner]) { try runner.isDone() }
  }
}

/// What becomes of memory that a device may still use.
enum Abandonment {
  private static let milliseconds = 30

  /// Waits some milliseconds for a device to finish; where it does not, what belongs to it is kept for ever.
  /// - Returns: whether it has finished.
  static func waitOrKeep(_ owners: [AnyObject], _ isDone: () throws -> Bool) -> Bool {
    for _ in 0..<milliseconds {
      // A device that reports an error does nothing more.
      if (try? isDone()) ?? true { return true }
      SystemClock().sleep(nanoseconds: 1_000_000)
    }
    // Freeing would wait for the device, or take memory from under it.
    for owner in owners { _ = Unmanaged.passRetained(owner) }
    return false
  }
}
