import Accelerator
import AudioCore

/// A driver that computes nothing, fails at a chosen call, and knows what was not given back.
enum MockDriver {
  struct State {
    var calls = 0
    /// The call that fails, counted from 1; 0 for none.
    var failing = 0
    var live: Set<UInt> = []
    var next: UInt = 0x1000
    var wrongReleases = 0
    /// Whether OpenCL's device has shared virtual memory.
    var sharesMemory = false
    /// Whether work never ends, and nobody may wait for it.
    var neverEnds = false
    /// Graphs that were recorded.
    var captures = 0
  }

  static let state = Locked(State())

  static func start(failingAt call: Int, sharesMemory: Bool = false) {
    state.withLock { $0 = State(failing: call, sharesMemory: sharesMemory) }
  }
  static var liveCount: Int { state.withLock { $0.live.count + $0.wrongReleases } }
  static var hasFailed: Bool { state.withLock { $0.failing > 0 && $0.calls >= $0.failing } }

  /// Counts a call; true when it is the one that fails.
  static func fails() -> Bool {
    state.withLock { state in
      state.calls += 1
      return state.calls == state.failing
    }
  }

  static func make() -> UInt {
    state.withLock { state in
      state.next += 0x10
      state.live.insert(state.next)
      return state.next
    }
  }

  static func release(_ handle: UInt) {
    state.withLock { state in
      if state.live.remove(handle) == nil { state.wrongReleases += 1 }
    }
  }

  static func device(_ interface: ComputeDevice.Interface) -> ComputeDevice.Search {
    ComputeDevice.search { asked in
      guard asked == interface else { return nil }
      return interface == .cuda ? { cuda($0) } : { openCL($0) }
    }
  }
}

typealias Handle = UnsafeMutableRawPointer
typealias Out = UnsafeMutablePointer<UnsafeMutableRawPointer?>?
func pointer<F>(_ function: F) -> UnsafeMutableRawPointer {
  unsafeBitCast(function, to: UnsafeMutableRawPointer.self)
}
func word(_ handle: Handle?) -> UInt { UInt(bitPattern: handle) }

