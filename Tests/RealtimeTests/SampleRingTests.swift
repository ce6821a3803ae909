import Realtime
import TestSupport
import Testing

@Suite struct SampleRingTests {
  /// `#expect` cannot look into what cannot be copied.
  private func check<T: Equatable>(_ value: T, _ expected: T, _ location: SourceLocation = #_sourceLocation) {
    #expect(value == expected, sourceLocation: location)
  }

  /// A block in which every sample says where it is from.
  private func block(channels: Int, from start: Int, frames: Int) -> [[Float]] {
    (0..<channels).map { channel in (0..<frames).map { Float(start + $0) + Float(channel) * 0.25 } }
  }

  @Test func roundsUpToAPowerOfTwo() {
    let ends = SampleRing.make(channels: 1, capacity: 1_000)
    check(ends.producer.capacity, 1_024)
    check(ends.consumer.capacity, 1_024)
  }

  @Test func keepsOrderOverManyRounds() {
    var ends = SampleRing.make(channels: 3, capacity: 16)
    var (written, read) = (0, 0)
    for round in 0..<1_000 {
      let count = round * 7 % 17
      let source = block(channels: 3, from: written, frames: count)
      let fits = written - read + count <= 16
      check(Planar.reading(source) { ends.producer.write($0, frames: count) }, fits)
      if fits { written += count }
      let wanted = round * 5 % 13
      let (taken, result) = Planar.writing(channels: 3, frames: wanted) { ends.consumer.readSome($0, frames: wanted) }
      #expect(result == min(wanted, written - read))
      #expect(taken.map { Array($0.prefix(result)) } == block(channels: 3, from: read, frames: result))
      read += result
    }
    check(ends.producer.position, written)
    check(ends.consumer.position, read)
  }

  @Test func writesAllOrNothing() {
    var ends = SampleRing.make(channels: 1, capacity: 8)
    check(Planar.reading(block(channels: 1, from: 0, frames: 6)) { ends.producer.write($0, frames: 6) }, true)
    check(Planar.reading(block(channels: 1, from: 6, frames: 3)) { ends.producer.write($0, frames: 3) }, false)
    check(ends.consumer.readable(), 6)
    check(Planar.reading(block(channels: 1, from: 6, frames: 3)) { ends.producer.writeSome($0, frames: 3) }, 2)
    check(ends.producer.writable(), 0)
    check(Planar.writing(channels: 1, frames: 9) { ends.consumer.read($0, frames: 9) }.result, false)
    check(ends.consumer.readable(), 8)
  }

  @Test func looksAheadWithoutTaking() {
    var ends = SampleRing.make(channels: 2, capacity: 8)
    _ = Planar.reading(block(channels: 2, from: 0, frames: 8)) { ends.producer.write($0, frames: 8) }
    ends.consumer.advance(5)
    _ = Planar.reading(block(channels: 2, from: 8, frames: 4)) { ends.producer.write($0, frames: 4) }
    for offset in [0, 3] {
      let (seen, found) = Planar.writing(channels: 2, frames: 4) { ends.consumer.peek($0, frames: 4, offset: offset) }
      #expect(found)
      #expect(seen == block(channels: 2, from: 5 + offset, frames: 4))
    }
    check(Planar.writing(channels: 2, frames: 4) { ends.consumer.peek($0, frames: 4, offset: 4) }.result, false)
    check(ends.consumer.clear(), 7)
    check(ends.consumer.readable(), 0)
    check(ends.producer.writable(), 8)
  }

  @Test func writesSilence() {
    var ends = SampleRing.make(channels: 1, capacity: 4)
    _ = Planar.reading([[1, 2, 3]]) { ends.producer.write($0, frames: 3) }
    ends.consumer.advance(3)
    check(ends.producer.writeSilence(frames: 4), true)
    check(ends.producer.writeSilence(frames: 1), false)
    check(Planar.writing(channels: 1, frames: 4) { ends.consumer.read($0, frames: 4) }.channels, [[0, 0, 0, 0]])
  }

  @Test func worksWithoutChannels() {
    var ends = SampleRing.make(channels: 0, capacity: 4)
    check(Planar.reading([]) { ends.producer.write($0, frames: 4) }, true)
    check(ends.consumer.readable(), 4)
  }

  @Test func allocatesNothing() {
    var ends = SampleRing.make(channels: 2, capacity: 64)
    let samples = [[Float](repeating: 1, count: 48), [Float](repeating: 2, count: 48)]
    let counted = Planar.reading(samples) { source in
      Planar.writing(channels: 2, frames: 48) { target in
        countAllocations {
          for _ in 0..<1_000 {
            _ = ends.producer.write(source, frames: 48)
            _ = ends.consumer.read(target, frames: 48)
          }
        }
      }.result
    }
    if let counted { #expect(counted == 0) }
  }

  /// Two threads at full speed. Under the thread sanitizer it shows whether the positions order the samples; everywhere, whether any
  /// frame is lost, doubled or torn.
  @Test func carriesFramesBetweenThreads() {
    let frames = 2_000_000
    SampleRing.make(channels: 2, capacity: 256).split { producer, consumer in
      let writer = OwnThread(consuming: producer) { producer in
        var buffer = [[Float]](repeating: [Float](repeating: 0, count: 64), count: 2)
        var position = 0
        while position < frames {
          let count = min(1 + position % 64, frames - position)
          for frame in 0..<count {
            buffer[0][frame] = Float((position + frame) & 0xFF_FFFF)
            buffer[1][frame] = -buffer[0][frame]
          }
          Planar.reading(buffer) { source in
            if position % 3 == 0 {
              while !producer.write(source, frames: count) { OwnThread.yield() }
              position += count
            } else {
              let written = producer.writeSome(source, frames: count)
              position += written
              if written == 0 { OwnThread.yield() }
            }
          }
        }
      }
      var consumer = consumer
      var (position, wrong) = (0, 0)
      while position < frames {
        let wanted = 1 + position % 50
        let (channels, count) = Planar.writing(channels: 2, frames: wanted) {
          consumer.readSome($0, frames: wanted)
        }
        for frame in 0..<count {
          let expected = Float((position + frame) & 0xFF_FFFF)
          if channels[0][frame] != expected || channels[1][frame] != -expected { wrong += 1 }
        }
        position += count
        if count == 0 { OwnThread.yield() }
      }
      writer.join()
      #expect(wrong == 0)
      check(consumer.readable(), 0)
    }
  }
}
