import AudioCore

/// An accelerator that was found: a GPU by CUDA or OpenCL, or a processor by OpenCL.
public struct ComputeDevice: Sendable, CustomStringConvertible {
  /// The interface through which a device is used.
  public enum Interface: String, Sendable, Hashable, Codable, CaseIterable {
    case cuda = "CUDA"
    case openCL = "OpenCL"
  }

  public let name: String
  public let interface: Interface
  /// Version of the driver or of the interface, as the driver states it.
  public let version: String
  /// Bytes of memory on the device.
  public let memoryBytes: Int
  /// False for a processor that stands in for a GPU.
  public let isGPU: Bool
  /// Whether it calculates in Double.
  public let hasDouble: Bool
  private let opening: @Sendable () throws(AcceleratorError) -> any ComputeDriver

  package init(
    name: String, interface: Interface, version: String = "", memoryBytes: Int = 0, isGPU: Bool = true,
    hasDouble: Bool = true, open: @escaping @Sendable () throws(AcceleratorError) -> any ComputeDriver
  ) {
    self.name = name
    self.interface = interface
    self.version = version
    self.memoryBytes = memoryBytes
    self.isGPU = isGPU
    self.hasDouble = hasDouble
    opening = open
  }

  // Not every driver takes two threads that come for the first time.
  private static let entrance = Locked<Void>(())

  func open() throws(AcceleratorError) -> any ComputeDriver {
    let opened: Result<OpenedDriver, AcceleratorError> = Self.entrance.withLock { _ in
      do throws(AcceleratorError) { return .success(OpenedDriver(driver: try opening())) } catch {
        return .failure(error)
      }
    }
    return try opened.get().driver
  }

  private struct OpenedDriver: @unchecked Sendable {
    // Sendable because nobody else has it yet.
    let driver: any ComputeDriver
  }

  public var description: String { "\(name) (\(interface.rawValue))" }
}

extension ComputeDevice {
  /// What a search for devices found, interface by interface.
  public struct Search: Sendable {
    /// GPUs by CUDA, then GPUs by OpenCL, then processors by OpenCL.
    public var devices: [ComputeDevice] = []
    /// Why an interface has none.
    public var failures: [AcceleratorError] = []

    /// The first GPU; nil when there is none. A processor is taken only when it is asked for by name.
    public var bestGPU: ComputeDevice? { devices.first { $0.isGPU } }
  }

  /// The names under which drivers are looked for. The variables `SWIFTLET_CUDA_LIBRARY` and `SWIFTLET_OPENCL_LIBRARY` name others.
  static func libraryNames(_ interface: Interface) -> [String] {
    switch interface {
    case .cuda: environmentValue("SWIFTLET_CUDA_LIBRARY").map { [$0] } ?? ["libcuda.so.1", "libcuda.so"]
    case .openCL:
      environmentValue("SWIFTLET_OPENCL_LIBRARY").map { [$0] } ?? [
        "libOpenCL.so.1", "libOpenCL.so", "/System/Library/Frameworks/OpenCL.framework/OpenCL",
      ]
    }
  }

  /// Looks for drivers and devices on this machine. Nothing is opened. [control]
  public static func search() -> Search {
    entrance.withLock { _ in
      search { interface in
        guard let library = DynamicLibrary(anyOf: libraryNames(interface)) else { return nil }
        return { library.symbol($0) }
      }
    }
  }

  /// Looks for devices in the libraries that the closure opens.
  package static func search(_ open: (Interface) -> SymbolLookup?) -> Search {
    var search = Search()
    for interface in Interface.allCases {
      do throws(AcceleratorError) {
        guard let lookup = open(interface) else { throw missing(interface) }
        let found = try interface == .cuda ? cudaDevices(lookup) : openCLDevices(lookup)
        if found.isEmpty {
          throw AcceleratorError(
            .noDevice, subject: "\(interface.rawValue) driver", problem: "it is installed and has no device",
            remedy: "See whether the system's own tools list the GPU, and whether you may use it")
        }
        search.devices += found
      } catch {
        search.failures.append(error)
      }
    }
    search.devices = search.devices.filter(\.isGPU) + search.devices.filter { !$0.isGPU }
    return search
  }

  private static func missing(_ interface: Interface) -> AcceleratorError {
    AcceleratorError(
      .noDriver, subject: "\(interface.rawValue) driver",
      problem: "none of \(libraryNames(interface).joined(separator: ", ")) is installed",
      remedy: interface == .cuda
        ? "Install the driver of your NVIDIA GPU"
        : "Install the OpenCL driver of your GPU (on Debian: ocl-icd-libopencl1)")
  }

  private static func cudaDevices(_ lookup: @escaping SymbolLookup) throws(AcceleratorError) -> [ComputeDevice] {
    let cuda = try CUDAFunctions(lookup)
    return try cuda.devices().map { device in
      ComputeDevice(
        name: device.name, interface: .cuda,
        version: "\(device.driverVersion / 1_000).\(device.driverVersion % 1_000 / 10)",
        memoryBytes: device.memoryBytes,
        open: { () throws(AcceleratorError) in try CUDADriver(cuda, device) })
    }
  }

  private static func openCLDevices(_ lookup: @escaping SymbolLookup) throws(AcceleratorError) -> [ComputeDevice] {
    let functions = try OpenCLFunctions(lookup)
    return try functions.devices().map { device in
      ComputeDevice(
        name: device.name, interface: .openCL, version: device.version, memoryBytes: device.memoryBytes,
        isGPU: device.isGPU, hasDouble: device.hasDouble,
        open: { () throws(AcceleratorError) in try OpenCLDriver(functions, device) })
    }
  }

  /// The device to compute on: the first whose name or interface contains a text, case ignored, else the first GPU.
  ///
  /// Without a text that of the variable `SWIFTLET_GPU` is taken, so that a processor can stand in for a GPU.
  /// - Throws: `AcceleratorError` that says what was looked for and how to get it.
  public static func find(_ name: String? = nil) throws(AcceleratorError) -> ComputeDevice {
    let search = search()
    let name = name ?? environmentValue("SWIFTLET_GPU")
    let found =
      name.map { name in search.devices.first { "\($0)".lowercased().contains(name.lowercased()) } } ?? search.bestGPU
    if let found { return found }
    let reasons = search.failures.map { "\($0)" }
    let others = search.devices.map { "\($0)" }
    let listed = others.isEmpty ? "" : " Found: \(others.joined(separator: ", "))."
    throw AcceleratorError(
      .noDevice, subject: name.map { "device \"\($0)\"" } ?? "GPU",
      problem: "none was found.\(listed) \(String(reasons.joined(separator: " ").dropLast()))",
      remedy: others.isEmpty
        ? "Without a GPU, use the CPU" : "Use the CPU, or name one of the devices that were found")
  }
}
