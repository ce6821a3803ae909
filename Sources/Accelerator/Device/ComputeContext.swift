/// What a context was asked for since it was opened, for assertions and reports.
public struct ComputeStatistics: Sendable, Hashable, Codable {
  /// Buffers allocated on the device.
  public var allocations = 0
  /// Bytes that are allocated now.
  public var allocatedBytes = 0
  /// Kernels launched one by one.
  public var launches = 0
  /// Graphs recorded.
  public var captures = 0
  /// Recorded graphs replayed.
  public var replays = 0
  /// Modules compiled or loaded.
  public var modules = 0
}

/// An open device: its queue of work, the modules loaded on it, and the memory taken from it. One thread at a time may use it.
public final class ComputeContext {
  /// What was opened.
  public let device: ComputeDevice
  /// What was asked for so far.
  public internal(set) var statistics = ComputeStatistics()
  package let driver: any ComputeDriver
  private var modules: [KernelModule.Shape: KernelModule] = [:]

  package init(_ device: ComputeDevice, driver: any ComputeDriver) {
    self.device = device
    self.driver = driver
  }

  /// Opens a device.
  /// - Throws: `AcceleratorError` naming the call that failed.
  public convenience init(_ device: ComputeDevice) throws(AcceleratorError) {
    self.init(device, driver: try device.open())
  }

  /// Waits until all work is done.
  public func finish() throws(AcceleratorError) { try driver.finish() }

  /// The kernels of a shape, compiled or loaded at the first request.
  package func module(_ shape: KernelModule.Shape) throws(AcceleratorError) -> KernelModule {
    if let module = modules[shape] { return module }
    let module = try KernelModule(shape, on: driver)
    statistics.modules += 1
    modules[shape] = module
    return module
  }
}

/// Memory on a device.
package final class DeviceBuffer {
  package let byteCount: Int
  package let handle: UInt
  /// Where the processor finds it; nil for memory of the device's own.
  package let mapped: UnsafeMutableRawPointer?
  private let context: ComputeContext

  /// Allocates memory of the host, zeroed, that kernels use where it lies; memory of the device where it has no such.
  package init(mappedBytes bytes: Int, on context: ComputeContext) throws(AcceleratorError) {
    byteCount = max(bytes, 16)
    self.context = context
    let memory = try context.driver.allocateMapped(byteCount)
    mapped = memory?.start
    if let memory { handle = memory.handle } else { handle = try context.driver.allocate(byteCount) }
    context.statistics.allocations += 1
    context.statistics.allocatedBytes += byteCount
    try clear()
  }

  /// Allocates memory, which holds zeros unless whoever asks for it writes all of it before it is read.
  package init(bytes: Int, isZeroed: Bool = true, on context: ComputeContext) throws(AcceleratorError) {
    byteCount = max(bytes, 16)
    self.context = context
    mapped = nil
    handle = try context.driver.allocate(byteCount)
    context.statistics.allocations += 1
    context.statistics.allocatedBytes += byteCount
    if isZeroed { try clear() }
  }

  deinit {
    if let mapped {
      context.driver.freeMapped(MappedMemory(start: mapped, handle: handle))
    } else {
      context.driver.free(handle)
    }
    context.statistics.allocatedBytes -= byteCount
  }

  private static let zeroBytes = 65_536
  // Allocated once and never freed: transfers may read it at any time.
  private nonisolated(unsafe) static let zeros: UnsafeRawPointer = {
    let memory = UnsafeMutableRawPointer.allocate(byteCount: zeroBytes, alignment: 16)
    memory.initializeMemory(as: UInt8.self, repeating: 0, count: zeroBytes)
    return UnsafeRawPointer(memory)
  }()

  /// Writes zeros: not by a fill, which checkers of uninitialised memory do not see.
  package func clear() throws(AcceleratorError) {
    if let mapped {
      mapped.initializeMemory(as: UInt8.self, repeating: 0, count: byteCount)
      return
    }
    for offset in stride(from: 0, to: byteCount, by: Self.zeroBytes) {
      try context.driver.write(handle, at: offset, from: Self.zeros, bytes: min(Self.zeroBytes, byteCount - offset))
    }
  }

  package func write(_ source: UnsafeRawPointer, at offset: Int = 0, bytes: Int) throws(AcceleratorError) {
    precondition(
      offset >= 0 && bytes >= 0 && offset <= byteCount - bytes, "\(bytes) bytes at \(offset) of \(byteCount)")
    // Mapped memory is written at once: whoever does it knows that no kernel uses it.
    if let mapped {
      (mapped + offset).copyMemory(from: source, byteCount: bytes)
    } else {
      try context.driver.write(handle, at: offset, from: source, bytes: bytes)
    }
  }

  package func read(into target: UnsafeMutableRawPointer, at offset: Int = 0, bytes: Int) throws(AcceleratorError) {
    precondition(
      offset >= 0 && bytes >= 0 && offset <= byteCount - bytes, "\(bytes) bytes at \(offset) of \(byteCount)")
    if let mapped {
      target.copyMemory(from: mapped + offset, byteCount: bytes)
    } else {
      try context.driver.read(handle, at: offset, into: target, bytes: bytes)
    }
  }
}

/// Memory of the host for transfers, zeroed.
package final class HostBuffer {
  package let start: UnsafeMutableRawPointer
  package let byteCount: Int
  private let context: ComputeContext

  package init(bytes: Int, on context: ComputeContext) throws(AcceleratorError) {
    byteCount = max(bytes, 16)
    self.context = context
    start = try context.driver.allocateHost(byteCount)
    start.initializeMemory(as: UInt8.self, repeating: 0, count: byteCount)
  }

  deinit {
    // After a failure half-way a transfer may still be reading or writing here. A device that cannot finish either does nothing more.
    try? context.finish()
    context.driver.freeHost(start)
  }
}

/// Work that is recorded once and replayed: by the driver where it can, else command by command.
package final class CommandGraph {
  private let context: ComputeContext
  private let body: () throws(AcceleratorError) -> Void
  private let recorded: UInt?

  /// Records what the body asks for, without running it.
  package init(on context: ComputeContext, _ body: @escaping () throws(AcceleratorError) -> Void)
    throws(AcceleratorError)
  {
    self.context = context
    self.body = body
    recorded = try context.driver.capture(body)
    context.statistics.captures += 1
  }

  deinit { if let recorded { context.driver.releaseGraph(recorded) } }

  package func replay() throws(AcceleratorError) {
    if let recorded { try context.driver.replay(recorded) } else { try body() }
    context.statistics.replays += 1
  }
}
