// swift-tools-version: 6.2
import PackageDescription

// Debian's description of PortAudio asks for -pthread, which the package manager warns of; its header lies where it is found anyway.
#if os(Linux)
  let portAudioDescription: String? = nil
#else
  let portAudioDescription: String? = "portaudio-2.0"
#endif

// Each is one folder with one file, and sees what a user of the package sees.
let examples: [Target] = [
  "01-filter-a-wave", "02-chain-and-sum", "03-live-parameter", "04-stream-a-file", "05-write-your-own-effect",
  "06-response", "07-convolution-reverb", "08-dynamics-and-delay", "09-live", "10-log-and-replay",
].map { .executableTarget(name: $0, dependencies: ["Swiftlet"], path: "Examples/\($0)", packageAccess: false) }

let package = Package(
  name: "Swiftlet",
  platforms: [.macOS(.v15)],
  products: [
    .library(name: "SwiftletDSP", targets: ["SwiftletDSP"]),
    .library(name: "Swiftlet", targets: ["Swiftlet"]),
    .executable(name: "swiftlet", targets: ["SwiftletCLI"]),
    .executable(name: "swiftlet-gpu", targets: ["SwiftletGPU"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-numerics", from: "1.1.0"),
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
    .package(url: "https://github.com/swiftlang/swift-docc-plugin", from: "1.5.0"),
  ],
  targets: [
    // The inner loops: C, one generic body per kernel family, one file per instruction set.
    .target(name: "CKernels"),

    // The library, in the order of its dependencies.
    .target(
      name: "AudioCore",
      dependencies: [
        "CKernels",
        .product(name: "ComplexModule", package: "swift-numerics"),
        .product(name: "RealModule", package: "swift-numerics"),
      ]),
    .target(name: "FilterDesign", dependencies: ["AudioCore"]),
    .target(name: "Effects", dependencies: ["AudioCore", "FilterDesign"]),
    .target(name: "AudioGraph", dependencies: ["AudioCore", "FilterDesign", "Effects"]),
    // The kernels of GPUs as text and as PTX, embedded; what loads and runs them.
    .target(name: "CGPUKernels", exclude: ["Kernels", "PTX"]),
    .target(
      name: "Accelerator",
      dependencies: [
        "AudioCore", "Effects", "AudioGraph", "CGPUKernels", .product(name: "RealModule", package: "swift-numerics"),
      ]),
    // Built on one machine and taken to another that has the GPU.
    .executableTarget(name: "SwiftletGPU", dependencies: ["SwiftletDSP", "Accelerator"]),
    .target(
      name: "SwiftletDSP",
      dependencies: [
        "AudioCore", "FilterDesign", "Effects", "AudioGraph",
        // Responses are complex numbers: whoever imports the library can use them.
        .product(name: "ComplexModule", package: "swift-numerics"),
        .product(name: "RealModule", package: "swift-numerics"),
      ]),
    .systemLibrary(
      name: "CSndfile", pkgConfig: "sndfile",
      providers: [.apt(["libsndfile1-dev"]), .brew(["libsndfile"])]),
    .target(name: "AudioFiles", dependencies: ["AudioCore", "CSndfile"]),
    .systemLibrary(
      name: "CSoxr", pkgConfig: "soxr",
      providers: [.apt(["libsoxr-dev"]), .brew(["libsoxr"])]),
    .target(name: "Resampling", dependencies: ["AudioCore", "Effects", "CSoxr"]),
    .target(name: "Streaming", dependencies: ["AudioCore", "AudioGraph"]),
    .target(name: "EffectCatalog", dependencies: ["AudioCore", "FilterDesign", "Effects"]),

    // The live path: what the callback needs from C, the devices, the engine.
    .target(name: "CRealtime"),
    .systemLibrary(
      name: "CPortAudio", pkgConfig: portAudioDescription,
      providers: [.apt(["portaudio19-dev"]), .brew(["portaudio"])]),
    .target(name: "AudioDevices", dependencies: ["AudioCore", "CRealtime", "CPortAudio"]),
    .target(
      name: "Realtime",
      dependencies: [
        "AudioCore", "AudioGraph", "AudioDevices", "CRealtime",
        .product(name: "RealModule", package: "swift-numerics"),
      ]),
    .target(
      name: "Swiftlet",
      dependencies: [
        "SwiftletDSP", "AudioFiles", "Resampling", "Streaming", "EffectCatalog", "AudioDevices", "Realtime",
        "Accelerator",
      ]),
    .executableTarget(
      name: "SwiftletCLI",
      dependencies: [
        "Swiftlet", "CAllocationCounter",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]),

    // Counts allocations, for the tests and for the tool's benchmark.
    .target(name: "CAllocationCounter"),

    // The tests and what they share.
    .target(
      name: "TestSupport", dependencies: ["SwiftletDSP", "CAllocationCounter"],
      path: "Tests/TestSupport"),
    .testTarget(name: "CKernelsTests", dependencies: ["CKernels"]),
    .testTarget(name: "AudioCoreTests", dependencies: ["AudioCore", "TestSupport"]),
    .testTarget(
      name: "FilterDesignTests", dependencies: ["FilterDesign"],
      resources: [.copy("Vectors")]),
    .testTarget(
      name: "AcceleratorTests",
      dependencies: ["Accelerator", "SwiftletDSP", "TestSupport", "Realtime", "AudioDevices", "AudioFiles"]),
    .testTarget(
      name: "EffectsTests", dependencies: ["EffectCatalog", "SwiftletDSP", "TestSupport"],
      resources: [.copy("Vectors")]),
    .testTarget(name: "ResamplingTests", dependencies: ["Resampling", "SwiftletDSP", "TestSupport"]),
    .testTarget(name: "AudioGraphTests", dependencies: ["SwiftletDSP", "TestSupport"]),
    .testTarget(
      name: "AudioFilesTests", dependencies: ["AudioFiles", "Streaming", "SwiftletDSP", "TestSupport"]),
    .testTarget(
      name: "EffectCatalogTests", dependencies: ["EffectCatalog", "SwiftletDSP", "TestSupport"]),
    .testTarget(name: "RealtimeTests", dependencies: ["Realtime", "AudioDevices", "SwiftletDSP", "TestSupport"]),
    .testTarget(name: "CLITests", dependencies: ["Swiftlet", "SwiftletCLI", "TestSupport"]),
  ] + examples,
  swiftLanguageModes: [.v6],
  cLanguageStandard: .gnu11
)

// A sanitizer needs a build of its own: of the programs and tests it makes only those that its run names.
if let chosen = Context.environment["SWIFTLET_TARGETS"]?.split(separator: " ").map(String.init) {
  package.targets.removeAll { [.executable, .test].contains($0.type) && !chosen.contains($0.name) }
  package.products.removeAll { product in
    (product as? Product.Executable).map { !chosen.contains(where: $0.targets.contains) } ?? false
  }
}
