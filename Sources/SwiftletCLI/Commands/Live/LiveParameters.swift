import AudioCore
import Swiftlet

/// Parameters of a live handle whose effect's type is not known.
enum LiveParameters {
  private struct Infos: LiveVisitor {
    var infos: [ParameterInfo] = []
    mutating func visit<E: Effect>(_ live: Live<E>) {
      let value = live.value
      infos = E.parameters.filter { $0.applies(value) }.map(\.info)
    }
  }

  private struct Getter: LiveVisitor {
    var name: String
    var value: ParameterValue?
    mutating func visit<E: Effect>(_ live: Live<E>) {
      value = E.parameters.first { $0.info.name == name }?.get(live.value)
    }
  }

  private struct Setter: LiveVisitor {
    var name: String
    var value: ParameterValue
    mutating func visit<E: Effect>(_ live: Live<E>) throws(DesignError) {
      guard let row = E.parameters.first(where: { $0.info.name == name }) else { return }
      var failure: DesignError?
      let value = value
      var trial = live.value
      try row.set(&trial, value)
      let content = try LiveParameters.content(of: trial, namedBy: name)
      try live.update { effect in
        do throws(DesignError) {
          try row.set(&effect, value)
          if let content { effect = LiveParameters.supplied(effect, content) }
        } catch {
          failure = error
        }
      }
      if let failure { throw failure }
    }
  }

  /// What is in the file that a parameter has come to name; nil for a parameter that names none.
  private static func content<E: Effect>(of effect: E, namedBy name: String) throws(DesignError) -> Resource? {
    guard let user = effect as? any ResourceUser, let (parameter, request) = user.resourceRequest, parameter == name
    else { return nil }
    do throws(ResourceError) {
      return try ResourceLoader.files.load(request)
    } catch {
      throw DesignError(
        .inconsistent, parameter: parameter, value: request.path, problem: "cannot be taken: \(error.message)",
        remedy: error.remedy)
    }
  }

  private static func supplied<E: Effect>(_ effect: E, _ content: Resource) -> E {
    guard var user = effect as? any ResourceUser else { return effect }
    user.supply(content)
    return user as? E ?? effect
  }

  static func infos(of node: any LiveNode) -> [ParameterInfo] {
    var visitor = Infos()
    // Looking throws nothing.
    try? node.accept(&visitor)
    return visitor.infos
  }

  static func value(_ name: String, of node: any LiveNode) -> ParameterValue? {
    var visitor = Getter(name: name)
    try? node.accept(&visitor)
    return visitor.value
  }

  /// - Throws: `DesignError` for a value outside its range, or one that the running chain cannot take.
  static func set(_ name: String, of node: any LiveNode, to value: ParameterValue) throws(DesignError) {
    var visitor = Setter(name: name, value: value)
    try node.accept(&visitor)
  }
}
