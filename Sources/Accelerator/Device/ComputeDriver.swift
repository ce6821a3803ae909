/// An open device with one queue of work, as a driver offers it: the one thing that OpenCL and CUDA each implement.
///
/// Handles are words of the driver. Transfers and launches run in the order in which they are asked for and may still run when the call
/// returns: memory of the host must stay until `finish`. One thread at a time may use a driver.
package protocol ComputeDriver: AnyObject {
  /// Whether groups that have started are sure to go on, so that one may wait for another.
  var hasForwardProgress: Bool { get }
  func allocate(_ bytes: Int) throws(AcceleratorError) -> UInt
  func free(_ memory: UInt)
  /// Memory of the host that the device reads and writes fastest.
  func allocateHost(_ bytes: Int) throws(AcceleratorError) -> UnsafeMutableRawPointer
  func freeHost(_ memory: UnsafeMutableRawPointer)
  /// Memory of the host that kernels use where it lies; nil where the device cannot.
  func allocateMapped(_ bytes: Int) throws(AcceleratorError) -> MappedMemory?
  func freeMapped(_ memory: MappedMemory)
  /// Whether a kernel that runs and the processor see each other's words in mapped memory.
  var hasSystemAtomics: Bool { get }
  func write(_ memory: UInt, at offset: Int, from source: UnsafeRawPointer, bytes: Int) throws(AcceleratorError)
  func read(_ memory: UInt, at offset: Int, into target: UnsafeMutableRawPointer, bytes: Int) throws(AcceleratorError)
  func loadModule(_ shape: KernelModule.Shape) throws(AcceleratorError) -> UInt
  func unloadModule(_ module: UInt)
  func makeKernel(_ name: String, in module: UInt) throws(AcceleratorError) -> UInt
  func releaseKernel(_ kernel: UInt)
  func launch(_ kernel: UInt, groups: Int, threads: Int, _ arguments: KernelArguments) throws(AcceleratorError)
  func finish() throws(AcceleratorError)
  /// Notes the end of what was asked for so far and sees that it is under way. It does not wait.
  func mark() throws(AcceleratorError)
  /// Whether all that was asked for before the last mark is done. It does not wait.
  func isDone() throws(AcceleratorError) -> Bool
  /// Records what the body asks for, to be replayed; nil where the driver cannot, and nothing was then asked for.
  func capture(_ body: () throws(AcceleratorError) -> Void) throws(AcceleratorError) -> UInt?
  func replay(_ graph: UInt) throws(AcceleratorError)
  func releaseGraph(_ graph: UInt)
  /// Starts measuring, and the seconds that the device worked since; nil where it does not measure.
  func startTimer() throws(AcceleratorError)
  func stopTimer() throws(AcceleratorError) -> Double?
}

/// Memory of the host that kernels use too: its address here, and what a kernel's argument takes.
package struct MappedMemory {
  var start: UnsafeMutableRawPointer
  /// An odd number is an address of shared virtual memory, with 1 added: OpenCL takes those by another call.
  var handle: UInt
}

/// The arguments of a kernel, laid out once and changed in place.
package final class KernelArguments {
  let count: Int
  private let words: UnsafeMutablePointer<UInt64>
  private let sizes: UnsafeMutablePointer<Int>
  /// The address of each argument, as CUDA wants them.
  let addresses: UnsafeMutablePointer<UnsafeMutableRawPointer?>

  package init(count: Int) {
    self.count = count
    words = .allocate(capacity: count)
    words.initialize(repeating: 0, count: count)
    sizes = .allocate(capacity: count)
    sizes.initialize(repeating: 8, count: count)
    addresses = .allocate(capacity: count)
    for index in 0..<count { (addresses + index).initialize(to: UnsafeMutableRawPointer(words + index)) }
  }

  deinit {
    words.deallocate()
    sizes.deallocate()
    addresses.deallocate()
  }

  private func store(_ word: UInt64, size: Int, at index: Int) {
    precondition(index >= 0 && index < count, "argument \(index) of \(count)")
    words[index] = word.littleEndian
    sizes[index] = size
  }

  /// Sets an address; one of shared virtual memory is marked by a size of 0.
  func set(_ index: Int, memory: UInt) {
    store(UInt64(memory & ~1), size: memory & 1 == 1 ? 0 : 8, at: index)
  }
  func set(_ index: Int, _ value: Int32) { store(UInt64(UInt32(bitPattern: value)), size: 4, at: index) }
  func set(_ index: Int, _ value: Int) { store(UInt64(bitPattern: Int64(value)), size: 8, at: index) }
  func set(_ index: Int, _ value: Double) { store(value.bitPattern, size: 8, at: index) }

  /// One argument's address and size; a size of 0 for an address of shared virtual memory.
  func argument(_ index: Int) -> (address: UnsafeRawPointer, size: Int) {
    precondition(index >= 0 && index < count, "argument \(index) of \(count)")
    return (UnsafeRawPointer(words + index), sizes[index])
  }
}
