// swift-tools-version: 6.2
import PackageDescription

let package = Package(
  name: "Benchmarks",
  platforms: [.macOS(.v15)],
  products: [.executable(name: "swiftlet-bench", targets: ["SwiftletBench"])],
  dependencies: [.package(name: "Swiftlet", path: "..")],
  targets: [
    .executableTarget(
      name: "SwiftletBench", dependencies: [.product(name: "SwiftletDSP", package: "Swiftlet")])
  ],
  swiftLanguageModes: [.v6]
)
