// swift-tools-version: 6.2
import PackageDescription

let package = Package(
  name: "Benchmarks",
  platforms: [.macOS(.v15)],
  products: [.executable(name: "swiftlet-bench", targets: ["SwiftletBench"])],
  dependencies: [
    .package(name: "Swiftlet", path: ".."),
    .package(url: "https://github.com/apple/swift-numerics", from: "1.1.0"),
  ],
  targets: [
    .executableTarget(
      name: "SwiftletBench",
      dependencies: [
        .product(name: "SwiftletDSP", package: "Swiftlet"),
        .product(name: "RealModule", package: "swift-numerics"),
      ])
  ],
  swiftLanguageModes: [.v6]
)
