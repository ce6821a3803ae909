import Foundation
import Testing

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// The built tool as a child process.
enum Tool {
  /// What a run of the tool left.
  struct Result {
    var status: Int32
    /// The signal that ended it; nil when it ended by itself.
    var signal: Int32?
    var output: Data
    var errors: String

    var text: String { String(decoding: output, as: UTF8.self) }

    /// Standard output as a JSON object.
    func object() throws -> [String: Any] {
      try #require(try JSONSerialization.jsonObject(with: output) as? [String: Any])
    }

    /// Standard output as a list of JSON objects.
    func list() throws -> [[String: Any]] {
      try #require(try JSONSerialization.jsonObject(with: output) as? [[String: Any]])
    }
  }

  /// The tool that was built beside these tests.
  static let url: URL = {
    let starts =
      Bundle.allBundles.map(\.bundleURL) + [Bundle.main.bundleURL, URL(fileURLWithPath: CommandLine.arguments[0])]
    for start in starts {
      var folder = start
      for _ in 0..<4 {
        let candidate = folder.appendingPathComponent("swiftlet")
        var isFolder: ObjCBool = false
        if FileManager.default.fileExists(atPath: candidate.path, isDirectory: &isFolder), !isFolder.boolValue {
          return candidate
        }
        folder.deleteLastPathComponent()
      }
    }
    return URL(fileURLWithPath: "swiftlet")
  }()

  /// Runs the tool to its end.
  static func run(_ arguments: String..., input: Data? = nil, environment: [String: String] = [:]) throws -> Result {
    try run(arguments, input: input, environment: environment)
  }

  /// Runs the tool to its end.
  static func run(_ arguments: [String], input: Data? = nil, environment: [String: String] = [:]) throws -> Result {
    try Scratch.with { scratch in
      let process = Process()
      process.executableURL = url
      process.arguments = arguments
      var variables = ProcessInfo.processInfo.environment
      variables.merge(["LC_ALL": "C.UTF-8", "COLUMNS": "100"]) { $1 }
      process.environment = variables.merging(environment) { $1 }
      let files = try [
        scratch.handle("stdin", holding: input ?? Data()), scratch.handle("stdout", holding: nil),
        scratch.handle("stderr", holding: nil),
      ]
      (process.standardInput, process.standardOutput, process.standardError) = (files[0], files[1], files[2])
      try process.run()
      process.waitUntilExit()
      return Result(
        status: process.terminationStatus,
        signal: process.terminationReason == .uncaughtSignal ? process.terminationStatus : nil,
        output: try Data(contentsOf: scratch.url("stdout")),
        errors: String(decoding: try Data(contentsOf: scratch.url("stderr")), as: UTF8.self))
    }
  }

  /// Runs the tool on a terminal of its own, and types keys on it, one after each thing that it writes.
  static func terminal(_ arguments: [String], typing keys: [String] = []) throws -> Result {
    let (main, name) = try pseudoTerminal()
    let other = FileHandle(fileDescriptor: open(name, O_RDWR | O_NOCTTY), closeOnDealloc: true)
    let screen = FileHandle(fileDescriptor: main, closeOnDealloc: true)
    let process = Process()
    process.executableURL = url
    process.arguments = arguments
    process.environment = ProcessInfo.processInfo.environment.merging(["LC_ALL": "C.UTF-8", "TERM": "xterm"]) { $1 }
    (process.standardInput, process.standardOutput, process.standardError) = (other, other, other)
    try process.run()
    try other.close()
    var output = Data()
    var left = keys[...]
    var bytes = [UInt8](repeating: 0, count: 4_096)
    while true {
      let count = read(main, &bytes, bytes.count)
      guard count > 0 else { break }
      output += bytes[..<count]
      // Each key is an answer to something that was drawn.
      if let key = left.popFirst() { screen.write(Data(key.utf8)) }
    }
    process.waitUntilExit()
    return Result(
      status: process.terminationStatus,
      signal: process.terminationReason == .uncaughtSignal ? process.terminationStatus : nil, output: output, errors: ""
    )
  }

