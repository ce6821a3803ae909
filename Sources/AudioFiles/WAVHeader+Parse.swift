import AudioCore

extension WAVHeader {
  /// What reading the head of a stream found.
  enum Outcome {
    /// A WAV file that can be read as it comes.
    case stream(WAVHeader)
    /// Anything else: another container, another encoding, a head that makes no sense.
    case other
  }

  /// Reads the head of a stream chunk by chunk, up to the first sample.
  ///
  /// All that was read stands in `seen`, for whoever has to take over. Chunks before the data may fill one mebibyte.
  /// - Parameter read: appends up to a number of bytes and says whether all of them came.
  static func parse(
    seen: inout [UInt8], read: (inout [UInt8], Int) throws(AudioFileError) -> Bool
  ) throws(AudioFileError) -> Outcome {
    guard try read(&seen, 12) else { return .other }
    let kind = Array(seen[0..<4])
    guard kind == Array("RIFF".utf8) || kind == Array("RF64".utf8) || kind == Array("BW64".utf8),
      Array(seen[8..<12]) == Array("WAVE".utf8)
    else { return .other }
    var header: WAVHeader?
    var longData: Int?
    var tags: [Metadata.Tag: String] = [:]
    while seen.count < 1 << 20 {
      let start = seen.count
      guard try read(&seen, 8) else { return .other }
      let name = String(decoding: seen[start..<start + 4], as: UTF8.self)
      let size = Int(word(seen, start + 4))
      if name == "data" {
        guard var found = header else { return .other }
        found.tags = tags
        found.dataBytes = kind == Array("RIFF".utf8) ? known(size) : longData ?? known(size)
        return .stream(found)
      }
      guard size < 1 << 20, try read(&seen, size + size % 2) else { return .other }
      let body = Array(seen[start + 8..<start + 8 + size])
      switch name {
      case "fmt ":
        guard let parsed = formatChunk(body) else { return .other }
        header = parsed
      case "ds64" where body.count >= 16:
        let bytes = UInt64(word(body, 8)) | UInt64(word(body, 12)) << 32
        longData = bytes == 0 || bytes > UInt64(Int.max) ? nil : Int(bytes)
      case "LIST": tags.merge(listChunk(body)) { old, _ in old }
      default: break
      }
    }
    return .other
  }

  // Programs that cannot go back write 0, all ones, or a size just below two or four gibibytes.
  private static func known(_ size: Int) -> Int? { size == 0 || size >= 0x7FFF_F000 ? nil : size }

  private static func formatChunk(_ body: [UInt8]) -> WAVHeader? {
    guard body.count >= 16 else { return nil }
    var tag = half(body, 0)
    let channels = Int(half(body, 2))
    let rate = word(body, 4)
    let bits = Int(half(body, 14))
    var mask: UInt32 = 0
    if tag == 0xFFFE {
      guard body.count >= 40, Array(body[26..<40]) == subformatTail else { return nil }
      mask = word(body, 20)
      tag = half(body, 24)
    }
    let pcm: PCMFormat
    switch (tag, bits) {
    case (1, 16): pcm = .s16le
    case (1, 24): pcm = .s24le
    case (1, 32): pcm = .s32le
    case (3, 32): pcm = .f32le
    case (3, 64): pcm = .f64le
    default: return nil
    }
    guard channels > 0, Int(half(body, 12)) == channels * pcm.byteCount else { return nil }
    let format = StreamFormat(sampleRate: Double(rate), layout: layout(mask: mask, channels: channels))
    return WAVHeader(pcm: pcm, format: format)
  }

  private static func listChunk(_ body: [UInt8]) -> [Metadata.Tag: String] {
    guard body.count >= 4, Array(body[0..<4]) == Array("INFO".utf8) else { return [:] }
    var tags: [Metadata.Tag: String] = [:]
    var place = 4
    while place + 8 <= body.count {
      let name = String(decoding: body[place..<place + 4], as: UTF8.self)
      let size = Int(word(body, place + 4))
      let end = min(body.count, place + 8 + size)
      let text = String(decoding: body[place + 8..<end].prefix { $0 != 0 }, as: UTF8.self)
      if let tag = tagNames[name], !text.isEmpty { tags[tag] = text }
      place = place + 8 + size + size % 2
    }
    return tags
  }

  private static func half(_ bytes: [UInt8], _ place: Int) -> UInt16 {
    UInt16(bytes[place]) | UInt16(bytes[place + 1]) << 8
  }

  private static func word(_ bytes: [UInt8], _ place: Int) -> UInt32 {
    UInt32(half(bytes, place)) | UInt32(half(bytes, place + 2)) << 16
  }
}
