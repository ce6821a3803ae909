import AudioCore
import FilterDesign

/// The corner of a low- or high-pass: a cookbook section, or a Butterworth filter of some order.
public enum PassCorner: Sendable, Hashable {
  /// One cookbook section, 12 dB an octave, by Q or bandwidth; Q = 1/√2 is maximally flat.
  case shape(CookbookShape)
  /// A Butterworth filter of an order, 1 to 24: 6 dB an octave for each.
  case order(Int)

  /// The maximally flat section.
  public static let flat = PassCorner.shape(.q(0.5.squareRoot()))
}

extension PassCorner: Codable {
  private enum Keys: String, CodingKey { case order }

  public init(from decoder: any Decoder) throws {
    if let order = try decoder.container(keyedBy: Keys.self).decodeIfPresent(Int.self, forKey: .order) {
      self = .order(order)
    } else {
      self = .shape(try CookbookShape(from: decoder))
    }
  }

  public func encode(to encoder: any Encoder) throws {
    switch self {
    case .shape(let shape): try shape.encode(to: encoder)
    case .order(let order):
      var container = encoder.container(keyedBy: Keys.self)
      try container.encode(order, forKey: .order)
    }
  }
}

/// A low- or high-pass with a corner.
protocol PassFilter: Effect {
  var frequency: Frequency { get set }
  var corner: PassCorner { get set }
}

extension Parameter where Root: PassFilter {
  /// The rows of a low- or high-pass: frequency, q, bandwidth, order.
  static var pass: [Parameter] {
    [
      .number(
        "frequency", "the corner frequency", unit: .hertz, in: 1...192_000, taper: .logarithmic, aliases: ["cutoff"],
        get: { $0.frequency.hertz }, set: { $0.frequency = Frequency($1) }),
      .number(
        "q", "quality factor; 0.7071 is maximally flat", in: 0.001...1_000, taper: .logarithmic,
        default: 0.5.squareRoot(),
        group: "corner", get: { if case .shape(.q(let q)) = $0.corner { q } else { nil } },
        set: { $0.corner = .shape(.q($1)) }),
      .number(
        "bandwidth", "width of the corner", unit: .octaves, in: 0.001...24, group: "corner", applies: { _ in true },
        get: { if case .shape(.bandwidth(let octaves)) = $0.corner { octaves } else { nil } },
        set: { $0.corner = .shape(.bandwidth($1)) }),
      .integer(
        "order", "the order of a Butterworth filter instead", in: 1...24, group: "corner",
        get: { if case .order(let order) = $0.corner { order } else { nil } }, set: { $0.corner = .order($1) }),
    ]
  }
}
