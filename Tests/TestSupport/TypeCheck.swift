import Foundation
import Testing

/// What the compiler says about a few lines that import the library; empty when it accepts them.
///
/// The modules are those that this test was linked from.
public func typeCheck(_ source: String, flags: [String] = []) throws -> String {
  let products = try #require(buildProducts(), "the folder of the build's products")
  let folder = FileManager.default.temporaryDirectory.appendingPathComponent("typecheck-\(UUID().uuidString)")
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: folder) }
  let file = folder.appendingPathComponent("main.swift")
  try ("import SwiftletDSP\n" + source + "\n").write(to: file, atomically: true, encoding: .utf8)

  return try runCompiler(
    ["-typecheck", "-swift-version", "6"] + moduleArguments(products) + flags + [file.path])
}

/// What the compiler says about a module of these sources, optimised or not, with everything that it diagnoses only when it makes
/// code; empty when it accepts them.
public func compileModule(_ name: String, _ sources: [URL], optimised: Bool) throws -> String {
  let products = try #require(buildProducts(), "the folder of the build's products")
  let object = FileManager.default.temporaryDirectory.appendingPathComponent("module-\(UUID().uuidString).o")
  defer { try? FileManager.default.removeItem(at: object) }
  return try runCompiler(
    [
      "-c", "-parse-as-library", "-swift-version", "6", "-wmo", "-package-name", packageName, "-module-name", name,
      "-o", object.path,
      optimised ? "-O" : "-Onone",
    ] + moduleArguments(products) + sources.map(\.path))
}

/// The folder of this package's sources.
private var packageRoot: URL {
  URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("../..").standardizedFileURL
}

/// The name by which the package manager knows this package: its folder's, as an identifier.
private var packageName: String {
  String(packageRoot.lastPathComponent.lowercased().map { $0.isLetter || $0.isNumber ? $0 : "_" })
}

/// Where the compiler finds the modules that this test was linked from.
private func moduleArguments(_ products: URL) -> [String] {
  var arguments = ["-I", products.appendingPathComponent("Modules").path]
  for name in ["CKernels", "CRealtime", "_NumericsShims"] {
    let path = products.appendingPathComponent("\(name).build/module.modulemap").path
    if FileManager.default.fileExists(atPath: path) { arguments += ["-Xcc", "-fmodule-map-file=\(path)"] }
  }
  for name in ["CPortAudio"] {
    let map = packageRoot.appendingPathComponent("Sources/\(name)/module.modulemap").path
    arguments += ["-Xcc", "-fmodule-map-file=\(map)"]
  }
  // A package that brings its own module map keeps it beside its sources.
  let shims = FileManager.default.enumerator(
    at: products.deletingLastPathComponent().deletingLastPathComponent(), includingPropertiesForKeys: nil)
  while let url = shims?.nextObject() as? URL {
    if url.path.hasSuffix("_NumericsShims/include/module.modulemap") {
      arguments += ["-Xcc", "-fmodule-map-file=\(url.path)"]
      break
    }
  }
  return arguments
}

private func runCompiler(_ arguments: [String]) throws -> String {
  let compiler = Process()
  compiler.executableURL = URL(fileURLWithPath: "/usr/bin/env")
  compiler.arguments = ["swiftc"] + arguments
  let pipe = Pipe()
  compiler.standardError = pipe
  compiler.standardOutput = FileHandle.nullDevice
  try compiler.run()
  let said = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
  compiler.waitUntilExit()
  return said
}

/// The folder that holds the built modules and programs.
public func buildProducts() -> URL? {
  let candidates =
    [CommandLine.arguments.first, Bundle.main.executablePath].compactMap(\.self) + Bundle.allBundles.map(\.bundlePath)
  for candidate in candidates {
    var folder = URL(fileURLWithPath: candidate).standardizedFileURL
    for _ in 0..<4 {
      folder.deleteLastPathComponent()
      if FileManager.default.fileExists(atPath: folder.appendingPathComponent("Modules/AudioCore.swiftmodule").path) {
        return folder
      }
    }
  }
  return nil
}
