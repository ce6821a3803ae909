/// The functions of the CUDA driver interface that are used, by their C types: handles are addresses, device memory is a number.
struct CUDAFunctions {
  typealias Handle = UnsafeMutableRawPointer
  typealias HandleOut = UnsafeMutablePointer<Handle?>?
  typealias OnHandle = @convention(c) (Handle?) -> Int32

  let initialise: @convention(c) (UInt32) -> Int32
  let driverVersion: @convention(c) (UnsafeMutablePointer<Int32>?) -> Int32
  let deviceCount: @convention(c) (UnsafeMutablePointer<Int32>?) -> Int32
  let deviceName: @convention(c) (UnsafeMutablePointer<CChar>?, Int32, Int32) -> Int32
  let deviceAttribute: @convention(c) (UnsafeMutablePointer<Int32>?, Int32, Int32) -> Int32
  let deviceMemory: @convention(c) (UnsafeMutablePointer<Int>?, Int32) -> Int32
  let retainContext: @convention(c) (HandleOut, Int32) -> Int32
  let releaseContext: @convention(c) (Int32) -> Int32
  let setContext: OnHandle
  let loadModule:
    @convention(c) (
      HandleOut, UnsafeRawPointer?, UInt32, UnsafeMutablePointer<Int32>?,
      UnsafeMutablePointer<UnsafeMutableRawPointer?>?
    ) -> Int32
  let unloadModule: OnHandle
  let getFunction: @convention(c) (HandleOut, Handle?, UnsafePointer<CChar>?) -> Int32
  let allocate: @convention(c) (UnsafeMutablePointer<UInt64>?, Int) -> Int32
  let free: @convention(c) (UInt64) -> Int32
  let allocateHost: @convention(c) (HandleOut, Int, UInt32) -> Int32
  let freeHost: OnHandle
  let hostAddress: @convention(c) (UnsafeMutablePointer<UInt64>?, UnsafeMutableRawPointer?, UInt32) -> Int32
  let copyToDevice: @convention(c) (UInt64, UnsafeRawPointer?, Int, Handle?) -> Int32
  let copyToHost: @convention(c) (UnsafeMutableRawPointer?, UInt64, Int, Handle?) -> Int32
  let createStream: @convention(c) (HandleOut, UInt32) -> Int32
  let destroyStream: OnHandle
  let synchronize: OnHandle
  let queryStream: OnHandle
  let launch:
    @convention(c) (
      Handle?, UInt32, UInt32, UInt32, UInt32, UInt32, UInt32, UInt32, Handle?,
      UnsafeMutablePointer<UnsafeMutableRawPointer?>?, UnsafeMutableRawPointer?
    ) -> Int32
  let createEvent: @convention(c) (HandleOut, UInt32) -> Int32
  let destroyEvent: OnHandle
  let recordEvent: @convention(c) (Handle?, Handle?) -> Int32
  let synchronizeEvent: OnHandle
  let elapsedTime: @convention(c) (UnsafeMutablePointer<Float>?, Handle?, Handle?) -> Int32
  let beginCapture: @convention(c) (Handle?, Int32) -> Int32
  let endCapture: @convention(c) (Handle?, HandleOut) -> Int32
  let instantiateGraph: @convention(c) (HandleOut, Handle?, UInt64) -> Int32
  let launchGraph: @convention(c) (Handle?, Handle?) -> Int32
  let destroyGraph: OnHandle
  let destroyExecutableGraph: OnHandle

  /// - Throws: `AcceleratorError` of reason `.oldDriver` for a function that is missing.
  init(_ lookup: SymbolLookup) throws(AcceleratorError) {
    func find<F>(_ name: String) throws(AcceleratorError) -> F {
      try function(name, as: F.self, in: "CUDA driver", lookup)
    }
    initialise = try find("cuInit")
    driverVersion = try find("cuDriverGetVersion")
    deviceCount = try find("cuDeviceGetCount")
    deviceName = try find("cuDeviceGetName")
    deviceAttribute = try find("cuDeviceGetAttribute")
    deviceMemory = try find("cuDeviceTotalMem_v2")
    retainContext = try find("cuDevicePrimaryCtxRetain")
    releaseContext = try find("cuDevicePrimaryCtxRelease_v2")
    setContext = try find("cuCtxSetCurrent")
    loadModule = try find("cuModuleLoadDataEx")
    unloadModule = try find("cuModuleUnload")
    getFunction = try find("cuModuleGetFunction")
    allocate = try find("cuMemAlloc_v2")
    free = try find("cuMemFree_v2")
    allocateHost = try find("cuMemHostAlloc")
    freeHost = try find("cuMemFreeHost")
    hostAddress = try find("cuMemHostGetDevicePointer_v2")
    copyToDevice = try find("cuMemcpyHtoDAsync_v2")
    copyToHost = try find("cuMemcpyDtoHAsync_v2")
    createStream = try find("cuStreamCreate")
    destroyStream = try find("cuStreamDestroy_v2")
    synchronize = try find("cuStreamSynchronize")
    queryStream = try find("cuStreamQuery")
    launch = try find("cuLaunchKernel")
    createEvent = try find("cuEventCreate")
    destroyEvent = try find("cuEventDestroy_v2")
    recordEvent = try find("cuEventRecord")
    synchronizeEvent = try find("cuEventSynchronize")
    elapsedTime = try find("cuEventElapsedTime")
    beginCapture = try find("cuStreamBeginCapture_v2")
    endCapture = try find("cuStreamEndCapture")
    instantiateGraph = try find("cuGraphInstantiateWithFlags")
    launchGraph = try find("cuGraphLaunch")
    destroyGraph = try find("cuGraphDestroy")
    destroyExecutableGraph = try find("cuGraphExecDestroy")
  }
}

/// A device that CUDA found.
struct CUDADevice: Sendable {
  let ordinal: Int32
  let name: String
  let capability: (major: Int, minor: Int)
  let memoryBytes: Int
  let driverVersion: Int
}

extension CUDAFunctions {
  /// All devices.
  func devices() throws(AcceleratorError) -> [CUDADevice] {
    let status = initialise(0)
    // CUDA_ERROR_NO_DEVICE
    if status == 100 { return [] }
    try CUDADriver.check("cuInit", status)
    var version: Int32 = 0
    try CUDADriver.check("cuDriverGetVersion", driverVersion(&version))
    var count: Int32 = 0
    try CUDADriver.check("cuDeviceGetCount", deviceCount(&count))
    var found: [CUDADevice] = []
    for ordinal in 0..<count {
      var memory = 0
      var major: Int32 = 0
      var minor: Int32 = 0
      // CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR and _MINOR
      try CUDADriver.check("cuDeviceGetAttribute", deviceAttribute(&major, 75, ordinal))
      try CUDADriver.check("cuDeviceGetAttribute", deviceAttribute(&minor, 76, ordinal))
      try CUDADriver.check("cuDeviceTotalMem", deviceMemory(&memory, ordinal))
      let name = withUnsafeTemporaryAllocation(of: CChar.self, capacity: 256) { text in
        text.initialize(repeating: 0)
        guard deviceName(text.baseAddress, 255, ordinal) == 0 else { return "unknown" }
        return String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
      }
      found.append(
        CUDADevice(
          ordinal: ordinal, name: name, capability: (Int(major), Int(minor)), memoryBytes: memory,
          driverVersion: Int(version)))
    }
    return found
  }
}
