import Accelerator
import SwiftletDSP
import TestSupport
import Testing

@Suite(.serialized, .enabled(if: Processor.isThere, "needs OpenCL: make test installs PoCL")) struct CascadeTests {
  static let methods = CascadeMethod.allCases

  @Test(arguments: [1, 4]) func floatAgreesWithMixed(group: Int) throws {
    let context = try Processor.open()
    for count in group == 1 ? [1] : Array(1...16) {
      let sections = try sections(count)
      for (channels, lengths) in [(1, [0, 1, 2, 511, 512, 513, 200_000]), (3, [1_025, 20_011]), (64, [1, 700])] {
        for frames in lengths {
          let signal = noise(channels: channels, frames: frames, as: Float.self)
          let expected = reference(signal, sections, precision: .mixed).flatMap { $0 }
          for method in Self.methods {
            let rig = try CascadeRig<Float>(
              sections, shape: SmallShape.float(group), channels: channels, maximumFrames: frames, on: context)
            let error = relativeError(try rig.run(signal, method).flatMap { $0 }, expected)
            #expect(error <= -120, "\(count) sections, \(channels) x \(frames), \(method)")
          }
        }
      }
    }
  }

  @Test func doubleAgreesWithDouble() throws {
    let context = try Processor.open()
    for count in 1...16 {
      let sections = try sections(count)
      for (channels, lengths) in [(1, [1, 2, 511, 513, 200_000]), (3, [20_011]), (64, [1, 700])] {
        for frames in lengths {
          let signal = noise(channels: channels, frames: frames, as: Double.self)
          let expected = reference(signal, sections, precision: .double).flatMap { $0 }
          for method in Self.methods {
            let rig = try CascadeRig<Double>(
              sections, shape: SmallShape.double(2), channels: channels, maximumFrames: frames, on: context)
            let error = relativeError(try rig.run(signal, method).flatMap { $0 }, expected)
            #expect(error <= -240, "\(count) sections, \(channels) x \(frames), \(method)")
          }
        }
      }
    }
  }

  @Test func nastyFiltersStayExact() throws {
    let context = try Processor.open()
    for (name, sections) in try nastyFilters() {
      let signal = noise(channels: 1, frames: 100_000, as: Float.self)
      let expected = reference(signal, sections, precision: .mixed)[0]
      for method in Self.methods {
        let rig = try CascadeRig<Float>(
          sections, shape: SmallShape.float(4), channels: 1, maximumFrames: 100_000, on: context)
        let error = relativeError(try rig.run(signal, method)[0], expected)
        #expect(error <= -120, "\(name), \(method)")
      }
    }
  }

  @Test func oddChunksOfAllMethodsShareOneState() throws {
    let context = try Processor.open()
    let sections = try sections(6)
    let signal = noise(channels: 3, frames: 30_000, as: Float.self)
    let expected = reference(signal, sections, precision: .mixed)
    let rig = try CascadeRig<Float>(
      sections, shape: SmallShape.float(4), channels: 3, maximumFrames: 9_000, on: context)
    var output: [[Float]] = [[], [], []]
    var done = 0
    var turn = 0
    let sizes = [1, 1, 2, 3, 5, 64, 127, 513, 0, 1, 4_097, 8_999, 333]
    while done < 30_000 {
      let size = min(sizes[turn % sizes.count], 30_000 - done)
      let piece = signal.map { Array($0[done..<(done + size)]) }
      let made = try rig.run(piece, Self.methods[turn % 3])
      for channel in 0..<3 { output[channel] += made[channel] }
      done += size
      turn += 1
    }
    #expect(relativeError(output.flatMap { $0 }, expected.flatMap { $0 }) <= -120)
  }

  @Test func theSameRunGivesTheSameBits() throws {
    let context = try Processor.open()
    let signal = noise(channels: 5, frames: 40_000, as: Float.self)
    for sections in [try sections(8), try nastyFilters()[2].sections] {
      let rig = try CascadeRig<Float>(
        sections, shape: SmallShape.float(4), channels: 5, maximumFrames: 40_000, on: context)
      let first = try rig.run(signal, .scan)
      for _ in 0..<3 {
        try rig.cascade.reset()
        #expect(try rig.run(signal, .scan) == first)
      }
    }
  }

  @Test func aLongMemoryPublishesPrefixes() throws {
    let tables = ScanTables(try nastyFilters()[3].sections, shape: SmallShape.float(4))
    #expect(tables.scanShape[1] == 1)
    let short = ScanTables(try sections(4), shape: SmallShape.float(4))
    #expect(short.scanShape[1] == 0)
  }

  @Test func newCoefficientsKeepTheState() throws {
    let context = try Processor.open()
    let before = try Peak(1_000, gain: 6).cascade(sampleRate: 48_000).sections
    let after = try LowPass(12_000).cascade(sampleRate: 48_000).sections
    let signal = noise(channels: 2, frames: 3_000, as: Double.self)
    let expected = signal.map { plain($0, before[0], then: after[0], from: 1_000) }
    let rig = try CascadeRig<Double>(
      before, shape: SmallShape.double(2), channels: 2, maximumFrames: 2_000, on: context)
    let first = try rig.run(signal.map { Array($0[..<1_000]) }, .scan)
    try rig.cascade.replace(from: 0, with: after)
    let second = try rig.run(signal.map { Array($0[1_000...]) }, .scan)
    for channel in 0..<2 {
      #expect(relativeError(first[channel] + second[channel], expected[channel]) <= -240)
    }
  }

  /// The transposed direct form 2, which keeps two numbers over a change of coefficients.
  private func plain(_ signal: [Double], _ before: Biquad, then after: Biquad, from change: Int) -> [Double] {
    var z = (0.0, 0.0)
    return signal.enumerated().map { frame, x in
      let s = frame < change ? before : after
      let y = s.b0 * x + z.0
      z = (s.b1 * x - s.a1 * y + z.1, s.b2 * x - s.a2 * y)
      return y
    }
  }

  @Test func sixteenSectionsAreOneLaunch() throws {
    let context = try Processor.open()
    let rig = try CascadeRig<Float>(
      try sections(16), shape: SmallShape.float(4), channels: 2, maximumFrames: 5_000, on: context)
    let before = context.statistics.launches
    _ = try rig.run(noise(channels: 2, frames: 5_000, as: Float.self), .scan)
    #expect(context.statistics.launches == before + 1)
  }

  @Test func fewVariantsServeAllNumbersOfSections() throws {
    let device = try #require(Processor.device)
    let shapes = [SampleType.float32, .float64].flatMap { type in
      (1...24).map { AcceleratorOptions().shape(sections: $0, type: type, on: device) }
    }
    #expect(Set(shapes).count <= 6)
    #expect(shapes.allSatisfy { $0.sections <= ($0.isDouble ? 2 : 4) })
  }
}
