import AudioCore

/// The length from which on a block is run by the scan; shorter ones run with one thread a channel.
public struct DispatchThreshold: Sendable, Hashable, Codable {
  /// Frames for Float samples: 0 always scans, `.max` never does.
  public var float: Int
  /// Frames for Double samples.
  public var double: Int

  public init(float: Int, double: Int) {
    self.float = float
    self.double = double
  }

  /// For devices that were not measured: an estimate from the kernels' operation counts.
  public static let unmeasured = DispatchThreshold(float: 64, double: 32)
  /// Thresholds that `swiftlet-gpu sweep` measured, by a part of the device's name.
  public static let measured: [(name: String, threshold: DispatchThreshold)] = []

  /// The threshold for a device.
  public static func `default`(for device: ComputeDevice) -> DispatchThreshold {
    measured.first { device.name.contains($0.name) }?.threshold ?? unmeasured
  }

  /// Frames for a type of samples.
  public func frames(for type: SampleType) -> Int { type == .float64 ? double : float }
}

/// How a plan is run on an accelerator.
public struct AcceleratorOptions: Sendable, Hashable {
  /// nil for the default of the device.
  public var threshold: DispatchThreshold?
  /// nil to choose by what the device says of itself; `.scan` and `.threePhaseScan` choose which scan is taken.
  public var method: CascadeMethod?
  /// Whether the work of a block is recorded and replayed when blocks of one length follow one another.
  public var usesGraphs: Bool
  /// The most frames of one launch; longer blocks are cut.
  public var maximumFrames: Int
  /// From this number of taps on a response that all channels share runs in partitions by transforms; 0 for all, `.max` for none. Shorter
  /// ones run in direct form, whose work grows with the taps. The default is an estimate from the counts of both, not measured on a GPU.
  public var leastTransformedTaps = 512
  /// Frames that one thread runs and threads of a group, where not those that suit a GPU. A processor compiles small ones sooner.
  package var tile: Tile?

  package struct Tile: Sendable, Hashable {
    var perThread: Int
    var threads: Int
    package init(perThread: Int, threads: Int) {
      self.perThread = perThread
      self.threads = threads
    }
  }

  public init(
    threshold: DispatchThreshold? = nil, method: CascadeMethod? = nil, usesGraphs: Bool = true,
    maximumFrames: Int = 65_536
  ) {
    self.threshold = threshold
    self.method = method
    self.usesGraphs = usesGraphs
    self.maximumFrames = maximumFrames
  }

  /// The kernels for a number of sections: the largest group that is not mostly empty.
  package func shape(sections: Int, type: SampleType, on device: ComputeDevice) -> KernelModule.Shape {
    let isDouble = type == .float64
    let group = isDouble ? min(sections, 2) : sections >= 3 ? 4 : sections
    // A processor has no registers for the long tiles of a GPU.
    let tile =
      tile ?? (device.isGPU ? Tile(perThread: isDouble ? 16 : 32, threads: 128) : Tile(perThread: 8, threads: 64))
    return KernelModule.Shape(
      isDouble: isDouble, sections: max(group, 1), perThread: tile.perThread, threads: tile.threads)
  }
}
