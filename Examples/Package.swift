// swift-tools-version: 6.2
import PackageDescription

// Each example is one folder with one file. `Scripts/run-examples.sh` builds and runs them all.
let examples = [
  "01-filter-a-wave", "02-chain-and-sum", "03-live-parameter", "04-stream-a-file", "05-write-your-own-effect",
  "06-response", "07-convolution-reverb", "08-dynamics-and-delay", "09-live",
  "10-log-and-replay",
]

let package = Package(
  name: "Examples",
  platforms: [.macOS(.v15)],
  dependencies: [.package(name: "Swiftlet", path: "..")],
  targets: examples.map { name in
    .executableTarget(name: name, dependencies: [.product(name: "Swiftlet", package: "Swiftlet")], path: name)
  },
  swiftLanguageModes: [.v6]
)
