/// The functions of OpenCL that are used, by their C types: handles are addresses, and a result of 0 is success.
struct OpenCLFunctions {
  typealias Handle = UnsafeMutableRawPointer
  typealias Info = @convention(c) (Handle?, UInt32, Int, UnsafeMutableRawPointer?, UnsafeMutablePointer<Int>?) -> Int32
  typealias Release = @convention(c) (Handle?) -> Int32
  typealias Transfer =
    @convention(c) (
      Handle?, Handle?, UInt32, Int, Int, UnsafeMutableRawPointer?, UInt32, UnsafeRawPointer?, UnsafeMutableRawPointer?
    ) -> Int32

  let getPlatformIDs: @convention(c) (UInt32, UnsafeMutablePointer<Handle?>?, UnsafeMutablePointer<UInt32>?) -> Int32
  let getPlatformInfo: Info
  let getDeviceIDs:
    @convention(c) (Handle?, UInt64, UInt32, UnsafeMutablePointer<Handle?>?, UnsafeMutablePointer<UInt32>?) -> Int32
  let getDeviceInfo: Info
  let createContext:
    @convention(c) (
      UnsafeRawPointer?, UInt32, UnsafePointer<Handle?>?, UnsafeRawPointer?, UnsafeRawPointer?,
      UnsafeMutablePointer<Int32>?
    ) -> Handle?
  let releaseContext: Release
  let createCommandQueue: @convention(c) (Handle?, Handle?, UInt64, UnsafeMutablePointer<Int32>?) -> Handle?
  let releaseCommandQueue: Release
  let createProgram:
    @convention(c) (
      Handle?, UInt32, UnsafePointer<UnsafePointer<CChar>?>?, UnsafePointer<Int>?, UnsafeMutablePointer<Int32>?
    ) -> Handle?
  let buildProgram:
    @convention(c) (
      Handle?, UInt32, UnsafePointer<Handle?>?, UnsafePointer<CChar>?, UnsafeRawPointer?, UnsafeRawPointer?
    ) -> Int32
  let getProgramBuildInfo:
    @convention(c) (Handle?, Handle?, UInt32, Int, UnsafeMutableRawPointer?, UnsafeMutablePointer<Int>?) -> Int32
  let releaseProgram: Release
  let createKernel: @convention(c) (Handle?, UnsafePointer<CChar>?, UnsafeMutablePointer<Int32>?) -> Handle?
  let releaseKernel: Release
  let setKernelArgument: @convention(c) (Handle?, UInt32, Int, UnsafeRawPointer?) -> Int32
  let createBuffer:
    @convention(c) (Handle?, UInt64, Int, UnsafeMutableRawPointer?, UnsafeMutablePointer<Int32>?) -> Handle?
  let releaseBuffer: Release
  let write: Transfer
  let read: Transfer
  let launch:
    @convention(c) (
      Handle?, Handle?, UInt32, UnsafePointer<Int>?, UnsafePointer<Int>?, UnsafePointer<Int>?, UInt32,
      UnsafeRawPointer?, UnsafeMutablePointer<Handle?>?
    ) -> Int32
  let finish: Release
  let getEventProfilingInfo: Info
  let releaseEvent: Release
  let flush: Release
  let getEventInfo: Info
  let enqueueMarker: @convention(c) (Handle?, UInt32, UnsafeRawPointer?, UnsafeMutablePointer<Handle?>?) -> Int32

  /// Shared virtual memory, which came with OpenCL 2.
  struct SharedMemory {
    let allocate: @convention(c) (Handle?, UInt64, Int, UInt32) -> Handle?
    let free: @convention(c) (Handle?, Handle?) -> Void
    let setKernelArgument: @convention(c) (Handle?, UInt32, UnsafeRawPointer?) -> Int32
  }
  /// nil where the library is older.
  let sharedMemory: SharedMemory?

  /// - Throws: `AcceleratorError` of reason `.oldDriver` for a function that is missing.
  init(_ lookup: SymbolLookup) throws(AcceleratorError) {
    func find<F>(_ name: String) throws(AcceleratorError) -> F {
      try function(name, as: F.self, in: "OpenCL driver", lookup)
    }
    getPlatformIDs = try find("clGetPlatformIDs")
    getPlatformInfo = try find("clGetPlatformInfo")
    getDeviceIDs = try find("clGetDeviceIDs")
    getDeviceInfo = try find("clGetDeviceInfo")
    createContext = try find("clCreateContext")
    releaseContext = try find("clReleaseContext")
    createCommandQueue = try find("clCreateCommandQueue")
    releaseCommandQueue = try find("clReleaseCommandQueue")
    createProgram = try find("clCreateProgramWithSource")
    buildProgram = try find("clBuildProgram")
    getProgramBuildInfo = try find("clGetProgramBuildInfo")
    releaseProgram = try find("clReleaseProgram")
    createKernel = try find("clCreateKernel")
    releaseKernel = try find("clReleaseKernel")
    setKernelArgument = try find("clSetKernelArg")
    createBuffer = try find("clCreateBuffer")
    releaseBuffer = try find("clReleaseMemObject")
    write = try find("clEnqueueWriteBuffer")
    read = try find("clEnqueueReadBuffer")
    launch = try find("clEnqueueNDRangeKernel")
    finish = try find("clFinish")
    getEventProfilingInfo = try find("clGetEventProfilingInfo")
    releaseEvent = try find("clReleaseEvent")
    flush = try find("clFlush")
    getEventInfo = try find("clGetEventInfo")
    enqueueMarker = try find("clEnqueueMarkerWithWaitList")
    sharedMemory =
      lookup("clSVMAlloc") == nil || lookup("clSVMFree") == nil || lookup("clSetKernelArgSVMPointer") == nil
      ? nil
      : SharedMemory(
        allocate: try find("clSVMAlloc"), free: try find("clSVMFree"),
        setKernelArgument: try find("clSetKernelArgSVMPointer"))
  }
}
