import Accelerator
import SwiftletDSP
import TestSupport

/// The processor as an OpenCL device, by PoCL: kernels really run, without a GPU.
enum Processor {
  static let device = ComputeDevice.search().devices.first { $0.interface == .openCL && !$0.isGPU }
  static var isThere: Bool { device != nil }

  static func open() throws -> ComputeContext {
    guard let device else { throw ComputeDevice.search().failures.first ?? CancellationError() }
    return try ComputeContext(device)
  }
}

/// Short tiles and few threads: a compiler for processors takes far longer over the shapes that suit a GPU.
enum SmallShape {
  static func float(_ sections: Int) -> KernelModule.Shape {
    KernelModule.Shape(isDouble: false, sections: sections, perThread: 8, threads: 64)
  }
  static func double(_ sections: Int) -> KernelModule.Shape {
    KernelModule.Shape(isDouble: true, sections: sections, perThread: 8, threads: 64)
  }
}

/// A cascade on a device with buffers of its own, run from arrays.
final class CascadeRig<S: Sample> {
  let context: ComputeContext
  let cascade: GPUCascade
  let channels: Int
  private let input: DeviceBuffer
  private let output: DeviceBuffer

  init(
    _ sections: [Biquad], shape: KernelModule.Shape, channels: Int, maximumFrames: Int, on context: ComputeContext
  ) throws {
    self.context = context
    self.channels = channels
    let counters = try DeviceBuffer(bytes: 16, on: context)
    cascade = try GPUCascade(
      sections, shape: shape, rows: channels, maximumFrames: maximumFrames, counters: counters, on: context)
    let bytes = max(1, channels * maximumFrames) * MemoryLayout<S>.stride
    input = try DeviceBuffer(bytes: bytes, on: context)
    output = try DeviceBuffer(bytes: bytes, on: context)
    self.counters = counters
  }
  private let counters: DeviceBuffer

  func run(_ signal: [[S]], _ method: CascadeMethod) throws -> [[S]] {
    let frames = signal[0].count
    guard frames > 0 else { return signal }
    var flat = signal.flatMap { $0 }
    let bytes = flat.count * MemoryLayout<S>.stride
    try flat.withUnsafeBytes { try input.write($0.baseAddress!, bytes: bytes) }
    try cascade.run(input, into: output, frames: frames, method: method)
    try context.finish()
    let status = flat.withUnsafeMutableBytes { memory in
      Result {
        try output.read(into: memory.baseAddress!, bytes: bytes)
        try context.finish()
      }
    }
    try status.get()
    return (0..<channels).map { Array(flat[($0 * frames)..<(($0 + 1) * frames)]) }
  }
}

/// The same sections on the processor.
func reference<S: Sample>(_ signal: [[S]], _ sections: [Biquad], precision: Precision) -> [[S]] {
  let kernel = SectionKernel<S>(sections, channels: signal.count, precision: precision, mode: .invariant)
  let frames = signal[0].count
  let buffer = SampleBuffer<S>(channels: signal.count, capacity: frames)
  for (channel, samples) in signal.enumerated() {
    for (frame, sample) in samples.enumerated() { buffer[channel, frame] = sample }
  }
  _ = buffer.withBlock(frames: frames) { kernel.process($0, into: $0) }
  return signal.indices.map { channel in (0..<frames).map { buffer[channel, $0] } }
}

/// Different sections of different character, as many as asked for.
func sections(_ count: Int) throws -> [Biquad] {
  var result: [Biquad] = []
  var k = 0
  while result.count < count {
    let frequency = 300.0 * Double(k + 1)
    switch k % 3 {
    case 0: result += try Peak(Frequency(frequency), gain: 4).cascade(sampleRate: 48_000).sections
    case 1:
      result += try Butterworth(.highPass(Frequency(frequency / 10)), order: 2).cascade(sampleRate: 48_000).sections
    default: result += try LowPass(Frequency(12_000 + frequency)).cascade(sampleRate: 48_000).sections
    }
    k += 1
  }
  return Array(result.prefix(count))
}

