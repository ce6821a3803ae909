import AudioCore
import Testing

@Suite struct SampleBufferTests {
  /// A first-level cache of 4,096 bytes a way holds the same frame of 64 channels only if it stands in 64 different lines.
  @Test(arguments: [1, 16, 17, 1_000, 1_024, 4_096, 16_384, 90_000])
  func channelsDoNotCompeteForTheCache(capacity: Int) {
    func lines<S: Sample>(_: S.Type) -> Set<UInt> {
      let buffer = SampleBuffer<S>(channels: 64, capacity: capacity)
      return buffer.withBlock(frames: capacity) { block in
        Set((0..<64).map { UInt(bitPattern: UnsafeRawPointer(block.unsafeChannel($0))) % 4_096 / 64 })
      }
    }
    #expect(lines(Float.self).count == 64)
    #expect(lines(Double.self).count == 64)
  }

  @Test func channelsDoNotOverlap() {
    let buffer = SampleBuffer<Float>(channels: 5, capacity: 33)
    buffer.withBlock(frames: 33) { block in
      for channel in 0..<5 {
        for frame in 0..<33 { block.unsafeChannel(channel)[frame] = Float(100 * channel + frame) }
      }
      for channel in 0..<5 {
        for frame in 0..<33 { #expect(block.unsafeChannel(channel)[frame] == Float(100 * channel + frame)) }
      }
    }
  }
}
