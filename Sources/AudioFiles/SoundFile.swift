import AudioCore
import CSndfile

/// A libsndfile handle that closes itself. One thread at a time may use it.
package final class SoundFile {
  private var handle: OpaquePointer?
  package let path: String
  package private(set) var info: SF_INFO

  /// Takes a handle that libsndfile has just opened; a nil handle is the failure that libsndfile can explain.
  package init(_ handle: OpaquePointer?, info: SF_INFO, path: String) throws(AudioFileError) {
    self.path = path
    self.info = info
    guard let handle else { throw Self.openError(path) }
    self.handle = handle
  }

  deinit { close() }

  /// The open handle. Using a closed file is a programming error.
  package var pointer: OpaquePointer {
    guard let handle else { preconditionFailure("\(path) is closed") }
    return handle
  }

  /// Closes the file.
  /// - Returns: what libsndfile says about it; 0 when all went well, or when it was closed before.
  @discardableResult package func close() -> Int32 {
    guard let open = handle else { return 0 }
    handle = nil
    return sf_close(open)
  }

  /// libsndfile's text for the last failure; nil when there was none.
  package var failure: String? {
    guard let handle, sf_error(handle) != 0 else { return nil }
    return Self.text(handle)
  }

  /// The form in which samples are exchanged for an encoding. Packed 24-bit samples of the WAV family are taken as they
  /// stand in the file, which spares a detour through 32 bits.
  package func exchange(for encoding: SampleEncoding?, _ container: Container?) -> PCMFormat? {
    if encoding == .s24, container == .wav || container == .rf64 || container == .w64,
      sf_command(pointer, sndfile(SFC_RAW_DATA_NEEDS_ENDSWAP), nil, 0) == 0
    {
      return .s24le
    }
    return encoding?.exchange
  }

  package func string(_ tag: Metadata.Tag) -> String? {
    guard let text = sf_get_string(pointer, tag.number) else { return nil }
    let value = String(cString: text)
    return value.isEmpty ? nil : value
  }

  private static func text(_ handle: OpaquePointer?) -> String {
    let raw = sf_strerror(handle).map { String(cString: $0) } ?? "unknown failure"
    return raw.hasSuffix(".") ? String(raw.dropLast()) : raw
  }

  private static func openError(_ path: String) -> AudioFileError {
    let code = sf_error(nil)
    let reason = text(nil)
    switch Int(code) {
    case SF_ERR_UNRECOGNISED_FORMAT:
      return AudioFileError(
        .unrecognized, path: path, problem: "is not an audio file that libsndfile knows (\(reason))",
        remedy: "Convert it to WAV or FLAC first")
    case SF_ERR_UNSUPPORTED_ENCODING:
      return AudioFileError(
        .encoding, path: path, problem: "holds an encoding that libsndfile does not know (\(reason))",
        remedy: "Convert it to WAV or FLAC first")
    default:
      return AudioFileError(
        .damaged, path: path, problem: "cannot be opened as audio (\(reason))",
        remedy: "The file may be damaged: get it again from its source")
    }
  }
}

extension Metadata.Tag {
  /// libsndfile's number of the tag.
  package var number: Int32 {
    let value =
      switch self {
      case .title: SF_STR_TITLE
      case .copyright: SF_STR_COPYRIGHT
      case .software: SF_STR_SOFTWARE
      case .artist: SF_STR_ARTIST
      case .comment: SF_STR_COMMENT
      case .date: SF_STR_DATE
      case .album: SF_STR_ALBUM
      case .license: SF_STR_LICENSE
      case .trackNumber: SF_STR_TRACKNUMBER
      case .genre: SF_STR_GENRE
      }
    return Int32(value)
  }
}
