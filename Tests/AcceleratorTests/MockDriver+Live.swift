import Accelerator

// What live streams ask of a driver beyond the rest: memory of both sides, and whether work is done.
extension MockDriver {
  static func liveOpenCL(_ name: String) -> UnsafeMutableRawPointer? {
    switch name {
    case "clFlush":
      let f: @convention(c) (Handle?) -> Int32 = { _ in MockDriver.fails() ? -36 : 0 }
      return pointer(f)
    case "clEnqueueMarkerWithWaitList":
      let f: @convention(c) (Handle?, UInt32, UnsafeRawPointer?, Out) -> Int32 = { _, _, _, event in
        if MockDriver.fails() { return -5 }
        event?.pointee = Handle(bitPattern: MockDriver.make())
        return 0
      }
      return pointer(f)
    case "clGetEventInfo":
      let f: @convention(c) (Handle?, UInt32, Int, UnsafeMutableRawPointer?, UnsafeMutablePointer<Int>?) -> Int32 = {
        _, _, _, value, _ in
        value?.storeBytes(of: 0, as: Int32.self)
        return MockDriver.fails() ? -58 : 0
      }
      return pointer(f)
    case "clSVMAlloc":
      let f: @convention(c) (Handle?, UInt64, Int, UInt32) -> Handle? = { _, _, bytes, _ in
        MockDriver.fails() ? nil : MockDriver.makeMemory(bytes)
      }
      return pointer(f)
    case "clSVMFree":
      let f: @convention(c) (Handle?, Handle?) -> Void = { _, memory in
        MockDriver.release(word(memory))
        memory?.deallocate()
      }
      return pointer(f)
    case "clSetKernelArgSVMPointer":
      let f: @convention(c) (Handle?, UInt32, UnsafeRawPointer?) -> Int32 = { _, _, _ in MockDriver.fails() ? -50 : 0 }
      return pointer(f)
    default: return nil
    }
  }

  static func liveCUDA(_ name: String) -> UnsafeMutableRawPointer? {
    switch name {
    case "cuStreamQuery":
      let f: @convention(c) (Handle?) -> Int32 = { _ in
        MockDriver.fails() ? 700 : MockDriver.state.withLock { $0.neverEnds } ? 600 : 0
      }
      return pointer(f)
    case "cuMemHostGetDevicePointer_v2":
      let f: @convention(c) (UnsafeMutablePointer<UInt64>?, UnsafeMutableRawPointer?, UInt32) -> Int32 = {
        out, memory, _ in
        out?.pointee = UInt64(UInt(bitPattern: memory))
        return MockDriver.fails() ? 1 : 0
      }
      return pointer(f)
    default: return nil
    }
  }

  /// Memory that counts as live until it is released.
  static func makeMemory(_ bytes: Int) -> UnsafeMutableRawPointer {
    let memory = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 64)
    MockDriver.state.withLock { _ = $0.live.insert(UInt(bitPattern: memory)) }
    return memory
  }
}
