/// A handle by which an effect's parameters are changed while it runs: `tone.update { $0.frequency = 800 }`.
///
/// It has identity: two handles are equal only when they are the same one, and every running plan that contains it follows it. It is
/// written as its present value. Any thread but the worker may use it. [control]
public final class Live<E: Effect>: LiveNode, Summable {
  /// Somebody who follows the handle. It is asked first with `isTrial`, so that a change reaches all or none.
  /// - Returns: false when it is gone.
  /// - Throws: `DesignError` for what cannot be done, on trial only.
  public typealias Follower = @Sendable (LiveChange<E>, _ isTrial: Bool) throws(DesignError) -> Bool

  private struct State {
    var value: E
    var followers: [Follower] = []
  }
  private let state: Locked<State>

  /// Makes a handle that begins with an effect.
  public init(_ effect: E) { state = Locked(State(value: effect)) }

  public var graph: Graph { .live(AnyLive(self)) }

  /// The effect with its present parameters: where a ramp ends, from its beginning on.
  public var value: E { state.withLock { $0.value } }

  public var snapshot: any Effect { value }

  /// Changes the effect in every running plan, or in none. Nothing clicks: filters fade over, levels glide.
  ///
  /// - Parameter seconds: How long numbers take to reach their new values; 0 is a fade of 20 ms.
  /// - Throws: `DesignError` for a parameter outside its domain, and of reason `.structural` for a change that a running plan cannot
  ///   take, such as more latency than it was compiled with.
  public func update(over seconds: Double = 0, _ change: (inout E) -> Void) throws(DesignError) {
    try DesignError.require(seconds, in: 0...86_400, parameter: "ramp", unit: "s")
    let failure: DesignError? = state.withLock { state in
      var next = state.value
      change(&next)
      let step = LiveChange(from: state.value, to: next, seconds: seconds)
      var living: [Follower] = []
      for follower in state.followers {
        do throws(DesignError) {
          if try follower(step, true) { living.append(follower) }
        } catch {
          return error
        }
      }
      state.followers = living
      state.value = next
      // What passed its trial is taken.
      for follower in living { _ = try? follower(step, false) }
      return nil
    }
    if let failure { throw failure }
  }

  /// Makes somebody follow the handle, who begins with the value that is given to the body: no update can come between.
  public func follow(_ begin: (E) throws(DesignError) -> Follower) throws(DesignError) {
    let failure: DesignError? = state.withLock { state in
      do throws(DesignError) {
        state.followers.append(try begin(state.value))
        return nil
      } catch {
        return error
      }
    }
    if let failure { throw failure }
  }

  public func accept<V: LiveVisitor>(_ visitor: inout V) throws(DesignError) { try visitor.visit(self) }
}

/// A change of a live effect.
public struct LiveChange<E: Effect>: Sendable {
  public let from: E
  public let to: E
  /// How long numbers take to their new values; 0 is the usual fade.
  public let seconds: Double
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
