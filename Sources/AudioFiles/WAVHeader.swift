import AudioCore

/// The head of a WAV stream: everything before the first sample.
struct WAVHeader {
  var pcm: PCMFormat
  var format: StreamFormat
  var tags: [Metadata.Tag: String] = [:]
  /// Bytes of audio; nil when only the end of the stream will tell.
  var dataBytes: Int?

  /// The size that stands for "unknown" in a header that is written before its data.
  static let unknownSize: UInt32 = 0xFFFF_FFFF

  /// Writes the head with unknown lengths: the plain form for one and two channels, the extensible form with a channel
  /// mask for more.
  func bytes() -> [UInt8] {
    let isFloat = pcm.integerBits == nil
    let tag: UInt16 = isFloat ? 3 : 1
    let extensible = format.channels > 2
    var out: [UInt8] = []
    out += Array("RIFF".utf8) + Self.little(Self.unknownSize) + Array("WAVEfmt ".utf8)
    out += Self.little(UInt32(extensible ? 40 : 16)) + Self.little(extensible ? 0xFFFE : tag)
    out += Self.little(UInt16(truncatingIfNeeded: format.channels)) + Self.little(UInt32(format.sampleRate))
    let frameBytes = format.channels * pcm.byteCount
    out += Self.little(UInt32(truncatingIfNeeded: Int(format.sampleRate) * frameBytes))
    out += Self.little(UInt16(truncatingIfNeeded: frameBytes)) + Self.little(UInt16(pcm.byteCount * 8))
    if extensible {
      out += Self.little(UInt16(22)) + Self.little(UInt16(pcm.byteCount * 8)) + Self.little(Self.mask(format.layout))
      out += Self.little(tag) + Self.subformatTail
    }
    return out + tagChunk() + Array("data".utf8) + Self.little(Self.unknownSize)
  }

  /// The names of tags in a WAV file's list of them.
  static let tagNames: [String: Metadata.Tag] = [
    "INAM": .title, "ICOP": .copyright, "ISFT": .software, "IART": .artist, "ICMT": .comment, "ICRD": .date,
    "IPRD": .album, "ITRK": .trackNumber, "IGNR": .genre,
  ]

  /// The tags that have a name there and are short enough to stand before the sound.
  static func holds(_ tag: Metadata.Tag, _ text: String) -> Bool {
    tagNames.values.contains(tag) && text.utf8.count < 65_536
  }

  private func tagChunk() -> [UInt8] {
    var list = Array("INFO".utf8)
    for (name, tag) in Self.tagNames.sorted(by: { $0.key < $1.key }) {
      guard let text = tags[tag], Self.holds(tag, text) else { continue }
      let bytes = Array(text.utf8) + [0]
      list += Array(name.utf8) + Self.little(UInt32(bytes.count)) + bytes + (bytes.count % 2 == 1 ? [0] : [])
    }
    return list.count == 4 ? [] : Array("LIST".utf8) + Self.little(UInt32(list.count)) + list
  }

  /// The fixed part of the subformat identifiers of WAVE_FORMAT_EXTENSIBLE, after the two bytes of the format tag.
  static let subformatTail: [UInt8] = [0, 0, 0, 0, 0x10, 0, 0x80, 0, 0, 0xAA, 0, 0x38, 0x9B, 0x71]

  static func little<I: FixedWidthInteger>(_ value: I) -> [UInt8] {
    (0..<I.bitWidth / 8).map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) }
  }

  // The speakers that the bits of a channel mask stand for, from the lowest.
  private static let speakers: [(bit: UInt32, channel: ChannelLayout.Channel)] = [
    (0x1, .left), (0x2, .right), (0x4, .center), (0x8, .lowFrequency), (0x10, .leftBack), (0x20, .rightBack),
    (0x100, .backCenter), (0x200, .leftSurround), (0x400, .rightSurround), (0x1000, .leftTop), (0x4000, .rightTop),
  ]

  /// The channel mask of a layout; 0 when its channels do not stand in the mask's order or have no bit.
  static func mask(_ layout: ChannelLayout) -> UInt32 {
    // Without back speakers the surround pair is written as the back pair, as in the 5.1 of most files.
    let hasBack = layout.firstIndex(of: .leftBack) != nil
    var mask: UInt32 = 0
    for index in 0..<layout.count {
      var channel = layout[index]
      if !hasBack, channel == .leftSurround { channel = .leftBack }
      if !hasBack, channel == .rightSurround { channel = .rightBack }
      guard let bit = speakers.first(where: { $0.channel == channel })?.bit, bit > mask else { return 0 }
      mask |= bit
    }
    return mask
  }

  /// The layout of a channel mask; the standard one when the mask does not fit the count.
  static func layout(mask: UInt32, channels: Int) -> ChannelLayout {
    guard mask.nonzeroBitCount == channels else { return .standard(channels) }
    var named: [ChannelLayout.Channel] = []
    let hasSide = mask & 0x600 != 0
    for (bit, channel) in speakers where mask & bit != 0 {
      switch channel {
      case .leftBack where !hasSide: named.append(.leftSurround)
      case .rightBack where !hasSide: named.append(.rightSurround)
      default: named.append(channel)
      }
    }
    return named.count == channels ? ChannelLayout(named) : .standard(channels)
  }
}
