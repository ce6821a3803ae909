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

  let maps = ["CKernels.build/module.modulemap", "_NumericsShims.build/module.modulemap"]
  let shims = FileManager.default.enumerator(
    at: products.deletingLastPathComponent().deletingLastPathComponent(), includingPropertiesForKeys: nil)
  var arguments = ["-typecheck", "-swift-version", "6", "-I", products.appendingPathComponent("Modules").path]
  for map in maps {
    let path = products.appendingPathComponent(map).path
    if FileManager.default.fileExists(atPath: path) { arguments += ["-Xcc", "-fmodule-map-file=\(path)"] }
  }
  // A package that brings its own module map keeps it beside its sources.
  while let url = shims?.nextObject() as? URL {
    if url.path.hasSuffix("_NumericsShims/include/module.modulemap") {
      arguments += ["-Xcc", "-fmodule-map-file=\(url.path)"]
      break
    }
  }
  let compiler = Process()
  compiler.executableURL = URL(fileURLWithPath: "/usr/bin/env")
  compiler.arguments = ["swiftc"] + arguments + flags + [file.path]
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
