import AudioCore

/// What an effect needs from outside: the taps or the impulse response in a file.
public struct ResourceRequest: Sendable, Hashable {
  /// What the file holds.
  public enum Kind: String, Sendable, Hashable, Codable {
    /// Numbers, one a line or as a list in JSON.
    case taps
    /// Sound.
    case impulseResponse
  }

  public var kind: Kind
  public var path: String

  public init(_ kind: Kind, path: String) {
    self.kind = kind
    self.path = path
  }
}

/// What was found in a file.
public enum Resource: Sendable, Hashable {
  case taps([Double])
  case impulseResponse(ImpulseResponse)
}

/// Why a resource could not be loaded.
public struct ResourceError: Error, Sendable, Hashable, CustomStringConvertible {
  /// What is wrong, with the path in it.
  public var message: String
  /// What to do about it.
  public var remedy: String

  public init(_ message: String, remedy: String) {
    self.message = message
    self.remedy = remedy
  }

  public var description: String { "\(message). \(remedy)." }
}

/// How files are read, for code that may not know of files: `Swiftlet` brings `.files`.
public struct ResourceLoader: Sendable {
  private let body: @Sendable (ResourceRequest) throws(ResourceError) -> Resource

  public init(_ body: @escaping @Sendable (ResourceRequest) throws(ResourceError) -> Resource) { self.body = body }

  /// Loads what is asked for. [control]
  public func load(_ request: ResourceRequest) throws(ResourceError) -> Resource { try body(request) }
}

/// An effect that may name a file whose content it has not got yet.
public protocol ResourceUser: Effect {
  /// The parameter that names the file, and what it holds; nil where nothing is named.
  var resourceRequest: (parameter: String, request: ResourceRequest)? { get }
  /// The content, where it is there.
  var resource: Resource? { get }
  /// Takes the content of the file that it names.
  mutating func supply(_ resource: Resource)
}

extension DesignError {
  /// The refusal to design with a file that nobody has read.
  static func notLoaded(_ path: String, parameter: String) -> DesignError {
    DesignError(
      .inconsistent, parameter: parameter, value: path, problem: "was named, but nobody has read it",
      remedy: "Parse the expression with resources: .files, or give the content itself")
  }
}
