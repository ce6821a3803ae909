import AudioCore

/// What a part of a stage is at some frame.
struct PartRecipe: Sendable {
  var effect: any Effect
  var isBypassed = false
}

/// What a stage is at some frame: its parts in their order.
typealias StageRecipe = [PartRecipe]

/// Makes the processors of a stage's changes on a control thread.
protocol ChangeMaker<S>: Sendable {
  associatedtype S: Sample
  /// The segments that lead through some recipes, from what a link says is running.
  /// - Returns: the segments and the link of what runs behind them.
  /// - Throws: `DesignError` for a bad parameter, and of reason `.structural` for what cannot take the running stage's place.
  func segments(
    from link: ChangeLink<S>?, through recipes: [(recipe: StageRecipe, ramp: Ramp)], meters: [Meter]
  ) throws(DesignError) -> (segments: [StageChange<S>.Segment], link: ChangeLink<S>)
  /// How long the pieces of a long ramp are.
  func pieceFrames(_ link: ChangeLink<S>?) -> Int
}

/// What a change leaves running, for the one after it.
struct ChangeLink<S: Sample> {
  /// The processor by its full type, where it can take designs itself.
  var taker: AnyObject?
  var design: (any EffectDesign)?
  var followsRamps = false
  var processor: any BlockProcessor<S>
  var bearer: StateBearer<S>?
}

extension DesignError {
  /// A change that would need the plan around the stage to change.
  static func structural(_ stage: String, _ problem: String) -> DesignError {
    DesignError(.structural, problem: problem, remedy: "Compile again", stage: stage)
  }
}
