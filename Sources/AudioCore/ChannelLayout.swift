/// What each channel of a stream means.
public struct ChannelLayout: Sendable, Hashable, CustomStringConvertible {
  /// The meaning of one channel.
  public enum Channel: String, Sendable, Hashable, Codable, CaseIterable {
    case left = "L"
    case right = "R"
    case center = "C"
    case lowFrequency = "LFE"
    case leftSurround = "Ls"
    case rightSurround = "Rs"
    case leftBack = "Lb"
    case rightBack = "Rb"
    case backCenter = "Cs"
    case leftTop = "Lt"
    case rightTop = "Rt"
    case mid = "M"
    case side = "S"
    /// A channel that has a number and no meaning.
    case discrete = "-"
  }

  // Layouts with a meaning are short lists; any number of discrete channels costs no list at all.
  private enum Storage: Hashable {
    case named([Channel])
    case discrete(Int)
  }
  private let storage: Storage

  /// Makes a layout from the meaning of each channel, in stream order.
  public init(_ channels: [Channel]) {
    storage = channels.allSatisfy { $0 == .discrete } ? .discrete(channels.count) : .named(channels)
  }

  private init(discreteCount: Int) { storage = .discrete(discreteCount) }

  public static let mono = ChannelLayout([.center])
  public static let stereo = ChannelLayout([.left, .right])
  public static let midSide = ChannelLayout([.mid, .side])
  public static let surround51 = ChannelLayout([.left, .right, .center, .lowFrequency, .leftSurround, .rightSurround])
  public static let surround71 = ChannelLayout([
    .left, .right, .center, .lowFrequency, .leftBack, .rightBack, .leftSurround, .rightSurround,
  ])

  /// Channels that have numbers and no meaning.
  public static func discrete(_ count: Int) -> ChannelLayout { ChannelLayout(discreteCount: count) }

  /// The layout that a bare channel count stands for: mono, stereo, else discrete.
  public static func standard(_ count: Int) -> ChannelLayout {
    switch count {
    case 1: .mono
    case 2: .stereo
    default: .discrete(count)
    }
  }

  /// How many channels there are.
  public var count: Int {
    switch storage {
    case .named(let channels): channels.count
    case .discrete(let count): count
    }
  }

  /// The meaning of a channel; a number outside the layout is a programming error.
  public subscript(index: Int) -> Channel {
    precondition(index >= 0 && index < count, "channel \(index) of \(count)")
    return switch storage {
    case .named(let channels): channels[index]
    case .discrete: .discrete
    }
  }

  /// The first channel that has this meaning.
  public func firstIndex(of channel: Channel) -> Int? {
    switch storage {
    case .named(let channels): channels.firstIndex(of: channel)
    case .discrete(let count): channel == .discrete && count > 0 ? 0 : nil
    }
  }

  public var description: String {
    switch self {
    case .mono: return "mono"
    case .stereo: return "stereo"
    case .midSide: return "mid/side"
    case .surround51: return "5.1"
    case .surround71: return "7.1"
    default:
      if case .named(let channels) = storage { return channels.map(\.rawValue).joined(separator: " ") }
      return "\(count) channels"
    }
  }
}

extension ChannelLayout: Codable {
  private enum Keys: String, CodingKey { case channels, count }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Keys.self)
    if let named = try container.decodeIfPresent([Channel].self, forKey: .channels) {
      self.init(named)
    } else {
      self.init(discreteCount: try container.decode(Int.self, forKey: .count))
    }
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Keys.self)
    switch storage {
    case .named(let channels): try container.encode(channels, forKey: .channels)
    case .discrete(let count): try container.encode(count, forKey: .count)
    }
  }
}
