import AudioFiles
import Foundation

/// WAV files of the kinds that exist and that few programs write, byte by byte.
enum OddWAV {
  static func little<I: FixedWidthInteger>(_ value: I) -> [UInt8] {
    (0..<I.bitWidth / 8).map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) }
  }

  static func chunk(_ name: String, _ body: [UInt8]) -> [UInt8] {
    Array(name.utf8) + little(UInt32(body.count)) + body + (body.count % 2 == 1 ? [0] : [])
  }

  static func fmt(
    _ tag: UInt16 = 1, channels: UInt16 = 1, rate: UInt32 = 48_000, bits: UInt16 = 16, container: UInt16? = nil
  ) -> [UInt8] {
    let bytes = (container ?? bits) / 8 * channels
    return little(tag) + little(channels) + little(rate) + little(rate &* UInt32(bytes)) + little(bytes)
      + little(container ?? bits)
  }

  static func extensible(channels: UInt16, bits: UInt16, valid: UInt16, mask: UInt32) -> [UInt8] {
    fmt(0xFFFE, channels: channels, bits: bits) + little(UInt16(22)) + little(valid) + little(mask)
      + [1, 0, 0, 0, 0, 0, 0x10, 0, 0x80, 0, 0, 0xAA, 0, 0x38, 0x9B, 0x71]
  }

  static func riff(_ chunks: [UInt8], size: UInt32? = nil, kind: String = "RIFF") -> [UInt8] {
    Array(kind.utf8) + little(size ?? UInt32(chunks.count + 4)) + Array("WAVE".utf8) + chunks
  }

  static func samples(_ count: Int) -> [UInt8] { (0..<count).flatMap { little(Int16(truncatingIfNeeded: $0 * 317)) } }

  /// Unknown length, as a program writes it that cannot go back.
  static func unknownLength(_ size: UInt32, _ data: [UInt8]) -> [UInt8] {
    riff(chunk("fmt ", fmt()) + Array("data".utf8) + little(size) + data, size: size)
  }

  private static func bigEndian() -> [UInt8] {
    func big<I: FixedWidthInteger>(_ value: I) -> [UInt8] { little(value).reversed() }
    let format =
      big(UInt16(1)) + big(UInt16(1)) + big(UInt32(48_000)) + big(UInt32(96_000)) + big(UInt16(2)) + big(UInt16(16))
    let data = (0..<50).flatMap { big(Int16($0 * 317)) }
    return Array("RIFX".utf8) + big(UInt32(4 + 24 + 8 + data.count)) + Array("WAVEfmt ".utf8) + big(UInt32(16)) + format
      + Array("data".utf8) + big(UInt32(data.count)) + data
  }

  private static func rf64() -> [UInt8] {
    let sizes = little(UInt64(72 + 100)) + little(UInt64(100)) + little(UInt64(50)) + little(UInt32(0))
    return riff(
      chunk("ds64", sizes) + chunk("fmt ", fmt()) + Array("data".utf8) + little(UInt32.max) + samples(50), size: .max,
      kind: "RF64")
  }

  static let all: [(name: String, bytes: [UInt8])] = [
    ("plain", riff(chunk("fmt ", fmt()) + chunk("data", samples(50)))),
    (
      "extensible",
      riff(chunk("fmt ", extensible(channels: 2, bits: 16, valid: 16, mask: 3)) + chunk("data", samples(50)))
    ),
    (
      "20 bits in 24",
      riff(chunk("fmt ", extensible(channels: 1, bits: 24, valid: 20, mask: 4)) + chunk("data", samples(51)))
    ),
    ("bytes", riff(chunk("fmt ", fmt(bits: 8)) + chunk("data", Array(samples(50).dropLast())))),
    (
      "odd chunk",
      riff(
        chunk("junk", [1, 2, 3]) + chunk("fmt ", fmt())
          + chunk("LIST", Array("INFO".utf8) + chunk("INAM", Array("odd".utf8) + [0])) + chunk("data", samples(50)))
    ),
    ("truncated", riff(chunk("fmt ", fmt()) + Array("data".utf8) + little(UInt32(5_000)) + samples(50))),
    ("inside a frame", riff(chunk("fmt ", fmt(channels: 2)) + chunk("data", Array(samples(51).dropLast())))),
    ("unknown length", unknownLength(.max, samples(50))),
    ("zero length", unknownLength(0, samples(50))),
    ("big endian", bigEndian()),
    ("rf64", rf64()),
    ("huge rate", riff(chunk("fmt ", fmt(rate: .max)) + chunk("data", samples(50)))),
    ("no channel", riff(chunk("fmt ", fmt(channels: 0)) + chunk("data", samples(50)))),
    ("many channels", riff(chunk("fmt ", fmt(channels: 65_535, bits: 8)) + chunk("data", samples(50)))),
  ]

  /// The WAV files that SciPy's tests carry, where SciPy is installed.
  static func fromSciPy() -> [(name: String, bytes: [UInt8])] {
    let process = Process()
    let pipe = Pipe()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [
      "python3", "-c", "import importlib.util as u; print(u.find_spec('scipy').submodule_search_locations[0])",
    ]
    process.standardOutput = pipe
    process.standardError = FileHandle.nullDevice
    guard (try? process.run()) != nil else { return [] }
    let output = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    let folder =
      String(decoding: output, as: UTF8.self).split(separator: "\n").first.map { $0 + "/io/tests/data" } ?? ""
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    return names.filter { $0.hasSuffix(".wav") }.sorted().compactMap { name in
      FileManager.default.contents(atPath: folder + "/" + name).map { (name, Array($0)) }
    }
  }
}