extension MockDriver {
  static func openCL(_ name: String) -> UnsafeMutableRawPointer? {
    typealias Info =
      @convention(c) (Handle?, UInt32, Int, UnsafeMutableRawPointer?, UnsafeMutablePointer<Int>?) -> Int32
    typealias Release = @convention(c) (Handle?) -> Int32
    typealias Transfer =
      @convention(c) (
        Handle?, Handle?, UInt32, Int, Int, UnsafeMutableRawPointer?, UInt32, UnsafeRawPointer?, Handle?
      ) -> Int32
    switch name {
    case "clGetPlatformIDs":
      let f: @convention(c) (UInt32, Out, UnsafeMutablePointer<UInt32>?) -> Int32 = { _, list, count in
        if MockDriver.fails() { return -6 }
        list?[0] = Handle(bitPattern: 0x10)
        count?.pointee = 1
        return 0
      }
      return pointer(f)
    case "clGetDeviceIDs":
      let f: @convention(c) (Handle?, UInt64, UInt32, Out, UnsafeMutablePointer<UInt32>?) -> Int32 = {
        _, _, _, list, count in
        if MockDriver.fails() { return -30 }
        list?[0] = Handle(bitPattern: 0x20)
        count?.pointee = 1
        return 0
      }
      return pointer(f)
    case "clGetPlatformInfo", "clGetDeviceInfo":
      let f: Info = { _, key, size, value, _ in
        // A device's kind: what else it has may be unknown.
        if key == 0x1000, MockDriver.fails() { return -33 }
        guard let value else { return 0 }
        // A GPU with Double and, by its version, without atomics for the whole device.
        if key == 0x1053 {
          value.storeBytes(of: MockDriver.state.withLock { $0.sharesMemory } ? 2 : 0, as: UInt64.self)
        } else if size == 8 {
          value.storeBytes(of: 4, as: UInt64.self)
        } else {
          value.storeBytes(of: 0x4D, as: UInt8.self)
        }
        return 0
      }
      return pointer(f)
    case "clCreateContext":
      let f:
        @convention(c) (
          UnsafeRawPointer?, UInt32, UnsafePointer<Handle?>?, UnsafeRawPointer?, UnsafeRawPointer?,
          UnsafeMutablePointer<Int32>?
        ) -> Handle? = { _, _, _, _, _, status in
          status?.pointee = MockDriver.fails() ? -5 : 0
          return status?.pointee == 0 ? Handle(bitPattern: MockDriver.make()) : nil
        }
      return pointer(f)
    case "clCreateCommandQueue":
      let f: @convention(c) (Handle?, Handle?, UInt64, UnsafeMutablePointer<Int32>?) -> Handle? = { _, _, _, status in
        status?.pointee = MockDriver.fails() ? -5 : 0
        return status?.pointee == 0 ? Handle(bitPattern: MockDriver.make()) : nil
      }
      return pointer(f)
    case "clCreateProgramWithSource":
      let f:
        @convention(c) (
          Handle?, UInt32, UnsafePointer<UnsafePointer<CChar>?>?, UnsafePointer<Int>?, UnsafeMutablePointer<Int32>?
        ) -> Handle? = { _, _, _, _, status in
          status?.pointee = MockDriver.fails() ? -6 : 0
          return status?.pointee == 0 ? Handle(bitPattern: MockDriver.make()) : nil
        }
      return pointer(f)
    case "clBuildProgram":
      let f:
        @convention(c) (
          Handle?, UInt32, UnsafePointer<Handle?>?, UnsafePointer<CChar>?, UnsafeRawPointer?, UnsafeRawPointer?
        ) -> Int32 = { _, _, _, _, _, _ in MockDriver.fails() ? -11 : 0 }
      return pointer(f)
    case "clGetProgramBuildInfo":
      let f:
        @convention(c) (Handle?, Handle?, UInt32, Int, UnsafeMutableRawPointer?, UnsafeMutablePointer<Int>?) -> Int32 =
          { _, _, _, _, _, _ in 0 }
      return pointer(f)
    case "clCreateKernel":
      let f: @convention(c) (Handle?, UnsafePointer<CChar>?, UnsafeMutablePointer<Int32>?) -> Handle? = {
        _, _, status in
        status?.pointee = MockDriver.fails() ? -46 : 0
        return status?.pointee == 0 ? Handle(bitPattern: MockDriver.make()) : nil
      }
      return pointer(f)
    case "clCreateBuffer":
      let f: @convention(c) (Handle?, UInt64, Int, UnsafeMutableRawPointer?, UnsafeMutablePointer<Int32>?) -> Handle? =
        { _, _, _, _, status in
          status?.pointee = MockDriver.fails() ? -4 : 0
          return status?.pointee == 0 ? Handle(bitPattern: MockDriver.make()) : nil
        }
      return pointer(f)
    case "clReleaseContext", "clReleaseCommandQueue", "clReleaseProgram", "clReleaseKernel", "clReleaseMemObject",
      "clReleaseEvent":
      let f: Release = {
        MockDriver.release(word($0))
        return 0
      }
      return pointer(f)
    case "clFinish":
      let f: Release = { _ in MockDriver.fails() ? -36 : 0 }
      return pointer(f)
    case "clSetKernelArg":
      let f: @convention(c) (Handle?, UInt32, Int, UnsafeRawPointer?) -> Int32 = { _, _, _, _ in
        MockDriver.fails() ? -51 : 0
      }
      return pointer(f)
    case "clEnqueueWriteBuffer":
      let f: Transfer = { _, _, _, _, _, _, _, _, _ in MockDriver.fails() ? -5 : 0 }
      return pointer(f)
    case "clEnqueueReadBuffer":
      let f: Transfer = { _, _, _, _, bytes, target, _, _, _ in
        target?.initializeMemory(as: UInt8.self, repeating: 0, count: bytes)
        return MockDriver.fails() ? -5 : 0
      }
      return pointer(f)
    case "clEnqueueNDRangeKernel":
      let f:
        @convention(c) (
          Handle?, Handle?, UInt32, UnsafePointer<Int>?, UnsafePointer<Int>?, UnsafePointer<Int>?, UInt32,
          UnsafeRawPointer?, Out
        ) -> Int32 = { _, _, _, _, _, _, _, _, event in
          if MockDriver.fails() { return -54 }
          event?.pointee = Handle(bitPattern: MockDriver.make())
          return 0
        }
      return pointer(f)
    case "clGetEventProfilingInfo":
      let f: Info = { _, _, _, _, _ in MockDriver.fails() ? -7 : 0 }
      return pointer(f)
    default: return liveOpenCL(name)
    }
  }

