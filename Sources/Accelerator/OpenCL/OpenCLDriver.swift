/// A device by OpenCL: any vendor's GPU, or the processor by PoCL.
final class OpenCLDriver: ComputeDriver {
  private typealias Handle = OpenCLFunctions.Handle

  let hasForwardProgress: Bool
  let hasSystemAtomics: Bool
  private let cl: OpenCLFunctions
  private let device: UnsafeMutableRawPointer
  private let context: UnsafeMutableRawPointer
  private let queue: UnsafeMutableRawPointer
  private let languageOption: String
  private let sharesMemory: Bool
  /// What the last mark became; nil before the first.
  private var marker: UnsafeMutableRawPointer?
  private var isTiming = false
  private var timed = 0.0

  /// Opens a device.
  init(_ cl: OpenCLFunctions, _ found: OpenCLDevice) throws(AcceleratorError) {
    self.cl = cl
    device = found.handle
    hasForwardProgress = found.hasDeviceAtomics
    hasSystemAtomics = found.hasDeviceAtomics && found.sharesAtomics
    sharesMemory = found.sharesMemory
    languageOption = found.hasDeviceAtomics ? "-cl-std=CL3.0" : "-cl-std=CL1.2"
    var status: Int32 = 0
    var handle: UnsafeMutableRawPointer? = found.handle
    let context = cl.createContext(nil, 1, &handle, nil, nil, &status)
    guard let context, status == 0 else { throw Self.failure("clCreateContext", status) }
    // 2 is CL_QUEUE_PROFILING_ENABLE.
    guard let queue = cl.createCommandQueue(context, found.handle, 2, &status), status == 0 else {
      _ = cl.releaseContext(context)
      throw Self.failure("clCreateCommandQueue", status)
    }
    self.context = context
    self.queue = queue
  }

  deinit {
    _ = cl.finish(queue)
    if let marker { _ = cl.releaseEvent(marker) }
    _ = cl.releaseCommandQueue(queue)
    _ = cl.releaseContext(context)
  }

  static func failure(_ call: String, _ status: Int32) -> AcceleratorError {
    switch status {
    // CL_MEM_OBJECT_ALLOCATION_FAILURE, CL_OUT_OF_RESOURCES, CL_OUT_OF_HOST_MEMORY, CL_INVALID_BUFFER_SIZE
    case -4, -5, -6, -61:
      AcceleratorError(
        .outOfMemory, subject: call, code: Int(status), problem: "the device has not enough memory",
        remedy: "Process fewer channels or shorter pieces at a time, or use the CPU")
    default:
      AcceleratorError(
        .callFailed, subject: call, code: Int(status), problem: "the OpenCL driver reported an error",
        remedy: "Run the self-test of the device, or use the CPU")
    }
  }

  private func check(_ call: StaticString, _ status: Int32) throws(AcceleratorError) {
    guard status == 0 else { throw Self.failure("\(call)", status) }
  }

  private func handle(_ word: UInt) -> UnsafeMutableRawPointer? { UnsafeMutableRawPointer(bitPattern: word) }

  func allocate(_ bytes: Int) throws(AcceleratorError) -> UInt {
    var status: Int32 = 0
    // 1 is CL_MEM_READ_WRITE.
    guard let memory = cl.createBuffer(context, 1, max(bytes, 16), nil, &status), status == 0 else {
      throw Self.failure("clCreateBuffer", status)
    }
    return UInt(bitPattern: memory)
  }

  func free(_ memory: UInt) { _ = cl.releaseBuffer(handle(memory)) }

  func allocateHost(_ bytes: Int) throws(AcceleratorError) -> UnsafeMutableRawPointer {
    .allocate(byteCount: bytes, alignment: 4_096)
  }

  func freeHost(_ memory: UnsafeMutableRawPointer) { memory.deallocate() }

  func allocateMapped(_ bytes: Int) throws(AcceleratorError) -> MappedMemory? {
    guard sharesMemory, let shared = cl.sharedMemory else { return nil }
    // CL_MEM_READ_WRITE and _SVM_FINE_GRAIN_BUFFER, and _SVM_ATOMICS where the device has them.
    let flags: UInt64 = 1 | 1 << 10 | (hasSystemAtomics ? 1 << 11 : 0)
    // -4 is CL_MEM_OBJECT_ALLOCATION_FAILURE.
    guard let memory = shared.allocate(context, flags, bytes, 0) else { throw Self.failure("clSVMAlloc", -4) }
    return MappedMemory(start: memory, handle: UInt(bitPattern: memory) | 1)
  }

  func freeMapped(_ memory: MappedMemory) {
    // Unlike a buffer, this memory is freed at once, whatever still runs.
    _ = cl.finish(queue)
    cl.sharedMemory?.free(context, memory.start)
  }

  func write(_ memory: UInt, at offset: Int, from source: UnsafeRawPointer, bytes: Int) throws(AcceleratorError) {
    guard bytes > 0 else { return }
    try check(
      "clEnqueueWriteBuffer",
      cl.write(queue, handle(memory), 0, offset, bytes, UnsafeMutableRawPointer(mutating: source), 0, nil, nil))
  }

