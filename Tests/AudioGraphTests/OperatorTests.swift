import SwiftletDSP
import TestSupport
import Testing

@Suite struct OperatorTests {
  @Test func operatorsAndFunctionsAgree() {
    let a = LowPass(1_000)
    let b = Peak(300, gain: 3)
    #expect((a | b).graph == a.then(b).graph)
    #expect((a + b).graph == a.mixed(with: b).graph)
    #expect((a | (b | a)).graph == ((a | b) | a).graph)
    #expect((a + (b + a)).graph == ((a + b) + a).graph)
  }

  @Test func aChainOfSixteenIsOneSeries() {
    let a = LowPass(1_000)
    let chain = a | a | a | a | a | a | a | a | a | a | a | a | a | a | a | a
    #expect(chain.graph == .series(Array(repeating: a.graph, count: 16)))
  }

  @Test func theGuardExplainsPrecedence() throws {
    let said = try typeCheck("let graph = LowPass(1) | LowPass(2) + LowPass(3)")
    #expect(said.contains("Write a | (b + c), or c + (a | b)."))
    #expect(try typeCheck("let graph = LowPass(1) | (LowPass(2) + LowPass(3))") == "")
    #expect(try typeCheck("let graph = LowPass(3) + (LowPass(1) | LowPass(2))") == "")
  }

  @Test func theGuardExplainsPrecedenceAfterAWave() throws {
    let said = try typeCheck(
      "let wave = try Wave([[Float(0)]], sampleRate: 48_000)\nlet p = wave | LowPass(2) + LowPass(3) | LowPass(4)")
    #expect(said.contains("error"))
  }

  @Test func aLongChainTypeChecksQuickly() throws {
    // The compiler itself gives up after so many seconds in one expression; without the design of the operators it would.
    let chain = Array(repeating: "LowPass(1_000)", count: 16).joined(separator: " | ")
    let said = try typeCheck("let chain = \(chain)", flags: ["-Xfrontend", "-solver-expression-time-threshold=10"])
    #expect(said == "")
  }

  @Test func halfPrecisionDoesNotCompile() throws {
    #if arch(arm64) || os(Linux)
      let said = try typeCheck("let wave = try Wave([[Float16(0)]], sampleRate: 48_000)")
      #expect(said.contains("Half precision is refused"))
    #endif
  }
}
