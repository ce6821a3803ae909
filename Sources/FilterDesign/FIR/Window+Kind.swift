import AudioCore

extension Window {
  /// The names of the windows that one number at most describes, and what that number is when it is not given.
  public static let names: [(name: String, parameter: Double?)] = [
    ("boxcar", nil), ("triang", nil), ("bartlett", nil), ("hann", nil), ("hamming", nil), ("blackman", nil),
    ("nuttall", nil), ("blackmanharris", nil), ("flattop", nil), ("bohman", nil), ("parzen", nil), ("barthann", nil),
    ("cosine", nil), ("lanczos", nil), ("kaiser", 8.6), ("gaussian", 32), ("generalhamming", 0.54), ("chebwin", 100),
    ("tukey", 0.5), ("exponential", 32), ("dpss", 3), ("kaiserbesselderived", 8.6),
  ]

  /// The window of a name; nil for a name that is not in `names`. The parameter means nothing to windows without one.
  public init?(named name: String, parameter: Double? = nil) {
    guard let standard = Self.names.first(where: { $0.name == name }) else { return nil }
    let number = parameter ?? standard.parameter ?? 0
    switch name {
    case "boxcar": self = .boxcar
    case "triang": self = .triang
    case "bartlett": self = .bartlett
    case "hann": self = .hann
    case "hamming": self = .hamming
    case "blackman": self = .blackman
    case "nuttall": self = .nuttall
    case "blackmanharris": self = .blackmanharris
    case "flattop": self = .flattop
    case "bohman": self = .bohman
    case "parzen": self = .parzen
    case "barthann": self = .barthann
    case "cosine": self = .cosine
    case "lanczos": self = .lanczos
    case "kaiser": self = .kaiser(beta: number)
    case "gaussian": self = .gaussian(std: number)
    case "generalhamming": self = .generalHamming(alpha: number)
    case "chebwin": self = .chebwin(attenuation: number)
    case "tukey": self = .tukey(alpha: number)
    case "exponential": self = .exponential(tau: number)
    case "dpss": self = .dpss(nw: number)
    default: self = .kaiserBesselDerived(beta: number)
    }
  }

  /// The window's name.
  public var name: String {
    switch self {
    case .boxcar: "boxcar"
    case .triang: "triang"
    case .bartlett: "bartlett"
    case .hann: "hann"
    case .hamming: "hamming"
    case .blackman: "blackman"
    case .nuttall: "nuttall"
    case .blackmanharris: "blackmanharris"
    case .flattop: "flattop"
    case .bohman: "bohman"
    case .parzen: "parzen"
    case .barthann: "barthann"
    case .cosine: "cosine"
    case .lanczos: "lanczos"
    case .kaiser: "kaiser"
    case .gaussian: "gaussian"
    case .generalGaussian: "generalgaussian"
    case .generalHamming: "generalhamming"
    case .generalCosine: "generalcosine"
    case .chebwin: "chebwin"
    case .tukey: "tukey"
    case .exponential: "exponential"
    case .taylor: "taylor"
    case .dpss: "dpss"
    case .kaiserBesselDerived: "kaiserbesselderived"
    }
  }

  /// The one number that describes it; nil for a window without one, and for those that take several.
  public var parameter: Double? {
    switch self {
    case .kaiser(let number), .gaussian(let number), .generalHamming(let number), .chebwin(let number),
      .tukey(let number), .dpss(let number), .kaiserBesselDerived(let number):
      number
    case .exponential(let tau, nil): tau
    default: nil
    }
  }
}

extension Window: Codable {
  private enum Keys: String, CodingKey { case name, parameter, power, width, weights, tau, center, nbar, sll, norm }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Keys.self)
    let name = try container.decode(String.self, forKey: .name)
    func number(_ key: Keys) throws -> Double { try container.decode(Double.self, forKey: key) }
    switch name {
    case "generalgaussian": self = .generalGaussian(p: try number(.power), sig: try number(.width))
    case "generalcosine": self = .generalCosine(try container.decode([Double].self, forKey: .weights))
    case "taylor":
      self = .taylor(
        nbar: try container.decode(Int.self, forKey: .nbar), sll: try number(.sll),
        norm: try container.decode(Bool.self, forKey: .norm))
    case "exponential" where container.contains(.tau):
      self = .exponential(tau: try number(.tau), center: try number(.center))
    default:
      let parameter = try container.decodeIfPresent(Double.self, forKey: .parameter)
      guard let window = Window(named: name, parameter: parameter) else {
        throw DecodingError.dataCorruptedError(
          forKey: .name, in: container, debugDescription: "\(name) is not the name of a window")
      }
      self = window
    }
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Keys.self)
    try container.encode(name, forKey: .name)
    switch self {
    case .generalGaussian(let power, let width):
      try container.encode(power, forKey: .power)
      try container.encode(width, forKey: .width)
    case .generalCosine(let weights): try container.encode(weights, forKey: .weights)
    case .taylor(let nbar, let sll, let norm):
      try container.encode(nbar, forKey: .nbar)
      try container.encode(sll, forKey: .sll)
      try container.encode(norm, forKey: .norm)
    case .exponential(let tau, let center?):
      try container.encode(tau, forKey: .tau)
      try container.encode(center, forKey: .center)
    default: try container.encodeIfPresent(parameter, forKey: .parameter)
    }
  }
}
