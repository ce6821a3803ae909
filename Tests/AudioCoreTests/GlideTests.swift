import AudioCore
import TestSupport
import Testing

@Suite struct GlideTests {
  /// The values of some frames, cut as the glide asks for and into pieces of a size besides, with changes at frames.
  private func values(
    _ start: Double, _ changes: [(frame: Int, value: Double, ramp: Ramp)], total: Int, pieces: Int = 1_000
  ) -> [Double] {
    var glide = Glide(start)
    var values = [Double](repeating: 0, count: total)
    var frame = 0
    while frame < total {
      for change in changes where change.frame == frame { glide.move(to: change.value, along: change.ramp) }
      let next = changes.map(\.frame).filter { $0 > frame }.min() ?? total
      let count = min(pieces, next - frame, glide.remaining ?? total)
      values.withUnsafeMutableBufferPointer { memory in
        if let start = memory.baseAddress { glide.write(to: start + frame, frames: count) }
      }
      #expect(values[frame] == glide.value)
      glide.advance(count)
      frame += count
    }
    return values
  }

  private let ramp = Ramp(frames: 200)

  @Test func oneChangeIsTheRamp() {
    let found = values(1, [(10, 3, ramp)], total: 300)
    #expect(found[...10].allSatisfy { $0 == 1 } && found[210...].allSatisfy { $0 == 3 })
    for frame in 10..<210 {
      let expected = 1 + 2 * ramp.share(at: frame - 10)
      #expect(abs(found[frame] - expected) < 1e-15)
    }
  }

  @Test func nothingJumpsWhereChangesOvertakeOneAnother() {
    // More of them than run at a time, there and back, in the middle of one another.
    let changes = (0..<12).map { (turn: Int) in (frame: 37 * turn, value: Double(turn * 7 % 5), ramp: ramp) }
    let found = values(2, changes, total: 1_500)
    #expect(found.last == changes.last?.value)
    #expect(found.allSatisfy { (0...4).contains($0) })
    // Where a change begins or ends even the bend goes on: it moves by no more than in the middle of a change.
    let slopes: [Double] = zip(found.dropFirst(), found).map { $0 - $1 }
    let bends: [Double] = zip(slopes.dropFirst(), slopes).map { $0 - $1 }
    let alone = values(0, [(0, 4, ramp)], total: 300)
    let steepest = zip(alone.dropFirst(), alone).map { abs($0 - $1) }.max() ?? 0
    #expect(slopes.allSatisfy { abs($0) < 2 * steepest })
    let mostBend: Double = 4 * 4 * 5.8 / (200 * 200)
    #expect(bends.allSatisfy { abs($0) < mostBend })
  }

  @Test func piecesChangeNoBit() {
    let changes = (0..<9).map { turn in
      (
        frame: 29 * turn, value: Double(turn * 5 % 7),
        ramp: Ramp(frames: 60 + 50 * (turn % 3), shape: turn % 2 == 0 ? .eased : .linear)
      )
    }
    let whole = values(0, changes, total: 900)
    for pieces in [1, 7, 64] { #expect(values(0, changes, total: 900, pieces: pieces) == whole) }
  }

  @Test func straightPiecesFollowOneAnother() {
    let changes = (0..<10).map { (frame: 50 * $0, value: Double($0 + 1), ramp: Ramp(frames: 50, shape: .linear)) }
    let found = values(0, changes, total: 600)
    for frame in 0..<500 { #expect(abs(found[frame] - Double(frame) / 50) < 1e-12) }
    #expect(found[500...].allSatisfy { $0 == 10 })
  }

  @Test func ofChangesAtOneFrameTheLastCounts() {
    let both = values(0, [(5, 7, ramp), (5, 1, ramp)], total: 300)
    #expect(both == values(0, [(5, 1, ramp)], total: 300))
    // There and back at once is no change.
    #expect(values(0, [(5, 7, ramp), (5, 0, ramp)], total: 300).allSatisfy { $0 == 0 })
  }

  @Test func savedInItsMiddleItGoesOn() throws {
    var glide = Glide(0)
    for turn in 0..<6 {
      glide.move(to: Double(turn + 1), along: Ramp(frames: 100))
      glide.advance(9)
    }
    var writer = StateWriter()
    glide.saveState(into: &writer)
    var fresh = StateWriter()
    Glide(0).saveState(into: &fresh)
    #expect(writer.bytes.count == fresh.bytes.count, "memory for a state can be reserved")
    var reader = StateReader(writer.bytes)
    var restored = try Glide(from: &reader)
    #expect(restored == glide && reader.isAtEnd)
    while let remaining = glide.remaining {
      #expect(restored.value == glide.value)
      glide.advance(remaining)
      restored.advance(remaining)
    }
    #expect(restored.value == 6 && restored.isConstant)
    // A place behind the end of a change.
    writer = StateWriter()
    for number in [0.0] { writer.write(number) }
    writer.write(1)
    for _ in 0..<4 {
      writer.write(1.0)
      writer.write(100)
      writer.write(100)
      writer.write(0)
    }
    #expect(throws: StateError.self) {
      var reader = StateReader(writer.bytes)
      _ = try Glide(from: &reader)
    }
  }
}
