extension MockDriver {
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
