import AudioCore
import AudioFiles
import Foundation
import Testing

@Suite(.serialized) struct AtomicFileTests {
  /// The reason of the error that a piece of work throws.
  private func reason(_ work: () throws -> Void) -> AudioFileError.Reason? {
    do {
      try work()
      return nil
    } catch { return (error as? AudioFileError)?.reason }
  }

  @Test func nothingStandsUnderTheNameBeforeTheCommit() throws {
    let scratch = try Scratch()
    let wave = try tone(channels: 2, frames: 100_000)
    let writer = try AudioFileWriter<Float>(path: scratch["a.wav"], format: wave.format)
    try wave.withBlock { try writer.write($0) }
    #expect(!FileManager.default.fileExists(atPath: scratch["a.wav"]))
    try writer.commit()
    #expect(scratch.names == ["a.wav"])
  }

  @Test func cancelAndForgetLeaveTheOldFile() throws {
    let scratch = try Scratch()
    let old = try grid(bits: 16, channels: 1, frames: 10)
    try old.write(to: scratch["a.wav"], encoding: .s16, dither: .none)
    let wave = try tone(channels: 2, frames: 100_000)
    do {
      let writer = try AudioFileWriter<Float>(path: scratch["a.wav"], format: wave.format)
      try wave.withBlock { try writer.write($0) }
    }
    #expect(scratch.names == ["a.wav"])
    #expect(try Wave<Double>.read(scratch["a.wav"]) == old)
  }

  @Test func theSamePathInAndOut() throws {
    let scratch = try Scratch()
    let wave = try grid(bits: 16, channels: 2, frames: 200_000)
    try wave.write(to: scratch["a.wav"], encoding: .s16, dither: .none)
    let reader = try AudioFileReader<Double>(path: scratch["a.wav"])
    let writer = try AudioFileWriter<Double>(path: scratch["a.wav"], format: reader.format, metadata: reader.metadata)
    let buffer = SampleBuffer<Double>(channels: 2, capacity: 4_096)
    while true {
      let got = try buffer.withBlock(frames: 4_096) { try reader.read(into: $0) }
      if got == 0 { break }
      try buffer.withBlock(frames: got) { try writer.write($0) }
    }
    try writer.commit()
    #expect(try Wave<Double>.read(scratch["a.wav"]) == wave)
  }

  @Test func symbolicLinksStay() throws {
    let scratch = try Scratch()
    try FileManager.default.createDirectory(atPath: scratch["deep"], withIntermediateDirectories: true)
    try FileManager.default.createSymbolicLink(atPath: scratch["link.wav"], withDestinationPath: "deep/real.wav")
    let wave = try tone(channels: 1, frames: 100)
    for _ in 0..<2 {
      try wave.write(to: scratch["link.wav"])
      #expect(try FileManager.default.destinationOfSymbolicLink(atPath: scratch["link.wav"]) == "deep/real.wav")
      #expect(try Wave<Float>.read(scratch["deep/real.wav"]) == wave)
    }
    try FileManager.default.createSymbolicLink(atPath: scratch["loop.wav"], withDestinationPath: "loop.wav")
    #expect(reason { try wave.write(to: scratch["loop.wav"]) } == .system)
  }

  @Test func modeIsKeptAndNewFilesObeyTheUmask() throws {
    let scratch = try Scratch()
    let wave = try tone(channels: 1, frames: 100)
    func mode(_ name: String) throws -> Int {
      try FileManager.default.attributesOfItem(atPath: scratch[name])[.posixPermissions] as? Int ?? -1
    }
    let mask = umask(0)
    umask(mask)
    try wave.write(to: scratch["a.wav"])
    #expect(try mode("a.wav") == 0o666 & ~Int(mask))
    try FileManager.default.setAttributes([.posixPermissions: 0o640], ofItemAtPath: scratch["a.wav"])
    try wave.write(to: scratch["a.wav"])
    #expect(try mode("a.wav") == 0o640)
  }