  /// Opens a terminal that exists only in memory.
  private static func pseudoTerminal() throws -> (main: Int32, name: String) {
    #if canImport(Darwin)
      let main = posix_openpt(O_RDWR | O_NOCTTY)
      guard main >= 0, grantpt(main) == 0, unlockpt(main) == 0, let name = ptsname(main) else {
        throw POSIXError(.ENOTTY)
      }
      return (main, String(cString: name))
    #else
      // Glibc hides posix_openpt from Swift: these are the requests that it makes (TIOCSPTLCK, TIOCGPTN).
      let main = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC)
      var isLocked: Int32 = 0
      var number: Int32 = 0
      guard main >= 0, ioctl(main, 0x4004_5431, &isLocked) == 0, ioctl(main, 0x8004_5430, &number) == 0 else {
        throw POSIXError(.ENOTTY)
      }
      return (main, "/dev/pts/\(number)")
    #endif
  }

  /// Runs a shell script in which `$SWIFTLET` is the tool, in a folder.
  static func shell(_ script: String, in folder: URL) throws -> Result {
    try Scratch.with { scratch in
      let process = Process()
      process.executableURL = URL(fileURLWithPath: "/bin/bash")
      process.arguments = ["-c", script]
      process.currentDirectoryURL = folder
      var variables = ProcessInfo.processInfo.environment
      variables.merge(["SWIFTLET": url.path, "LC_ALL": "C.UTF-8"]) { $1 }
      process.environment = variables
      (process.standardOutput, process.standardError) = try (
        scratch.handle("stdout", holding: nil), scratch.handle("stderr", holding: nil)
      )
      process.standardInput = FileHandle.nullDevice
      try process.run()
      process.waitUntilExit()
      return Result(
        status: process.terminationStatus, signal: nil, output: try Data(contentsOf: scratch.url("stdout")),
        errors: String(decoding: try Data(contentsOf: scratch.url("stderr")), as: UTF8.self))
    }
  }
}

/// A folder that lives as long as a test needs it.
struct Scratch {
  let folder: URL

  /// Lends an empty folder and removes it afterwards.
  static func with<R>(_ body: (Scratch) throws -> R) throws -> R {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("swiftlet-test-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    return try body(Scratch(folder: folder))
  }

  func url(_ name: String) -> URL { folder.appendingPathComponent(name) }
  func path(_ name: String) -> String { url(name).path }

  /// The names of the files in the folder, hidden ones included.
  var names: [String] {
    get throws { try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() }
  }

  /// A file to hand to a process: for reading when it holds something, else for writing.
  func handle(_ name: String, holding content: Data?) throws -> FileHandle {
    try (content ?? Data()).write(to: url(name))
    return content == nil ? try FileHandle(forWritingTo: url(name)) : try FileHandle(forReadingFrom: url(name))
  }
}

/// Sound for the tests.
enum Sound {
  /// Noise and a tone below full scale, the same each time.
  static func samples(_ count: Int, seed: UInt64 = 1) -> [Float] {
    var state = seed
    return (0..<count).map { index in
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      let noise = Float(Int32(truncatingIfNeeded: state >> 32)) / Float(Int32.max)
      return 0.25 * noise + 0.25 * Float(sin(Double(index) * 0.05))
    }
  }

  static func bytes<T>(_ samples: [T]) -> Data { samples.withUnsafeBytes { Data($0) } }

  static func floats(_ data: Data) -> [Float] {
    data.withUnsafeBytes { raw in
      (0..<raw.count / 4).map {
        Float(bitPattern: UInt32(littleEndian: raw.loadUnaligned(fromByteOffset: $0 * 4, as: UInt32.self)))
      }
    }
  }

  /// A WAV file of 32-bit Float.
  static func wav(_ interleaved: [Float], channels: Int = 1, rate: Int = 48_000) -> Data {
    func little<T: FixedWidthInteger>(_ value: T) -> Data { withUnsafeBytes(of: value.littleEndian) { Data($0) } }
    let data = bytes(interleaved)
    var file = Data("RIFF".utf8) + little(UInt32(36 + data.count)) + Data("WAVEfmt ".utf8)
    file += little(UInt32(16)) + little(UInt16(3)) + little(UInt16(channels)) + little(UInt32(rate))
    file += little(UInt32(rate * channels * 4)) + little(UInt16(channels * 4)) + little(UInt16(32))
    return file + Data("data".utf8) + little(UInt32(data.count)) + data
  }
}
