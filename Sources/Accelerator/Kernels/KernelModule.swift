/// Kernels of one shape, loaded on one device.
package final class KernelModule {
  /// What is fixed when kernels are compiled.
  package struct Shape: Hashable, Sendable, CustomStringConvertible {
    /// Samples and arithmetic in Double rather than Float.
    package var isDouble: Bool
    /// Sections in a group; 0 for the module of gains, sums, delays, taps and the self-test.
    package var sections: Int
    /// Frames that one thread runs in a scan.
    package var perThread: Int
    /// Threads of a group in a scan, a multiple of 32.
    package var threads: Int
    /// The module of the cascade that stays on the device; without sections of its own.
    package private(set) var isResident = false
    /// Leaves out a barrier, so that a race checker can show that it would find it.
    package var plantsRace = false

    package init(isDouble: Bool, sections: Int, perThread: Int = 0, threads: Int = 64) {
      self.isDouble = isDouble
      self.sections = sections
      self.perThread = sections == 0 ? 0 : perThread
      self.threads = threads
    }

    package static let resident: Shape = {
      var shape = Shape(isDouble: false, sections: 0)
      shape.isResident = true
      return shape
    }()

    package var description: String {
      isResident
        ? "f32live" : sections == 0 ? (isDouble ? "f64basic" : "f32basic") : "f\(isDouble ? 64 : 32)x\(sections)"
    }

    /// Frames of one tile of a scan.
    var tileFrames: Int { perThread * threads }

    /// The shapes that are shipped as PTX: groups of up to four sections in Float, of up to two in Double.
    package static let compiledForCUDA: [Shape] =
      [1, 2, 4].map { Shape(isDouble: false, sections: $0, perThread: 32, threads: 128) }
      + [1, 2].map { Shape(isDouble: true, sections: $0, perThread: 16, threads: 128) }
      + [Shape(isDouble: false, sections: 0), Shape(isDouble: true, sections: 0), .resident]
  }

  package let shape: Shape
  private let driver: any ComputeDriver
  fileprivate let handle: UInt

  init(_ shape: Shape, on driver: any ComputeDriver) throws(AcceleratorError) {
    self.shape = shape
    self.driver = driver
    handle = try driver.loadModule(shape)
  }

  deinit { driver.unloadModule(handle) }
}

/// A kernel with its arguments, ready to be launched any number of times.
package final class KernelLaunch {
  package let arguments: KernelArguments
  /// Set before a launch.
  package var groups = 1
  private let threads: Int
  private let context: ComputeContext
  // Held so that the kernel's code stays.
  private let module: KernelModule
  private let kernel: UInt

  package init(_ name: String, of module: KernelModule, threads: Int, argumentCount: Int, on context: ComputeContext)
    throws(AcceleratorError)
  {
    self.module = module
    self.context = context
    self.threads = threads
    arguments = KernelArguments(count: argumentCount)
    kernel = try context.driver.makeKernel(name, in: module.handle)
  }

  deinit { context.driver.releaseKernel(kernel) }

  package func run() throws(AcceleratorError) {
    try context.driver.launch(kernel, groups: groups, threads: threads, arguments)
    context.statistics.launches += 1
  }
}
