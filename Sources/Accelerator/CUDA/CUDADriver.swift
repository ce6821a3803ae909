/// An NVIDIA GPU by the CUDA driver interface, with kernels from PTX.
final class CUDADriver: ComputeDriver {
  let hasForwardProgress = true
  let hasSystemAtomics = true
  private let cuda: CUDAFunctions
  private let ordinal: Int32
  private let context: UnsafeMutableRawPointer
  private let stream: UnsafeMutableRawPointer
  private let started: UnsafeMutableRawPointer
  private let ended: UnsafeMutableRawPointer

  /// Opens a device.
  init(_ cuda: CUDAFunctions, _ device: CUDADevice) throws(AcceleratorError) {
    // The PTX is for Turing and newer.
    guard device.capability.major > 7 || device.capability == (7, 5) else {
      throw AcceleratorError(
        .unsupported, subject: device.name,
        problem: "its compute capability \(device.capability.major).\(device.capability.minor) is below 7.5",
        remedy: "Use the device through OpenCL, or the CPU")
    }
    self.cuda = cuda
    ordinal = device.ordinal
    var context: UnsafeMutableRawPointer?
    try Self.check("cuDevicePrimaryCtxRetain", cuda.retainContext(&context, device.ordinal))
    var made: [UnsafeMutableRawPointer] = []
    do throws(AcceleratorError) {
      try Self.check("cuCtxSetCurrent", cuda.setContext(context))
      var stream: UnsafeMutableRawPointer?
      // CU_STREAM_NON_BLOCKING
      try Self.check("cuStreamCreate", cuda.createStream(&stream, 1))
      guard let context, let stream else { throw Self.failure("cuStreamCreate", 1) }
      self.context = context
      self.stream = stream
      for _ in 0..<2 {
        var event: UnsafeMutableRawPointer?
        let status = cuda.createEvent(&event, 0)
        guard status == 0, let event else {
          for event in made { _ = cuda.destroyEvent(event) }
          _ = cuda.destroyStream(stream)
          throw Self.failure("cuEventCreate", status)
        }
        made.append(event)
      }
      started = made[0]
      ended = made[1]
    } catch {
      _ = cuda.releaseContext(device.ordinal)
      throw error
    }
  }

  deinit {
    _ = cuda.setContext(context)
    _ = cuda.synchronize(stream)
    _ = cuda.destroyEvent(started)
    _ = cuda.destroyEvent(ended)
    _ = cuda.destroyStream(stream)
    _ = cuda.releaseContext(ordinal)
  }

  static func failure(_ call: StaticString, _ status: Int32) -> AcceleratorError {
    switch status {
    case 2:
      AcceleratorError(
        .outOfMemory, subject: "\(call)", code: 2, problem: "the device has not enough memory",
        remedy: "Process fewer channels or shorter pieces at a time, or use the CPU")
    // CUDA_ERROR_INVALID_PTX, _UNSUPPORTED_PTX_VERSION, _NO_BINARY_FOR_GPU, _JIT_COMPILER_NOT_FOUND
    case 218, 222, 209, 221:
      AcceleratorError(
        .buildFailed, subject: "\(call)", code: Int(status), problem: "the driver does not take the kernels",
        remedy: "Update the driver: version 440 or newer is needed")
    default:
      AcceleratorError(
        .callFailed, subject: "\(call)", code: Int(status), problem: "the CUDA driver reported an error",
        remedy: "Run the self-test of the device, or use the CPU")
    }
  }

  static func check(_ call: StaticString, _ status: Int32) throws(AcceleratorError) {
    guard status == 0 else { throw failure(call, status) }
  }

  private func handle(_ word: UInt) -> UnsafeMutableRawPointer? { UnsafeMutableRawPointer(bitPattern: word) }

  /// A thread has a current context of its own, and the caller may come on another thread than before.
  private func enter() throws(AcceleratorError) { try Self.check("cuCtxSetCurrent", cuda.setContext(context)) }

  func allocate(_ bytes: Int) throws(AcceleratorError) -> UInt {
    try enter()
    var memory: UInt64 = 0
    try Self.check("cuMemAlloc", cuda.allocate(&memory, max(bytes, 16)))
    return UInt(memory)
  }

  func free(_ memory: UInt) {
    _ = cuda.setContext(context)
    _ = cuda.free(UInt64(memory))
  }

  func allocateHost(_ bytes: Int) throws(AcceleratorError) -> UnsafeMutableRawPointer {
    try enter()
    var memory: UnsafeMutableRawPointer?
    try Self.check("cuMemHostAlloc", cuda.allocateHost(&memory, bytes, 0))
    guard let memory else { throw Self.failure("cuMemHostAlloc", 2) }
    return memory
  }

  func freeHost(_ memory: UnsafeMutableRawPointer) {
    _ = cuda.setContext(context)
    _ = cuda.freeHost(memory)
  }