  static func cuda(_ name: String) -> UnsafeMutableRawPointer? {
    typealias OnHandle = @convention(c) (Handle?) -> Int32
    switch name {
    case "cuInit":
      let f: @convention(c) (UInt32) -> Int32 = { _ in MockDriver.fails() ? 999 : 0 }
      return pointer(f)
    case "cuDriverGetVersion", "cuDeviceGetCount":
      let f: @convention(c) (UnsafeMutablePointer<Int32>?) -> Int32 = {
        $0?.pointee = 1
        return MockDriver.fails() ? 3 : 0
      }
      return pointer(f)
    case "cuDeviceGetName":
      let f: @convention(c) (UnsafeMutablePointer<CChar>?, Int32, Int32) -> Int32 = { text, _, _ in
        text?[0] = 0x4D
        return 0
      }
      return pointer(f)
    case "cuDeviceGetAttribute":
      let f: @convention(c) (UnsafeMutablePointer<Int32>?, Int32, Int32) -> Int32 = { value, _, _ in
        value?.pointee = 9
        return MockDriver.fails() ? 101 : 0
      }
      return pointer(f)
    case "cuDeviceTotalMem_v2":
      let f: @convention(c) (UnsafeMutablePointer<Int>?, Int32) -> Int32 = { value, _ in
        value?.pointee = 1 << 30
        return MockDriver.fails() ? 101 : 0
      }
      return pointer(f)
    case "cuDevicePrimaryCtxRetain":
      let f: @convention(c) (Out, Int32) -> Int32 = { out, _ in
        if MockDriver.fails() { return 2 }
        // The one primary context: retained and released by number, not by handle.
        MockDriver.state.withLock { _ = $0.live.insert(1) }
        out?.pointee = Handle(bitPattern: 1)
        return 0
      }
      return pointer(f)
    case "cuDevicePrimaryCtxRelease_v2":
      let f: @convention(c) (Int32) -> Int32 = { _ in
        MockDriver.release(1)
        return 0
      }
      return pointer(f)
    case "cuCtxSetCurrent":
      let f: OnHandle = { _ in MockDriver.fails() ? 201 : 0 }
      return pointer(f)
    case "cuModuleLoadDataEx":
      let f: @convention(c) (Out, UnsafeRawPointer?, UInt32, UnsafeMutablePointer<Int32>?, Out) -> Int32 = {
        out, _, _, _, _ in
        if MockDriver.fails() { return 222 }
        out?.pointee = Handle(bitPattern: MockDriver.make())
        return 0
      }
      return pointer(f)
    case "cuModuleUnload", "cuStreamDestroy_v2", "cuEventDestroy_v2", "cuGraphDestroy", "cuGraphExecDestroy",
      "cuMemFreeHost":
      let free = name == "cuMemFreeHost"
      let f: OnHandle = {
        MockDriver.release(word($0))
        return 0
      }
      let g: OnHandle = {
        MockDriver.release(word($0))
        $0?.deallocate()
        return 0
      }
      return free ? pointer(g) : pointer(f)
    case "cuModuleGetFunction":
      let f: @convention(c) (Out, Handle?, UnsafePointer<CChar>?) -> Int32 = { out, _, _ in
        out?.pointee = Handle(bitPattern: 0x30)
        return MockDriver.fails() ? 500 : 0
      }
      return pointer(f)
    case "cuMemAlloc_v2":
      let f: @convention(c) (UnsafeMutablePointer<UInt64>?, Int) -> Int32 = { out, _ in
        if MockDriver.fails() { return 2 }
        out?.pointee = UInt64(MockDriver.make())
        return 0
      }
      return pointer(f)
    case "cuMemFree_v2":
      let f: @convention(c) (UInt64) -> Int32 = {
        MockDriver.release(UInt($0))
        return 0
      }
      return pointer(f)
    case "cuMemHostAlloc":
      let f: @convention(c) (Out, Int, UInt32) -> Int32 = { out, bytes, _ in
        if MockDriver.fails() { return 2 }
        let memory = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 64)
        MockDriver.state.withLock { _ = $0.live.insert(UInt(bitPattern: memory)) }
        out?.pointee = memory
        return 0
      }
      return pointer(f)
    case "cuMemcpyHtoDAsync_v2":
      let f: @convention(c) (UInt64, UnsafeRawPointer?, Int, Handle?) -> Int32 = { _, _, _, _ in
        MockDriver.fails() ? 700 : 0
      }
      return pointer(f)
    case "cuMemcpyDtoHAsync_v2":
      let f: @convention(c) (UnsafeMutableRawPointer?, UInt64, Int, Handle?) -> Int32 = { target, _, bytes, _ in
        target?.initializeMemory(as: UInt8.self, repeating: 0, count: bytes)
        return MockDriver.fails() ? 700 : 0
      }
      return pointer(f)
    case "cuStreamCreate", "cuEventCreate":
      let f: @convention(c) (Out, UInt32) -> Int32 = { out, _ in
        if MockDriver.fails() { return 2 }
        out?.pointee = Handle(bitPattern: MockDriver.make())
        return 0
      }
      return pointer(f)
    case "cuStreamSynchronize", "cuEventSynchronize":
      let f: OnHandle = { _ in MockDriver.fails() ? 700 : 0 }
      return pointer(f)
    case "cuLaunchKernel":
      let f:
        @convention(c) (
          Handle?, UInt32, UInt32, UInt32, UInt32, UInt32, UInt32, UInt32, Handle?, Out, UnsafeMutableRawPointer?
        ) -> Int32 = { _, _, _, _, _, _, _, _, _, _, _ in MockDriver.fails() ? 719 : 0 }
      return pointer(f)
    case "cuEventRecord", "cuGraphLaunch":
      let f: @convention(c) (Handle?, Handle?) -> Int32 = { _, _ in MockDriver.fails() ? 700 : 0 }
      return pointer(f)
    case "cuEventElapsedTime":
      let f: @convention(c) (UnsafeMutablePointer<Float>?, Handle?, Handle?) -> Int32 = { time, _, _ in
        time?.pointee = 1
        return MockDriver.fails() ? 600 : 0
      }
      return pointer(f)
    case "cuStreamBeginCapture_v2":
      let f: @convention(c) (Handle?, Int32) -> Int32 = { _, _ in MockDriver.fails() ? 900 : 0 }
      return pointer(f)
    case "cuStreamEndCapture":
      let f: @convention(c) (Handle?, Out) -> Int32 = { _, out in
        if MockDriver.fails() { return 901 }
        MockDriver.state.withLock { $0.captures += 1 }
        out?.pointee = Handle(bitPattern: MockDriver.make())
        return 0
      }
      return pointer(f)
    case "cuGraphInstantiateWithFlags":
      let f: @convention(c) (Out, Handle?, UInt64) -> Int32 = { out, _, _ in
        if MockDriver.fails() { return 2 }
        out?.pointee = Handle(bitPattern: MockDriver.make())
        return 0
      }
      return pointer(f)
    default: return liveCUDA(name)
    }
  }
}
