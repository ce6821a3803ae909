import AudioCore

/// How long a delay is: seconds, or the length of a note at the tempo.
public enum DelayTime: Sendable, Hashable {
  case seconds(Double)
  case note(NoteLength)

  /// A number of milliseconds.
  public static func milliseconds(_ value: Double) -> DelayTime { .seconds(value / 1_000) }

  /// The note of a fraction of a whole note; nil for numbers outside 1 to 256.
  public static func note(
    _ numerator: Int, over denominator: Int, _ modifier: NoteLength.Modifier = .plain
  ) -> DelayTime? { NoteLength(numerator, over: denominator, modifier).map(DelayTime.note) }

  /// The seconds at a tempo in beats a minute.
  public func seconds(at tempo: Double) -> Double {
    switch self {
    case .seconds(let seconds): seconds
    case .note(let length): length.seconds(at: tempo)
    }
  }
}

extension DelayTime: Codable {
  private enum Keys: String, CodingKey { case seconds, note }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Keys.self)
    if let length = try container.decodeIfPresent(NoteLength.self, forKey: .note) {
      self = .note(length)
    } else {
      self = .seconds(try container.decode(Double.self, forKey: .seconds))
    }
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Keys.self)
    switch self {
    case .seconds(let seconds): try container.encode(seconds, forKey: .seconds)
    case .note(let length): try container.encode(length, forKey: .note)
    }
  }
}
