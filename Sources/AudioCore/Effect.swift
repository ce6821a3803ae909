/// A recipe for sound processing: an immutable value that knows no sample rate and keeps no state.
///
/// The same recipe can be used in any number of graphs, for any formats, at the same time. An effect is one file: the recipe, its
/// parameter table and `design`; most effects get their processor from a protocol such as `SOSDesignable`.
public protocol Effect: Summable, Codable, Hashable {
  associatedtype Design: EffectDesign
  /// The effect's name in expressions, presets and messages: lower case, the field's term.
  static var name: String { get }
  /// The parameters in the order in which positional values are given.
  static var parameters: [Parameter<Self>] { get }
  /// Makes the design for a context.
  /// - Throws: `DesignError` for every parameter outside its domain, before any sample is processed.
  func design(in context: DesignContext) throws(DesignError) -> Design
  /// Makes fresh running state over a design. [control]
  func makeProcessor<S: Sample>(
    _ design: Design, in context: DesignContext, as type: S.Type
  ) -> any AudioProcessor<S, Design>
}

extension Effect {
  public var graph: Graph { .effect(AnyEffect(self)) }
}

/// Any effect, in a box that can be compared, hashed, written and read.
///
/// It is read by the effect's name through the table that the decoder carries in `userInfo[AnyEffect.types]`.
public struct AnyEffect: Sendable, Hashable, Codable {
  /// The effect itself.
  public let base: any Effect

  public init(_ base: any Effect) { self.base = base }

  /// The effect's name.
  public var name: String { type(of: base).name }

  public static func == (a: AnyEffect, b: AnyEffect) -> Bool {
    func equals<E: Effect>(_ effect: E) -> Bool { effect == b.base as? E }
    return equals(a.base)
  }

  public func hash(into hasher: inout Hasher) { base.hash(into: &hasher) }

  /// Where a decoder carries its `[String: any Effect.Type]`.
  public static var types: CodingUserInfoKey {
    // The initialiser fails only for reasons that a constant string cannot have.
    CodingUserInfoKey(rawValue: "swiftlet.effect-types").unsafelyUnwrapped
  }

  private enum Keys: String, CodingKey { case effect, parameters }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Keys.self)
    let name = try container.decode(String.self, forKey: .effect)
    guard let type = (decoder.userInfo[Self.types] as? [String: any Effect.Type])?[name] else {
      throw DecodingError.dataCorruptedError(
        forKey: .effect, in: container,
        debugDescription:
          "unknown effect \(name): give the decoder a table of effect types in userInfo[AnyEffect.types]")
    }
    base = try container.decode(type, forKey: .parameters)
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Keys.self)
    try container.encode(name, forKey: .effect)
    try container.encode(base, forKey: .parameters)
  }
}
