import Foundation
import TestSupport
import Testing

/// The compiler refuses what would make the callback wait: the module's own sources, with a violation put into the callback.
@Suite struct CallbackProofTests {
  /// What may be put into the callback, and whether it then still compiles.
  enum Injection: String, CaseIterable, Sendable {
    case nothing = ""
    case allocation = "injectedJunk.append(1)"
    case object = "_ = InjectedObject()"
    case lock = "injectedLock.withLock { $0 += 1 }"
  }

  @Test(arguments: Injection.allCases) func compilerRefuses(_ injection: Injection) throws {
    try check(injection, optimised: true)
  }

  @Test(arguments: [Injection.nothing, .lock]) func compilerRefusesUnoptimised(_ injection: Injection) throws {
    try check(injection, optimised: false)
  }

  private func check(_ injection: Injection, optimised: Bool) throws {
    let said = try compile(with: injection, optimised: optimised)
    if injection == .nothing {
      #expect(said == "")
    } else {
      #expect(said.contains("error:"))
      #expect(said.contains("Callback.swift"))
    }
  }

  private func compile(with injection: Injection, optimised: Bool) throws -> String {
    let module = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("../../Sources/Realtime").standardizedFileURL
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("proof-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    var sources: [URL] = []
    let files = try #require(FileManager.default.enumerator(at: module, includingPropertiesForKeys: nil))
    for case let file as URL in files where file.pathExtension == "swift" {
      guard file.lastPathComponent == "Callback.swift" else {
        sources.append(file)
        continue
      }
      let first = "let began = rt_nanoseconds()"
      let text = try String(contentsOf: file, encoding: .utf8)
      try #require(text.contains(first))
      let changed = folder.appendingPathComponent("Callback.swift")
      let helpers = """

        import Synchronization
        nonisolated(unsafe) var injectedJunk: [Int] = []
        final class InjectedObject {}
        let injectedLock = Mutex(0)
        """
      try (text.replacingOccurrences(of: first, with: first + "\n  " + injection.rawValue) + helpers)
        .write(to: changed, atomically: true, encoding: .utf8)
      sources.append(changed)
    }
    return try compileModule("Realtime", sources, optimised: optimised)
  }
}
