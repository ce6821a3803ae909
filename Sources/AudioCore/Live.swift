import Synchronization

/// A handle by which an effect's parameters are changed while it runs: `tone.update { $0.frequency = 800 }`.
///
/// It has identity: two handles are equal only when they are the same one, and every running plan that contains it follows it. It is
/// written as its present value. [control]
public final class Live<E: Effect>: LiveNode, Summable {
  /// Designs for one runner first, so that a change reaches all runners or none; then hands over.
  private typealias Outlet = @Sendable (E) throws(DesignError) -> (@Sendable () -> Void)?

  private struct State {
    var value: E
    var outlets: [Outlet] = []
  }
  private let state: Mutex<State>

  /// Makes a handle that begins with an effect.
  public init(_ effect: E) { state = Mutex(State(value: effect)) }

  public var graph: Graph { .live(AnyLive(self)) }

  /// The effect with its present parameters.
  public var value: E { state.withLock { $0.value } }

  public var snapshot: any Effect { value }

  /// Changes the effect in every running plan, or in none.
  /// - Throws: `DesignError` for a parameter outside its domain, and of reason `.structural` for a change that a running
  ///   processor cannot take, such as another number of sections.
  public func update(_ change: (inout E) -> Void) throws(DesignError) {
    let failure: DesignError? = state.withLock { state in
      var next = state.value
      change(&next)
      var handovers: [@Sendable () -> Void] = []
      var living: [Outlet] = []
      for outlet in state.outlets {
        do throws(DesignError) {
          guard let handover = try outlet(next) else { continue }
          handovers.append(handover)
          living.append(outlet)
        } catch {
          return error
        }
      }
      state.outlets = living
      state.value = next
      for handover in handovers { handover() }
      return nil
    }
    if let failure { throw failure }
  }

  /// Connects a runner, which takes designs for its context from the mailbox. The present value is posted at once, so that no
  /// update between compiling and starting is lost.
  /// - Throws: `DesignError` of reason `.structural` when the present value needs another structure than was compiled.
  public func attach(in context: DesignContext, shape: E.Design) throws(DesignError) -> Mailbox<E.Design> {
    let mailbox = Mailbox<E.Design>()
    let outlet: Outlet = { [weak mailbox] (effect: E) throws(DesignError) -> (@Sendable () -> Void)? in
      guard let mailbox else { return nil }
      let design = try effect.design(in: context)
      guard shape.hasSameShape(as: design) else {
        throw DesignError(
          .structural, problem: "cannot take this change while it runs: it needs another structure",
          remedy: "Stop, change it, and start again", stage: E.name)
      }
      return { mailbox.post(design) }
    }
    let failure: DesignError? = state.withLock { state in
      do throws(DesignError) {
        if let handover = try outlet(state.value) { handover() }
      } catch {
        guard error.reason == .structural else { return error }
        return DesignError(
          .structural, problem: "was given another structure after it was compiled", remedy: "Compile again",
          stage: error.stage)
      }
      state.outlets.append(outlet)
      return nil
    }
    if let failure { throw failure }
    return mailbox
  }

  public func accept<V: LiveVisitor>(_ visitor: inout V) throws(DesignError) { try visitor.visit(self) }
}

/// A live handle whose effect's type is not known.
public protocol LiveNode: AnyObject, Sendable {
  /// The effect with its present parameters.
  var snapshot: any Effect { get }
  /// Opens the handle for a visitor that needs its type.
  func accept<V: LiveVisitor>(_ visitor: inout V) throws(DesignError)
}

/// Somebody who needs to know a live handle's type.
public protocol LiveVisitor {
  mutating func visit<E: Effect>(_ live: Live<E>) throws(DesignError)
}

/// Any live handle, in a box that can be compared, written and read.
public struct AnyLive: Sendable, Hashable, Codable {
  public let base: any LiveNode

  public init(_ base: any LiveNode) { self.base = base }

  public static func == (a: AnyLive, b: AnyLive) -> Bool { a.base === b.base }
  public func hash(into hasher: inout Hasher) { hasher.combine(ObjectIdentifier(base)) }

  public func encode(to encoder: any Encoder) throws { try AnyEffect(base.snapshot).encode(to: encoder) }

  public init(from decoder: any Decoder) throws {
    func makeLive<E: Effect>(_ effect: E) -> any LiveNode { Live(effect) }
    base = makeLive(try AnyEffect(from: decoder).base)
  }
}