  func allocateMapped(_ bytes: Int) throws(AcceleratorError) -> MappedMemory? {
    try enter()
    var memory: UnsafeMutableRawPointer?
    // CU_MEMHOSTALLOC_PORTABLE and _DEVICEMAP
    try Self.check("cuMemHostAlloc", cuda.allocateHost(&memory, bytes, 3))
    guard let memory else { throw Self.failure("cuMemHostAlloc", 2) }
    var address: UInt64 = 0
    let status = cuda.hostAddress(&address, memory, 0)
    guard status == 0 else {
      _ = cuda.freeHost(memory)
      throw Self.failure("cuMemHostGetDevicePointer", status)
    }
    return MappedMemory(start: memory, handle: UInt(address))
  }

  func freeMapped(_ memory: MappedMemory) { freeHost(memory.start) }

  func write(_ memory: UInt, at offset: Int, from source: UnsafeRawPointer, bytes: Int) throws(AcceleratorError) {
    guard bytes > 0 else { return }
    try enter()
    try Self.check("cuMemcpyHtoDAsync", cuda.copyToDevice(UInt64(memory) + UInt64(offset), source, bytes, stream))
  }

  func read(_ memory: UInt, at offset: Int, into target: UnsafeMutableRawPointer, bytes: Int) throws(AcceleratorError) {
    guard bytes > 0 else { return }
    try enter()
    try Self.check("cuMemcpyDtoHAsync", cuda.copyToHost(target, UInt64(memory) + UInt64(offset), bytes, stream))
  }

  func loadModule(_ shape: KernelModule.Shape) throws(AcceleratorError) -> UInt {
    try enter()
    guard let ptx = shape.ptx else {
      throw AcceleratorError(
        .unsupported, subject: "\(shape)", problem: "there is no PTX of this shape",
        remedy: "Use one of the shapes that are shipped, or OpenCL")
    }
    var module: UnsafeMutableRawPointer?
    try Self.check("cuModuleLoadDataEx", cuda.loadModule(&module, ptx, 0, nil, nil))
    return UInt(bitPattern: module)
  }

  func unloadModule(_ module: UInt) {
    _ = cuda.setContext(context)
    _ = cuda.unloadModule(handle(module))
  }

  func makeKernel(_ name: String, in module: UInt) throws(AcceleratorError) -> UInt {
    try enter()
    var kernel: UnsafeMutableRawPointer?
    try Self.check("cuModuleGetFunction", cuda.getFunction(&kernel, handle(module), name))
    return UInt(bitPattern: kernel)
  }

  // A function belongs to its module.
  func releaseKernel(_ kernel: UInt) {}

  func launch(_ kernel: UInt, groups: Int, threads: Int, _ arguments: KernelArguments) throws(AcceleratorError) {
    try enter()
    try Self.check(
      "cuLaunchKernel",
      cuda.launch(
        handle(kernel), UInt32(groups), 1, 1, UInt32(threads), 1, 1, 0, stream, arguments.addresses, nil))
  }

  func finish() throws(AcceleratorError) {
    try enter()
    try Self.check("cuStreamSynchronize", cuda.synchronize(stream))
  }

  // A stream is asked as a whole.
  func mark() {}

  func isDone() throws(AcceleratorError) -> Bool {
    try enter()
    let status = cuda.queryStream(stream)
    // CUDA_ERROR_NOT_READY
    if status == 600 { return false }
    try Self.check("cuStreamQuery", status)
    return true
  }

  func capture(_ body: () throws(AcceleratorError) -> Void) throws(AcceleratorError) -> UInt? {
    try enter()
    // CU_STREAM_CAPTURE_MODE_THREAD_LOCAL
    try Self.check("cuStreamBeginCapture", cuda.beginCapture(stream, 1))
    var failed: AcceleratorError?
    do throws(AcceleratorError) { try body() } catch { failed = error }
    // A capture that was begun must end, whatever happened in it.
    var graph: UnsafeMutableRawPointer?
    let status = cuda.endCapture(stream, &graph)
    defer { if graph != nil { _ = cuda.destroyGraph(graph) } }
    if let failed { throw failed }
    try Self.check("cuStreamEndCapture", status)
    var executable: UnsafeMutableRawPointer?
    try Self.check("cuGraphInstantiate", cuda.instantiateGraph(&executable, graph, 0))
    return UInt(bitPattern: executable)
  }

  func replay(_ graph: UInt) throws(AcceleratorError) {
    try enter()
    try Self.check("cuGraphLaunch", cuda.launchGraph(handle(graph), stream))
  }

  func releaseGraph(_ graph: UInt) {
    _ = cuda.setContext(context)
    _ = cuda.destroyExecutableGraph(handle(graph))
  }

  func startTimer() throws(AcceleratorError) {
    try enter()
    try Self.check("cuEventRecord", cuda.recordEvent(started, stream))
  }

  func stopTimer() throws(AcceleratorError) -> Double? {
    try enter()
    try Self.check("cuEventRecord", cuda.recordEvent(ended, stream))
    try Self.check("cuEventSynchronize", cuda.synchronizeEvent(ended))
    var milliseconds: Float = 0
    try Self.check("cuEventElapsedTime", cuda.elapsedTime(&milliseconds, started, ended))
    return Double(milliseconds) * 1e-3
  }
}
