import AudioCore
import Foundation
import TestSupport
import Testing

@Suite struct ValueTests {
  @Test func layoutsHaveMeanings() {
    #expect(ChannelLayout.stereo.count == 2 && ChannelLayout.surround51[3] == .lowFrequency)
    #expect(ChannelLayout.standard(2) == .stereo && ChannelLayout.standard(7) == .discrete(7))
    #expect(ChannelLayout.surround71.firstIndex(of: .leftBack) == 4)
    #expect(ChannelLayout.discrete(3).description == "3 channels")
  }

  @Test func layoutsAreWrittenAndRead() throws {
    for layout in [ChannelLayout.mono, .stereo, .surround51, .midSide, .discrete(64)] {
      let text = try JSONEncoder().encode(layout)
      #expect(try JSONDecoder().decode(ChannelLayout.self, from: text) == layout)
    }
  }

  @Test func tailsCombine() {
    #expect(Tail.none.followed(by: .frames(3)) == .frames(3))
    #expect(Tail.frames(2).followed(by: .decaying(3)) == .decaying(5))
    #expect(Tail.frames(2).joined(with: .decaying(3)) == .decaying(3))
    #expect(Tail.endless.followed(by: .none) == .endless)
  }

  @Test func tailsBeyondAllCountingAreEndless() {
    let long = Tail.decaying(1 << 59)
    #expect(long.followed(by: .frames(5)) == .decaying(1 << 59 + 5))
    #expect(long.followed(by: long) == .endless)
    #expect(Tail.decaying(.max).followed(by: .frames(1)) == .endless)
    #expect(Tail.falling(in: .max) == .endless && Tail.falling(in: 0) == .none && Tail.falling(in: 7) == .decaying(7))
  }

  @Test func memoryThatDoesNotExistIsNotGiven() {
    #expect(SampleBuffer<Float>(ifThereIsMemoryFor: 1 << 47, channels: 1) == nil)
    #expect(SampleBuffer<Double>(ifThereIsMemoryFor: .max / 8, channels: 64) == nil)
    #expect(SampleBuffer<Double>(ifThereIsMemoryFor: .max, channels: 1) == nil)
    #expect(SampleBuffer<Float>(ifThereIsMemoryFor: 100, channels: 3)?.channels == 3)
  }

  @Test func halfPrecisionIsRefusedAtRunTimeToo() throws {
    #expect {
      try SampleType.float16.requireProcessable()
    } throws: {
      String(describing: $0).contains("half precision") && String(describing: $0).contains("Convert")
    }
    try SampleType.float32.requireProcessable()
  }

  @Test func errorsSayValueRangeAndRemedy() {
    let error = DesignError(
      .outOfRange, parameter: "q", value: "-1", problem: "is out of range: above 0",
      remedy: "Choose a value inside the range")
    #expect(
      error.at(stage: "peak").description == "peak: q = -1 is out of range: above 0. Choose a value inside the range.")
    #expect(error.at(stage: "a").at(stage: "b").stage == "a")
  }

  @Test func aManualClockMovesWhenItIsToldTo() {
    let clock = ManualClock()
    clock.advance(nanoseconds: 5)
    clock.sleep(nanoseconds: 7)
    #expect(clock.nanoseconds == 12)
    let system = SystemClock()
    let before = system.nanoseconds
    system.sleep(nanoseconds: 1_000_000)
    #expect(system.nanoseconds - before >= 1_000_000)
  }
}

@Suite struct WaveTests {
  @Test func wavesAreValues() throws {
    let a = try Wave([[Float(1), 2], [3, 4]], sampleRate: 48_000)
    var b = a
    b[1, 0] = 9
    #expect(a[1, 0] == 3 && b[1, 0] == 9 && a != b)
    #expect(a.samples(1) == [3, 4] && a.duration == 2.0 / 48_000)
    #expect(a.converted(to: Double.self).samples(0) == [1, 2])
  }

  @Test func badWavesAreRefused() {
    #expect(throws: DesignError.self) { try Wave([[Float]](), sampleRate: 48_000) }
    #expect(throws: DesignError.self) { try Wave([[Float(1)], []], sampleRate: 48_000) }
    #expect(throws: DesignError.self) { try Wave([[Float(1)]], sampleRate: 0) }
  }

  @Test func blocksLendPartsOfABuffer() {
    let buffer = SampleBuffer<Float>(channels: 3, capacity: 10)
    buffer.withBlock(offset: 2, frames: 6) { block in
      block.withFrames(1..<3) { part in
        part.withChannels(1..<2) { one in one.withChannel(0) { span in span[0] = 7 } }
      }
    }
    #expect(buffer[1, 3] == 7)
  }
}

@Suite struct OverlapTests {
  /// Whether two ranges of frames of one channel overlap, and whether a range does with another channel's and another buffer's.
  private func overlap(_ a: Range<Int>, _ b: Range<Int>) -> [Bool] {
    let buffer = SampleBuffer<Float>(channels: 3, capacity: 64)
    let other = SampleBuffer<Float>(channels: 1, capacity: 64)
    var found: [Bool] = []
    buffer.withBlock(offset: a.lowerBound, frames: a.count) { first in
      buffer.withBlock(offset: b.lowerBound, frames: b.count) { second in
        found.append(first.overlaps(second))
        first.withChannels(0..<1) { one in
          second.withChannels(1..<3) { others in found.append(one.overlaps(others)) }
        }
      }
      other.withBlock(frames: 64) { found.append(first.overlaps($0)) }
    }
    return found
  }

  @Test func blocksOverlapWhereTheyShareSamples() {
    #expect(overlap(0..<32, 0..<32) == [true, false, false])
    #expect(overlap(0..<32, 32..<64) == [false, false, false])
    #expect(overlap(0..<32, 31..<33) == [true, false, false])
    #expect(overlap(0..<32, 5..<5) == [false, false, false])
  }
}

private final class Letter: Sendable {
  let number: Int
  init(_ number: Int) { self.number = number }
}

@Suite struct MailboxTests {
  private func take(_ mailbox: Mailbox<Letter>) -> Int? { mailbox.take()?._withUnsafeGuaranteedRef { $0.number } }

  @Test func theLastLetterWins() {
    let mailbox = Mailbox<Letter>()
    mailbox.post(Letter(1))
    mailbox.post(Letter(2))
    #expect(take(mailbox) == 2)
    #expect(take(mailbox) == nil)
    // What was taken stays until the next was.
    mailbox.collect()
    #expect(mailbox.holds { $0.number == 2 } && !mailbox.holds { $0.number == 1 })
    mailbox.post(Letter(3))
    #expect(mailbox.holds { $0.number == 2 })
    #expect(take(mailbox) == 3)
    mailbox.collect()
    #expect(!mailbox.holds { $0.number == 2 } && mailbox.holds { $0.number == 3 })
  }

  @Test func aThousandLettersCrossThreads() async {
    let mailbox = Mailbox<Letter>()
    await withTaskGroup(of: Bool.self) { group in
      for sender in 0..<2 {
        group.addTask {
          for n in 1...1_000 { mailbox.post(Letter(2 * n + sender)) }
          return true
        }
      }
      group.addTask {
        var known = true
        var last: Unmanaged<Letter>?
        for _ in 0..<200_000 {
          // The one that was taken last may be read until the next is taken.
          if let letter = last { known = known && letter._withUnsafeGuaranteedRef { $0.number >= 2 } }
          if let letter = mailbox.take() { last = letter }
        }
        return known
      }
      for await known in group { #expect(known) }
    }
  }
}
