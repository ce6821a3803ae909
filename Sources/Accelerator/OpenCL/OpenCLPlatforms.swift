/// A device that OpenCL found.
struct OpenCLDevice: @unchecked Sendable {
  // Sendable because a device's handle is a constant of the driver.
  let handle: UnsafeMutableRawPointer
  let name: String
  let platform: String
  let version: String
  let isGPU: Bool
  let memoryBytes: Int
  let hasDouble: Bool
  /// Whether one group can hand data to another that runs at the same time, by the device's own word.
  let hasDeviceAtomics: Bool
  /// Whether kernels use memory of the host where it lies, and whether its words can be shared while they run.
  let sharesMemory: Bool
  let sharesAtomics: Bool
}

extension OpenCLFunctions {
  /// All devices of all platforms, GPUs first.
  func devices() throws(AcceleratorError) -> [OpenCLDevice] {
    var count: UInt32 = 0
    let status = getPlatformIDs(0, nil, &count)
    // CL_PLATFORM_NOT_FOUND_KHR: a loader without any driver behind it.
    if status == -1001 { return [] }
    guard status == 0 else { throw OpenCLDriver.failure("clGetPlatformIDs", status) }
    guard count > 0 else { return [] }
    var platforms = [UnsafeMutableRawPointer?](repeating: nil, count: Int(count))
    let listed = getPlatformIDs(count, &platforms, nil)
    guard listed == 0 else { throw OpenCLDriver.failure("clGetPlatformIDs", listed) }
    var found: [OpenCLDevice] = []
    for platform in platforms.compactMap({ $0 }) {
      var devices: UInt32 = 0
      // A platform without a device is no failure: CL_DEVICE_NOT_FOUND.
      let status = getDeviceIDs(platform, 0xFFFF_FFFF, 0, nil, &devices)
      if status == -1 || devices == 0 && status == 0 { continue }
      guard status == 0 else { throw OpenCLDriver.failure("clGetDeviceIDs", status) }
      var handles = [UnsafeMutableRawPointer?](repeating: nil, count: Int(devices))
      let listed = getDeviceIDs(platform, 0xFFFF_FFFF, devices, &handles, nil)
      guard listed == 0 else { throw OpenCLDriver.failure("clGetDeviceIDs", listed) }
      let name = text(0x0902, of: platform, by: getPlatformInfo)
      for handle in handles.compactMap({ $0 }) { found.append(try describe(handle, platform: name)) }
    }
    return found.filter(\.isGPU) + found.filter { !$0.isGPU }
  }

  private func describe(_ device: UnsafeMutableRawPointer, platform: String) throws(AcceleratorError) -> OpenCLDevice {
    // What the device has beyond its kind it need not know.
    var kind: UInt64 = 0
    let status = getDeviceInfo(device, 0x1000, 8, &kind, nil)
    guard status == 0 else { throw OpenCLDriver.failure("clGetDeviceInfo", status) }
    let version = text(0x102F, of: device, by: getDeviceInfo)
    // CL_DEVICE_ATOMIC_MEMORY_CAPABILITIES: acquire and release (bit 1) for the whole device (bit 5).
    let atomics = number(0x1063, of: device)
    // CL_DEVICE_SVM_CAPABILITIES: fine-grained buffers (bit 1), and atomics in them (bit 3).
    let shared = sharedMemory == nil ? 0 : number(0x1053, of: device)
    return OpenCLDevice(
      handle: device, name: text(0x102B, of: device, by: getDeviceInfo), platform: platform, version: version,
      isGPU: kind & 4 != 0, memoryBytes: Int(clamping: number(0x101F, of: device)),
      hasDouble: number(0x1032, of: device) != 0,
      hasDeviceAtomics: version.hasPrefix("OpenCL 3") && atomics & 0x22 == 0x22, sharesMemory: shared & 2 != 0,
      sharesAtomics: shared & 10 == 10)
  }

  private func number(_ key: UInt32, of device: UnsafeMutableRawPointer) -> UInt64 {
    var value: UInt64 = 0
    return getDeviceInfo(device, key, 8, &value, nil) == 0 ? value : 0
  }

  private func text(_ key: UInt32, of handle: UnsafeMutableRawPointer, by info: Info) -> String {
    withUnsafeTemporaryAllocation(byteCount: 256, alignment: 1) { memory in
      memory.initializeMemory(as: UInt8.self, repeating: 0)
      guard info(handle, key, 255, memory.baseAddress, nil) == 0 else { return "unknown" }
      return String(decoding: memory.prefix { $0 != 0 }, as: UTF8.self)
    }
  }
}