  @Test func mistakesAreNamed() throws {
    let scratch = try Scratch()
    let wave = try tone(channels: 1, frames: 100)
    #expect(reason { try wave.write(to: scratch["a.xyz"]) } == .unknownExtension)
    #expect(reason { try wave.write(to: scratch["a"]) } == .unknownExtension)
    #expect(reason { try wave.write(to: scratch["a.raw"]) } == .unknownExtension)
    #expect(reason { try wave.write(to: scratch["missing/a.wav"]) } == .notFound)
    #expect(reason { try wave.write(to: scratch["a.flac"], encoding: .f32) } == .encoding)
    #expect(reason { _ = try Wave<Float>.read(scratch["missing.wav"]) } == .notFound)
    #expect(reason { _ = try Wave<Float>.read(scratch.path) } == .isDirectory)
    try FileManager.default.createDirectory(atPath: scratch["b.wav"], withIntermediateDirectories: true)
    #expect(reason { try wave.write(to: scratch["b.wav"]) } == .isDirectory)
    _ = FileManager.default.createFile(atPath: scratch["empty.wav"], contents: nil)
    #expect(reason { _ = try Wave<Float>.read(scratch["empty.wav"]) } == .damaged)
    _ = FileManager.default.createFile(atPath: scratch["text.wav"], contents: Data("no audio at all, just words".utf8))
    #expect(reason { _ = try Wave<Float>.read(scratch["text.wav"]) } == .unrecognized)
    let odd = try Wave<Float>(format: StreamFormat(sampleRate: 44_100.5, channels: 1), frames: 1)
    #expect(reason { try odd.write(to: scratch["a.wav"]) } == .format)
    let opus = try Wave<Float>(format: StreamFormat(sampleRate: 44_100, channels: 1), frames: 1)
    #expect(reason { try opus.write(to: scratch["a.opus"]) } == .format)
    #expect(scratch.names == ["b.wav", "empty.wav", "loop.wav", "text.wav"].filter { scratch.names.contains($0) })
    if getuid() != 0 {
      try FileManager.default.setAttributes([.posixPermissions: 0o555], ofItemAtPath: scratch.path)
      #expect(reason { try wave.write(to: scratch["a.wav"]) } == .permission)
      try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: scratch.path)
    }
  }

  @Test func depthIsNeverDroppedInSilence() throws {
    let scratch = try Scratch()
    var wave = try grid(bits: 24, channels: 1, frames: 100)
    func stored(_ source: SampleEncoding, _ name: String) throws -> String {
      wave.metadata.encoding = source.rawValue
      try wave.write(to: scratch[name])
      return try AudioFileInfo(path: scratch[name]).encoding
    }
    #expect(try stored(.s24, "a.wav") == "s24")
    #expect(try stored(.s8, "a.wav") == "u8")
    #expect(try stored(.u8, "a.aiff") == "u8")
    #expect(try stored(.u8, "a.flac") == "s8")
    #expect(try stored(.s24, "a.mat") == "s32")
    #expect(try stored(.gsm610, "a.flac") == "s16")
    #expect(try stored(.vorbis, "a.wav") == "f32")
    #expect(try stored(.vorbis, "a.flac") == "s24")
    #expect(try stored(.s24, "a.ogg") == "vorbis")
    #expect(try stored(.s24, "a.mp3") == "mp3")
    #expect(reason { _ = try stored(.f32, "a.flac") } == .encoding)
    #expect(reason { _ = try stored(.s24, "a.avr") } == .encoding)
    #expect(reason { _ = try stored(.f64, "a.sf") } == .encoding)
  }

  @Test func onlyWhatReplacesAFileSaysThatTheOldOneIsThere() {
    let new = AudioFileError.system(ENOSPC, path: "a.wav", doing: "write it")
    #expect(!new.description.contains("old file"))
    let replacement = AudioFileError.system(ENOSPC, path: "a.wav", doing: "write it", replacing: true)
    #expect(replacement.description.contains("the old file is untouched"))
  }

  @Test func fullDevicesAreErrors() throws {
    guard FileManager.default.fileExists(atPath: "/dev/full") else { return }
    let wave = try tone(channels: 2, frames: 10)
    #expect(reason { try wave.write(to: "/dev/full") } == .diskFull)
    #expect(reason { try tone(channels: 2, frames: 1_000_000).write(to: "/dev/full") } == .diskFull)
    try wave.write(to: "/dev/null")
    #expect(FileManager.default.fileExists(atPath: "/dev/null"))
  }

  // A limit on file sizes provokes the same failure as a full disk; it holds for a whole process, hence one of its own.
  @Test func sizeLimitsLeaveTheOldFile() async throws {
    let scratch = try Scratch()
    let old = try grid(bits: 16, channels: 1, frames: 10)
    let names = ["a.wav", "a.flac", "a.ogg", "a.aiff"]
    for name in names { try old.write(to: scratch[name], encoding: name == "a.ogg" ? nil : .s16) }
    let before = try names.map { try Data(contentsOf: URL(fileURLWithPath: scratch[$0])) }
    await #expect(processExitsWith: .success) { [folder = scratch.path as String, names = names as [String]] in
      let wave = try grid(bits: 16, channels: 2, frames: 400_000)
      signal(SIGXFSZ, SIG_IGN)
      var limit = rlimit(rlim_cur: 50_000, rlim_max: 50_000)
      #if canImport(Glibc)
        setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit)
      #else
        setrlimit(RLIMIT_FSIZE, &limit)
      #endif
      for name in names {
        do {
          try wave.write(to: folder + "/" + name, encoding: name == "a.ogg" ? nil : .s16, dither: .none)
          exit(2)
        } catch let error as AudioFileError { if error.reason != .diskFull { exit(3) } }
      }
    }
    #expect(try names.map { try Data(contentsOf: URL(fileURLWithPath: scratch[$0])) } == before)
    #expect(scratch.names == names.sorted())
  }

  @Test func aKilledProcessLeavesTheOldFile() async throws {
    let scratch = try Scratch()
    let old = try grid(bits: 16, channels: 1, frames: 10)
    try old.write(to: scratch["a.wav"], encoding: .s16, dither: .none)
    await #expect(processExitsWith: .signal(SIGKILL)) { [folder = scratch.path as String] in
      let wave = try grid(bits: 16, channels: 2, frames: 400_000)
      let writer = try AudioFileWriter<Double>(path: folder + "/a.wav", format: wave.format)
      try wave.withBlock { try writer.write($0) }
      kill(getpid(), SIGKILL)
    }
    #expect(try Wave<Double>.read(scratch["a.wav"]) == old)
    #if os(Linux)
      #expect(scratch.names == ["a.wav"])
    #endif
  }

  @Test func clippedAndNonFiniteSamplesAreCounted() throws {
    let scratch = try Scratch()
    let wave = try Wave<Float>([[0.5, 1.5, -1.5, .nan, .infinity, -1, 1]], sampleRate: 8_000)
    let expected: [(SampleEncoding, Int)] = [(.s16, 3), (.s24, 3), (.u8, 3), (.s32, 3), (.f32, 0), (.f64, 0)]
    for (encoding, clipped) in expected {
      let writer = try AudioFileWriter<Float>(
        path: scratch["a.wav"], format: wave.format, encoding: encoding, dither: .none)
      try wave.withBlock { try writer.write($0) }
      try writer.commit()
      #expect(writer.clippedSamples == clipped, "\(encoding)")
      #expect(writer.nonFiniteSamples == 2)
      let back = try Wave<Float>.read(scratch["a.wav"]).samples(0)
      #expect(back.allSatisfy { $0.isFinite } && back[3] == 0 && back[4] == 0 && back[5] == -1)
    }
  }
}
