#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// The PEAK chunk of a WAV file, which holds the time of day: two runs would not give equal files.
///
/// libsndfile leaves it out when it is asked to, but not in an RF64 file that it makes WAV at the end.
enum PeakChunk {
  /// Sets the time in the chunk to 0, where there is one before the samples.
  /// - Returns: 0, or the error number of the system.
  static func forgetTime(_ descriptor: Int32) -> Int32 {
    var header = [UInt8](repeating: 0, count: 4_096)
    // SAFETY: at most `count` bytes are read into the array.
    let count = header.withUnsafeMutableBytes { pread(descriptor, $0.baseAddress, $0.count, 0) }
    guard count >= 12, name(header, at: 8) == "WAVE" else { return 0 }
    var place = 12
    while place + 16 <= count {
      let kind = name(header, at: place)
      if kind == "data" { break }
      if kind == "PEAK" {
        // The chunk's version stands between its size and the time.
        return [UInt8](repeating: 0, count: 4).withUnsafeBytes { FileSystem.writeAll(descriptor, $0, at: place + 12) }
      }
      let size = (0..<4).reduce(0) { $0 | Int(header[place + 4 + $1]) << (8 * $1) }
      place += 8 + size + size % 2
    }
    return 0
  }

  private static func name(_ bytes: [UInt8], at place: Int) -> String {
    String(decoding: bytes[place..<place + 4], as: UTF8.self)
  }
}
