import CKernels
import Foundation
import Testing

/// Coefficients of one section: b0, b1, b2, a1, a2.
typealias Section = [Double]

/// A cascade under test, with samples as doubles whatever the kernels' type: floats pass through exactly.
final class Cascade {
  private var sos: OpaquePointer
  private let sections: [Section]
  private let channels: Int
  private let precision: sk_precision
  private let mode: sk_mode
  /// What all calls met.
  private(set) var met: UInt32 = 0

  init(_ sections: [Section], channels: Int, precision: sk_precision, mode: sk_mode) throws {
    self.sections = sections
    self.channels = channels
    self.precision = precision
    self.mode = mode
    sos = try Self.make(sections, channels, precision, mode)
  }

  deinit { sk_sos_destroy(sos) }

  private static func make(
    _ sections: [Section], _ channels: Int, _ precision: sk_precision, _ mode: sk_mode
  ) throws -> OpaquePointer {
    let sos = try #require(sk_sos_create(sections.count, channels, precision, mode))
    sk_sos_set_sections(sos, 0, sections.count, sections.flatMap { $0 })
    return sos
  }

  var memory: Int { sk_sos_memory(sos) }

  func algorithm(frames: Int) -> String { String(cString: sk_sos_algorithm(sos, frames)) }

  func set(_ sections: [Section], at first: Int) {
    sk_sos_set_sections(sos, first, sections.count, sections.flatMap { $0 })
  }

  func reset() { sk_sos_reset(sos) }

  /// The state, as it was given out.
  var state: [Double] {
    get {
      [Double](unsafeUninitializedCapacity: sk_sos_state_count(sos)) { buffer, count in
        if let base = buffer.baseAddress { sk_sos_get_state(sos, base) }
        count = sk_sos_state_count(sos)
      }
    }
    set { sk_sos_set_state(sos, newValue) }
  }

  /// Moves the stream to a new object through its saved state.
  func reincarnate() throws {
    let saved = state
    sk_sos_destroy(sos)
    sos = try Self.make(sections, channels, precision, mode)
    state = saved
  }

  /// Filters all channels in blocks. With `moving`, the state moves to a new object after every third block.
  func process(_ input: [[Double]], blocks: [Int], inPlace: Bool = false, moving: Bool = false) throws -> [[Double]] {
    precision == SK_F64
      ? try process(input, blocks, inPlace, moving, as: Double.self)
      : try process(input, blocks, inPlace, moving, as: Float.self)
  }

  private func process<T: BinaryFloatingPoint>(
    _ input: [[Double]], _ blocks: [Int], _ inPlace: Bool, _ moving: Bool, as type: T.Type
  ) throws -> [[Double]] {
    // One element before every channel, so that vectors are aligned to their elements alone.
    let frames = input[0].count
    let pitch = frames + 1
    let memory = UnsafeMutableBufferPointer<T>.allocate(capacity: 2 * channels * pitch + 1)
    defer { memory.deallocate() }
    memory.initialize(repeating: 0)
    guard let base = memory.baseAddress else { return input }
    for c in 0..<channels {
      for i in 0..<frames { memory[c * pitch + 1 + i] = T(input[c][i]) }
    }
    let target = base + (inPlace ? 0 : channels * pitch)
    let ins = (0..<channels).map { Optional(UnsafeRawPointer(base + $0 * pitch + 1)) }
    let outs = (0..<channels).map { Optional(UnsafeMutableRawPointer(target + $0 * pitch + 1)) }
    var at = 0
    for (index, block) in blocks.enumerated() {
      met |= sk_sos_process(sos, ins, at, outs, at, block).rawValue
      at += block
      if moving && index % 3 == 2 { try reincarnate() }
    }
    return (0..<channels).map { c in (0..<frames).map { Double(target[c * pitch + 1 + $0]) } }
  }
}

/// The filters that the kernels are held against.
enum Reference {
  /// Transposed direct form 2 in double.
  static func filter(_ sections: [Section], _ input: [Double]) -> [Double] {
    var signal = input
    for c in sections {
      var s1 = 0.0
      var s2 = 0.0
      for i in signal.indices {
        let x = signal[i]
        let y = c[0] * x + s1
        s1 = c[1] * x - c[3] * y + s2
        s2 = c[2] * x - c[4] * y
        signal[i] = y
      }
    }
    return signal
  }

  /// The relative RMS error of all channels in dB; -400 where nothing differs.
  static func error(_ actual: [[Double]], _ expected: [[Double]]) -> Double {
    var difference = 0.0
    var power = 0.0
    for (a, e) in zip(actual, expected) {
      for (x, y) in zip(a, e) {
        difference += (x - y) * (x - y)
        power += y * y
      }
    }
    if difference == 0 { return -400 }
    return difference.isFinite && power > 0 ? 10 * log10(difference / power) : .infinity
  }

  /// Sections with poles and zeros somewhere inside the unit circle and a gain near 1.
  static func randomSections(_ count: Int, _ noise: inout Noise) -> [Section] {
    (0..<count).map { _ in
      let radius = Double.random(in: 0.2...0.9, using: &noise)
      let cosine = Double.random(in: -1...1, using: &noise)
      let zero = Double.random(in: 0...0.5, using: &noise)
      return [0.7, 1.4 * zero * cosine, 0.7 * zero * zero, -2 * radius * cosine, radius * radius]
    }
  }
}