  func read(_ memory: UInt, at offset: Int, into target: UnsafeMutableRawPointer, bytes: Int) throws(AcceleratorError) {
    guard bytes > 0 else { return }
    try check("clEnqueueReadBuffer", cl.read(queue, handle(memory), 0, offset, bytes, target, 0, nil, nil))
  }

  func loadModule(_ shape: KernelModule.Shape) throws(AcceleratorError) -> UInt {
    let source = KernelSource.text(shape, dialect: .openCL)
    var status: Int32 = 0
    let program = source.withCString { text in
      var text: UnsafePointer<CChar>? = text
      return cl.createProgram(context, 1, &text, nil, &status)
    }
    guard let program, status == 0 else { throw Self.failure("clCreateProgramWithSource", status) }
    var target: UnsafeMutableRawPointer? = device
    let built = cl.buildProgram(program, 1, &target, languageOption, nil, nil)
    guard built == 0 else {
      let log = buildLog(program)
      _ = cl.releaseProgram(program)
      throw AcceleratorError(
        .buildFailed, subject: "clBuildProgram", code: Int(built),
        problem: "the driver did not compile \(shape): \(log)",
        remedy: "Update the driver, or use the CPU")
    }
    return UInt(bitPattern: program)
  }

  private func buildLog(_ program: UnsafeMutableRawPointer) -> String {
    withUnsafeTemporaryAllocation(byteCount: 4_096, alignment: 1) { memory in
      memory.initializeMemory(as: UInt8.self, repeating: 0)
      // 0x1183 is CL_PROGRAM_BUILD_LOG. One byte stays zero, to end the text.
      _ = cl.getProgramBuildInfo(program, device, 0x1183, 4_095, memory.baseAddress, nil)
      return String(decoding: memory.prefix { $0 != 0 }, as: UTF8.self)
    }
  }

  func unloadModule(_ module: UInt) { _ = cl.releaseProgram(handle(module)) }

  func makeKernel(_ name: String, in module: UInt) throws(AcceleratorError) -> UInt {
    var status: Int32 = 0
    guard let kernel = cl.createKernel(handle(module), name, &status), status == 0 else {
      throw Self.failure("clCreateKernel", status)
    }
    return UInt(bitPattern: kernel)
  }

  func releaseKernel(_ kernel: UInt) { _ = cl.releaseKernel(handle(kernel)) }

  func launch(_ kernel: UInt, groups: Int, threads: Int, _ arguments: KernelArguments) throws(AcceleratorError) {
    for index in 0..<arguments.count {
      let (address, size) = arguments.argument(index)
      guard size > 0 else {
        let shared = UnsafeRawPointer(bitPattern: UInt(address.load(as: UInt64.self)))
        // Such memory came from these functions.
        let status = cl.sharedMemory?.setKernelArgument(handle(kernel), UInt32(index), shared) ?? -59
        try check("clSetKernelArgSVMPointer", status)
        continue
      }
      try check("clSetKernelArg", cl.setKernelArgument(handle(kernel), UInt32(index), size, address))
    }
    var global = groups * threads
    var local = threads
    var event: UnsafeMutableRawPointer?
    let status =
      isTiming
      ? cl.launch(queue, handle(kernel), 1, nil, &global, &local, 0, nil, &event)
      : cl.launch(queue, handle(kernel), 1, nil, &global, &local, 0, nil, nil)
    try check("clEnqueueNDRangeKernel", status)
    guard isTiming, let event else { return }
    defer { _ = cl.releaseEvent(event) }
    try check("clFinish", cl.finish(queue))
    var started: UInt64 = 0
    var ended: UInt64 = 0
    // CL_PROFILING_COMMAND_START and _END, in nanoseconds.
    try check("clGetEventProfilingInfo", cl.getEventProfilingInfo(event, 0x1282, 8, &started, nil))
    try check("clGetEventProfilingInfo", cl.getEventProfilingInfo(event, 0x1283, 8, &ended, nil))
    timed += Double(ended &- started) * 1e-9
  }

  func finish() throws(AcceleratorError) { try check("clFinish", cl.finish(queue)) }

  func mark() throws(AcceleratorError) {
    if let marker { _ = cl.releaseEvent(marker) }
    marker = nil
    try check("clEnqueueMarkerWithWaitList", cl.enqueueMarker(queue, 0, nil, &marker))
    try check("clFlush", cl.flush(queue))
  }

  func isDone() throws(AcceleratorError) -> Bool {
    guard let marker else { return true }
    var status: Int32 = 0
    // CL_EVENT_COMMAND_EXECUTION_STATUS: 0 is complete, below is an error, above is under way.
    try check("clGetEventInfo", cl.getEventInfo(marker, 0x11D3, 4, &status, nil))
    if status < 0 { throw Self.failure("clGetEventInfo", status) }
    return status == 0
  }

  // OpenCL has no recorded work that every driver knows: a graph plays its list of commands again.
  func capture(_ body: () throws(AcceleratorError) -> Void) throws(AcceleratorError) -> UInt? { nil }
  func replay(_ graph: UInt) throws(AcceleratorError) {}
  func releaseGraph(_ graph: UInt) {}

  func startTimer() throws(AcceleratorError) {
    isTiming = true
    timed = 0
  }

  func stopTimer() throws(AcceleratorError) -> Double? {
    isTiming = false
    return timed
  }
}
