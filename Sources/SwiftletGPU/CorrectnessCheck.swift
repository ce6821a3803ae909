import Accelerator
import SwiftletDSP

/// Cascades of many shapes on a device against the same on the CPU.
struct CorrectnessCheck {
  var context: ComputeContext
  var isQuick: Bool
  var plantsRace: Bool

  /// 1 to 16 sections, 1 to 64 channels, 1 to 200,000 frames, by every method of the device.
  func run() throws -> (cases: Int, failures: Int) {
    var total = try EffectCheck(context: context, isQuick: isQuick).run()
    total.cases += 1
    let isGood = try checkRagged(AcceleratorOptions().shape(sections: 4, type: .float32, on: context.device))
    total.failures += isGood ? 0 : 1
    for count in isQuick ? [1, 4, 6] : Array(1...16) {
      for channels in isQuick ? [2] : [1, 2, 8, 64] {
        for frames in isQuick ? [1, 5_000] : [1, 2, 511, 4_096, 4_097, 20_011, 200_000]
        where channels * frames <= 4_000_000 {
          for isDouble in [false, true] where !isDouble || context.device.hasDouble {
            let made =
              try isDouble ? check(count, channels, frames, Double.self) : check(count, channels, frames, Float.self)
            total.cases += made.cases
            total.failures += made.failures
          }
        }
      }
    }
    return total
  }

  /// One small case by each method, for a checker that follows every access.
  func runForRaces() throws -> (cases: Int, failures: Int) {
    var shape = KernelModule.Shape(isDouble: false, sections: 2, perThread: 8, threads: 64)
    shape.plantsRace = plantsRace
    let cascades = try check(4, 2, 1_600, Float.self, shape: shape)
    let ragged = try checkRagged(shape)
    let effects = try EffectCheck(context: context, isQuick: true).runForRaces()
    return (cascades.cases + 1 + effects.cases, cascades.failures + (ragged ? 0 : 1) + effects.failures)
  }

  /// Rows of different lengths in the same launches: several tiles, a part of one, too few frames for a scan, none.
  private func checkRagged(_ shape: KernelModule.Shape) throws -> Bool {
    let sections = try (0..<4).map { try Peak(Frequency(300 * Double($0 + 1)), gain: 4).cascade(sampleRate: 48_000) }
      .flatMap(\.sections)
    let lengths = [1_700, 1_230, 600, 610, 20, 0].sorted(by: >)
    let wave = SampleBuffer<Float>(channels: lengths.count, capacity: 1_700)
    var noise = Noise(seed: 5)
    for row in lengths.indices { for frame in 0..<1_700 { wave[row, frame] = Float(noise.next()) } }
    let bench = try CascadeBench(sections, shape: shape, rows: lengths.count, frames: 1_700, on: context)
    let made = try bench.filter(wave, lengths: lengths, pieces: [1_200, 500], threshold: 32)
    var error = 0.0
    var power = 0.0
    for (row, frames) in lengths.enumerated() where frames > 0 {
      let kernel = SectionKernel<Float>(sections, channels: 1, precision: .mixed, mode: .invariant)
      let expected = SampleBuffer<Float>(channels: 1, capacity: frames)
      for frame in 0..<frames { expected[0, frame] = wave[row, frame] }
      _ = expected.withBlock(frames: frames) { kernel.process($0, into: $0) }
      for frame in 0..<frames {
        let difference = Double(made[row][frame]) - Double(expected[0, frame])
        error += difference * difference
        power += Double(expected[0, frame]) * Double(expected[0, frame])
      }
    }
    guard error > 1e-12 * power else { return true }
    ErrorOutput.write("rows of \(lengths): power ratio \(error / power)\n")
    return false
  }

  private func check<S: Sample>(
    _ count: Int, _ channels: Int, _ frames: Int, _ type: S.Type, shape: KernelModule.Shape? = nil
  ) throws -> (cases: Int, failures: Int) {
    let sections = try (0..<count).map { k in
      let pole = try Peak(Frequency(300 * Double(k + 1)), gain: k % 2 == 0 ? 4 : -3).cascade(sampleRate: 48_000)
      return k % 4 == 3 ? try HighPass(30).cascade(sampleRate: 48_000).sections[0] : pole.sections[0]
    }
    let wave = SampleBuffer<S>(channels: channels, capacity: frames)
    var word: UInt32 = 7
    for channel in 0..<channels {
      for frame in 0..<frames {
        word = word &* 1_664_525 &+ 1_013_904_223
        wave[channel, frame] = S(Int32(bitPattern: word)) / 4_294_967_296
      }
    }
    let shape =
      shape ?? AcceleratorOptions().shape(sections: count, type: S.sampleType, on: context.device)
    let rig = try CascadeBench(sections, shape: shape, rows: channels, frames: frames, on: context)
    var methods: [CascadeMethod] = [.scan, .sequential]
    if context.device.interface == .openCL { methods.append(.threePhaseScan) }
    let outputs = try methods.map { try rig.filter(wave, method: $0) }
    let kernel = SectionKernel<S>(
      sections, channels: channels, precision: S.sampleType == .float64 ? .double : .mixed, mode: .invariant)
    _ = wave.withBlock(frames: frames) { kernel.process($0, into: $0) }
    let bound = S.sampleType == .float64 ? 1e-24 : 1e-12
    var failures = 0
    for (method, output) in zip(methods, outputs) {
      var error = 0.0
      var power = 0.0
      for channel in 0..<channels {
        for frame in 0..<frames {
          let expected = Double(wave[channel, frame])
          let difference = Double(output[channel * frames + frame]) - expected
          error += difference * difference
          power += expected * expected
        }
      }
      guard error > bound * power else { continue }
      failures += 1
      ErrorOutput.write(
        "\(count) sections, \(channels) x \(frames), \(S.self), \(method): power ratio \(error / power)\n")
    }
    return (methods.count, failures)
  }
}
