import AudioCore
import AudioFiles
import Foundation

/// A folder that vanishes with its owner.
final class Scratch {
  let path: String

  init() throws {
    path = NSTemporaryDirectory() + "swiftlet-files-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  subscript(name: String) -> String { path + "/" + name }

  /// All names in the folder, hidden ones too.
  var names: [String] { (try? FileManager.default.contentsOfDirectory(atPath: path).sorted()) ?? [] }
}

/// Numbers from a seed: the same on every machine.
struct Numbers {
  private var state: UInt64
  init(_ seed: UInt64) { state = seed }
  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var value = state
    value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
    value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
    return value ^ (value >> 31)
  }
  /// Uniform in -1 ..< 1.
  mutating func sample() -> Double { Double(Int64(bitPattern: next()) >> 11) / 4_503_599_627_370_496 }
}

/// Noise whose samples are multiples of 2^(1 - bits), full range.
func grid(bits: Int, channels: Int, frames: Int, rate: Double = 48_000, seed: UInt64 = 1) throws -> Wave<Double> {
  var numbers = Numbers(seed)
  let scale = Double(1 << (bits - 1))
  let samples = (0..<channels).map { _ in (0..<frames).map { _ in (numbers.sample() * scale).rounded(.down) / scale } }
  return try Wave(samples, sampleRate: rate)
}

/// A quiet tone that every codec can follow.
func tone(_ frequency: Double = 440, channels: Int, frames: Int, rate: Double = 48_000) throws -> Wave<Float> {
  let samples = (0..<channels).map { _ in
    (0..<frames).map { Float(0.5 * sin(2 * .pi * frequency * Double($0) / rate)) }
  }
  return try Wave(samples, sampleRate: rate)
}
