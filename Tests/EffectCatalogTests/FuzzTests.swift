import AudioCore
import EffectCatalog
import Testing

/// Any text is parsed or refused, with a place that lies inside it and a message that can be shown.
@Suite struct FuzzTests {
  private static let pieces: [String] = [
    "lowpass", "highpass", "peak", "gain", "butterworth", "lobutterworth", "every", "pass", "q", "frequency",
    "response", "file",
    ":", ",", "=", "|", "+", "-", "(", ")", "\"", "'", "\\", " ", "\t", "\n", ".", "e", "E+", "1", "0", "80", "1k",
    "2kHz", "6dB", "50%",
    "ms", "1e999", "-1e-999", "nan", "inf", "lowpass:1k", "gain:-3dB", " | ", " + ", "tone = ", "ü", "音", "\u{301}",
    "🎸", "\u{0}",
    "99999999999999999999", "\r\n",
  ]

  /// - Parameter number: every fourth text has its error shown, which takes longer than to find it.
  private func check(_ text: String, _ number: Int = 0) {
    do throws(ExpressionError) {
      _ = try EffectExpression.parse(text, catalog: .test)
    } catch {
      let isInside = error.range.lowerBound >= 0 && error.range.upperBound <= text.utf8.count
      let isShown = !number.isMultiple(of: 4) || error.description.utf8.count > error.message.utf8.count
      if !isInside || !isShown { Issue.record("\(text.debugDescription): \(error.range)") }
    }
  }

  @Test func randomPieces() {
    var random = SeededGenerator(seed: 2)
    for number in 0..<80_000 {
      let count = Int.random(in: 1...12, using: &random)
      check((0..<count).map { _ in Self.pieces.randomElement(using: &random) ?? "" }.joined(), number)
    }
  }

  @Test func mutationsOfValidExpressions() throws {
    var random = SeededGenerator(seed: 3)
    var seeds = Catalog.test.entries.map { Array($0.example.utf8) }
    for _ in 0..<50 {
      let graph = RandomGraph.make(depth: 1, using: &random)
      seeds.append(Array(try EffectExpression.write(graph, catalog: .test).utf8))
    }
    for number in 0..<80_000 {
      guard var bytes = seeds.randomElement(using: &random) else { continue }
      for _ in 0..<Int.random(in: 1...4, using: &random) {
        let place = Int.random(in: 0..<max(bytes.count, 1), using: &random)
        switch Int.random(in: 0..<4, using: &random) {
        case 0 where !bytes.isEmpty: bytes.remove(at: place)
        case 1 where !bytes.isEmpty: bytes[place] = UInt8.random(in: 0...255, using: &random)
        case 2 where !bytes.isEmpty: bytes.removeSubrange(place..<min(bytes.count, place + 5))
        default:
          bytes.insert(contentsOf: (Self.pieces.randomElement(using: &random) ?? "").utf8, at: min(place, bytes.count))
        }
      }
      check(String(decoding: bytes, as: UTF8.self), number)
    }
  }

  @Test func randomBytes() {
    var random = SeededGenerator(seed: 4)
    for number in 0..<40_000 {
      let bytes = (0..<Int.random(in: 0...40, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) }
      check(String(decoding: bytes, as: UTF8.self), number)
    }
  }

  @Test(arguments: [
    "(", ")", "|", "+", ":", ",", "=", "\"", "\\", "a", "1", ".", "e", " ", "a=", "gain:", "gain:1,", "gain:1+",
    "pass|", "(pass)+", "ü",
    "\u{301}", "🎸", "\n",
  ])
  func longRepetitions(_ piece: String) {
    let count = 65_536 / piece.utf8.count
    check(String(repeating: piece, count: count))
    check("gain:" + String(repeating: piece, count: count - 8))
    check("every:file=\"" + String(repeating: piece, count: count - 16))
  }
}
