import AudioCore

/// Where an effect stands in its expression, as offsets into the UTF-8 bytes.
struct EffectPlace {
  /// Its name.
  var call: Range<Int>
  /// The values that were given, by the parameter's name.
  var values: [String: Range<Int>]
}

extension EffectExpression {
  /// What a design refused, shown where it stands in the expressions that the graph was parsed from.
  ///
  /// A frequency above half the sample rate is found only when a rate is known, long after the expression was read.
  /// - Parameters:
  ///   - error: What the design refused.
  ///   - number: Which effect it is about, from 0, in the order in which they are written: the place of `error.stage` in the graph's
  ///     `effectIdentities`.
  ///   - expressions: What the graph was parsed from.
  /// - Returns: nil when the expressions have no such effect.
  public static func mistake(
    _ error: DesignError, inEffect number: Int, of expressions: [String], catalog: Catalog = .standard
  ) -> ExpressionError? {
    var before = 0
    for (index, expression) in expressions.enumerated() {
      var parser = ExpressionParser(expression, catalog: catalog, resources: nil)
      do throws(ExpressionError) { _ = try parser.parse() } catch { return nil }
      let local = number - before
      before += parser.places.count
      guard parser.places.indices.contains(local) else { continue }
      let place = parser.places[local]
      let range = error.parameter.flatMap { place.values[$0] } ?? place.call
      var mistake = ExpressionError(
        .refusedValue, in: expression, at: range, error.message, hint: error.remedy + ".")
      if expressions.count > 1 { (mistake.index, mistake.count) = (index, expressions.count) }
      return mistake
    }
    return nil
  }
}
