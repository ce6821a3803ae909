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
}
