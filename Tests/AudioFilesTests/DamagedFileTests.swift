import AudioCore
import AudioFiles
import Foundation
import Testing

@Suite struct DamagedFileTests {
  /// Reads all that can be read; damage may be an error but nothing worse.
  /// - Returns: the frames that came.
  @discardableResult private func attempt(_ bytes: [UInt8], at path: String) throws -> Int {
    try Data(bytes).write(to: URL(fileURLWithPath: path))
    do {
      let wave = try Wave<Float>.read(path)
      // A compressed byte can stand for many samples, a stored one only for its own.
      #expect(wave.frames <= 4_096 + 4_096 * bytes.count)
      return wave.frames
    } catch is AudioFileError { return 0 }
  }

  private func everyDamage(_ bytes: [UInt8], prefixes: Int, flips: Int) throws {
    let scratch = try Scratch()
    let path = scratch["a.wav"]
    let step = max(1, bytes.count / prefixes)
    for length in stride(from: 0, to: bytes.count, by: step) { try attempt(Array(bytes[..<length]), at: path) }
    var numbers = Numbers(UInt64(bytes.count))
    for _ in 0..<flips {
      var damaged = bytes
      for _ in 0...numbers.next() % 4 {
        // Most of the damage where it hurts: in the head.
        let reach = numbers.next() % 4 == 0 ? bytes.count : min(bytes.count, 100)
        damaged[Int(numbers.next() % UInt64(reach))] ^= 1 << (numbers.next() % 8)
      }
      try attempt(damaged, at: path)
    }
  }

  @Test(arguments: OddWAV.all.indices) func oddFilesSurviveDamage(index: Int) throws {
    try everyDamage(OddWAV.all[index].bytes, prefixes: 1_000, flips: 300)
  }

  @Test func theFilesOfSciPySurviveDamage() throws {
    for (_, bytes) in OddWAV.fromSciPy() { try everyDamage(bytes, prefixes: 300, flips: 60) }
  }

  @Test(arguments: ["aiff", "au", "caf", "flac", "ogg", "opus", "mp3", "w64", "voc", "mat", "paf", "iff"])
  func everyContainerSurvivesDamage(name: String) throws {
    let scratch = try Scratch()
    let wave = try tone(channels: 1, frames: 2_000)
    let path = scratch["a." + name]
    let held = try Container.forPath(path).container.encodings(sampleRate: 48_000, channels: 1)
    try wave.write(
      to: path, encoding: held.contains(.s16) ? .s16 : held.contains(.opus) && name == "opus" ? .opus : nil)
    try everyDamage(Array(Data(contentsOf: URL(fileURLWithPath: path))), prefixes: 150, flips: 100)
  }

  @Test func oddFilesAreReadAsTheyAre() throws {
    let scratch = try Scratch()
    func frames(_ name: String) throws -> Int {
      try attempt(OddWAV.all.first { $0.name == name }?.bytes ?? [], at: scratch["a.wav"])
    }
    #expect(try frames("plain") == 50)
    #expect(try frames("extensible") == 25)
    #expect(try frames("20 bits in 24") == 34)
    #expect(try frames("bytes") == 99)
    #expect(try frames("odd chunk") == 50)
    #expect(try frames("truncated") == 50)
    #expect(try frames("big endian") == 50)
    #expect(try frames("rf64") == 50)
    #expect(try frames("no channel") == 0)
    #expect(try frames("huge rate") == 0)
  }
}