/// Filters that break plain single precision: low corners, high rates, narrow bands.
func nastyFilters() throws -> [(name: String, sections: [Biquad])] {
  [
    ("high-pass order 8, 20 Hz", try Butterworth(.highPass(20), order: 8).cascade(sampleRate: 48_000).sections),
    ("low-pass order 8, 20 Hz", try Butterworth(.lowPass(20), order: 8).cascade(sampleRate: 48_000).sections),
    ("low-pass order 8, 10 Hz", try Butterworth(.lowPass(10), order: 8).cascade(sampleRate: 48_000).sections),
    (
      "high-pass order 2, 5 Hz at 192 kHz",
      try Butterworth(.highPass(5), order: 2).cascade(sampleRate: 192_000).sections
    ),
    ("notch at 50 Hz, q 30", try Notch(50, q: 30).cascade(sampleRate: 48_000).sections),
    (
      "elliptic low-pass order 8, 200 Hz",
      try Elliptic(.lowPass(200), order: 8, ripple: 0.1, attenuation: 80)
        .cascade(sampleRate: 48_000).sections
    ),
  ]
}

/// An effect that nothing but its own processor can run.
struct Opaque: Effect {
  static let name = "opaque"
  static let parameters: [Parameter<Opaque>] = []
  struct Design: EffectDesign { var outputs: [StreamFormat] }
  func design(in context: DesignContext) -> Design { Design(outputs: context.inputs) }
  func makeProcessor<S: Sample>(_ design: Design, in context: DesignContext, as type: S.Type)
    -> any AudioProcessor<S, Design>
  { Processor<S>() }

  final class Processor<S: Sample>: AudioProcessor {
    typealias Design = Opaque.Design
    func adopt(_ design: borrowing Design) -> Bool { true }
    func process(
      _ input: borrowing AudioBlock<S>, into output: borrowing AudioBlock<S>, at now: borrowing ProcessContext
    ) -> Int {
      output.copy(from: input)
      return input.frames
    }
    func reset() {}
    func saveState(into writer: inout StateWriter) {}
    func restoreState(from reader: inout StateReader) throws(StateError) {}
  }
}

/// Taps on a device with buffers of their own, run from arrays.
final class TapsRig {
  private let context: ComputeContext
  private let taps: GPUTaps
  private let input: DeviceBuffer
  private let output: DeviceBuffer

  init(_ values: [Double], delay: Int, channels: Int, maximumFrames: Int, on context: ComputeContext) throws {
    self.context = context
    let counters = try DeviceBuffer(bytes: 16, on: context)
    taps = try GPUTaps(
      values.map { Float($0) }, delay: delay, channels: channels,
      module: try context.module(.init(isDouble: false, sections: 0)), counters: counters, on: context)
    input = try DeviceBuffer(bytes: channels * maximumFrames * 4, on: context)
    output = try DeviceBuffer(bytes: channels * maximumFrames * 4, on: context)
    self.counters = counters
  }
  private let counters: DeviceBuffer

  func run(_ signal: [[Float]], blocks: [Int]) throws -> [[Float]] {
    var result = [[Float]](repeating: [], count: signal.count)
    var done = 0
    for frames in blocks where frames > 0 {
      var flat = signal.flatMap { $0[done..<(done + frames)] }
      let bytes = flat.count * 4
      try flat.withUnsafeBytes {
        try input.write($0.baseAddress!, bytes: bytes)
        try context.finish()
      }
      try taps.run(input, into: output, frames: frames)
      let status = flat.withUnsafeMutableBytes { memory in
        Result {
          try output.read(into: memory.baseAddress!, bytes: bytes)
          try context.finish()
        }
      }
      try status.get()
      for channel in signal.indices { result[channel] += flat[(channel * frames)..<((channel + 1) * frames)] }
      done += frames
    }
    return result
  }
}
