import CSndfile

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// The byte stream under an encoder: positions for libsndfile, an atomic file below, and the first failure kept.
///
/// libsndfile does not report every failed write, least of all those of its headers at the end; here each one is seen.
/// Small writes are gathered, since encoders emit a few kilobytes at a time.
final class EncoderOutput {
  private let file: AtomicFile
  private var position = 0
  private(set) var end = 0
  /// The system's number of the first failed write; 0 when all went well.
  private(set) var failure: Int32 = 0
  private let gathered = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 18, alignment: 64)
  private var gatheredStart = 0
  private var gatheredCount = 0

  init(_ file: AtomicFile) { self.file = file }

  deinit { gathered.deallocate() }

  /// Hands gathered bytes to the file.
  func flush() {
    guard gatheredCount > 0 else { return }
    emit(UnsafeRawBufferPointer(rebasing: gathered[..<gatheredCount]), at: gatheredStart)
    gatheredCount = 0
  }

  private func emit(_ bytes: UnsafeRawBufferPointer, at offset: Int) {
    guard failure == 0 else { return }
    failure = file.write(bytes, at: offset)
  }

  private func write(_ bytes: UnsafeRawBufferPointer) -> Int {
    guard failure == 0 else { return 0 }
    if gatheredCount > 0, position != gatheredStart + gatheredCount || gatheredCount + bytes.count > gathered.count {
      flush()
    }
    if bytes.count >= gathered.count / 2 {
      flush()
      emit(bytes, at: position)
    } else {
      if gatheredCount == 0 { gatheredStart = position }
      UnsafeMutableRawBufferPointer(rebasing: gathered[gatheredCount...]).copyMemory(from: bytes)
      gatheredCount += bytes.count
    }
    guard failure == 0 else { return 0 }
    position += bytes.count
    end = max(end, position)
    return bytes.count
  }

  private func seek(_ offset: Int, _ whence: Int32) -> Int {
    switch whence {
    case SEEK_SET: position = offset
    case SEEK_CUR: position += offset
    default: position = end + offset
    }
    position = max(0, position)
    return position
  }

  /// The calls that libsndfile makes; the user data is this object, unretained.
  static let calls = SF_VIRTUAL_IO(
    get_filelen: { sf_count_t(EncoderOutput.at($0).end) },
    seek: { sf_count_t(EncoderOutput.at($2).seek(Int($0), $1)) },
    read: { _, _, _ in 0 },
    write: { bytes, count, user in
      sf_count_t(EncoderOutput.at(user).write(UnsafeRawBufferPointer(start: bytes, count: max(0, Int(count)))))
    },
    tell: { sf_count_t(EncoderOutput.at($0).position) })

  private static func at(_ user: UnsafeMutableRawPointer?) -> EncoderOutput {
    guard let user else { preconditionFailure("libsndfile lost its user data") }
    // SAFETY: the writer passes itself this object and keeps it alive until the sound file is closed.
    return Unmanaged<EncoderOutput>.fromOpaque(user).takeUnretainedValue()
  }
}
