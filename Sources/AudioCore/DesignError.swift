/// A mistake in what a user asked for, found before any sample is processed.
///
/// The message names the value, what is allowed and what to do:
/// `lowpass: frequency = 30000 Hz is out of range: above 0 Hz and below 24000 Hz (half the sample rate). Lower it, or raise the sample rate.`
public struct DesignError: Error, Hashable, Sendable, CustomStringConvertible {
  /// What kind of mistake it is, for programs.
  public enum Reason: String, Sendable, Hashable, Codable {
    /// A number outside its range, NaN and infinities included.
    case outOfRange
    /// Parameters that exclude each other, or one that is missing.
    case inconsistent
    /// A channel count, layout or sample rate that does not fit.
    case format
    /// A sample type that is refused, such as half precision.
    case sampleType
    /// A change that needs another structure than the one that is running.
    case structural
    /// An operation that this effect or graph does not have, such as the response of a nonlinear effect.
    case unsupported
  }

  public var reason: Reason
  /// Where: the label or name of the stage, when it is known.
  public var stage: String?
  /// The parameter's name, when it concerns one.
  public var parameter: String?
  /// The offending value as a person would write it.
  public var value: String?
  /// What would have been allowed, or what is wrong.
  public var problem: String
  /// What to do about it.
  public var remedy: String

  /// Makes an error; the stage is filled in later by whoever knows it.
  public init(
    _ reason: Reason, parameter: String? = nil, value: String? = nil, problem: String, remedy: String,
    stage: String? = nil
  ) {
    self.reason = reason
    self.stage = stage
    self.parameter = parameter
    self.value = value
    self.problem = problem
    self.remedy = remedy
  }

  /// The whole message on one line.
  public var description: String { (stage.map { $0 + ": " } ?? "") + message + ". " + remedy + "." }

  /// What is wrong, without where it is and what to do about it.
  public var message: String {
    var text = ""
    if let parameter, let value {
      text += "\(parameter) = \(value) "
    } else if let parameter {
      text += parameter + " "
    } else if let value {
      text += value + " "
    }
    return text + problem
  }

  /// The same error, placed at a stage unless it is placed already.
  public func at(stage name: String) -> DesignError {
    var error = self
    if error.stage == nil { error.stage = name }
    return error
  }
}

extension DesignError {
  /// Checks that a number is finite and inside a closed range.
  /// - Throws: `DesignError` of reason `.outOfRange` that names value, range and unit.
  public static func require(
    _ value: Double, in range: ClosedRange<Double>, parameter: String, unit: String = ""
  ) throws(DesignError) {
    guard value.isFinite, range.contains(value) else {
      let suffix = unit.isEmpty ? "" : " " + unit
      throw DesignError(
        .outOfRange, parameter: parameter, value: shortest(value) + suffix,
        problem: "is out of range: \(shortest(range.lowerBound)) to \(shortest(range.upperBound))\(suffix)",
        remedy: "Choose a value inside the range")
    }
  }

  /// Checks that a frequency lies strictly between 0 and half the sample rate.
  /// - Throws: `DesignError` of reason `.outOfRange`.
  public static func require(
    frequency: Frequency, below sampleRate: Double, parameter: String = "frequency"
  ) throws(DesignError) {
    let hertz = frequency.hertz
    guard hertz.isFinite, hertz > 0, hertz < sampleRate / 2 else {
      throw DesignError(
        .outOfRange, parameter: parameter, value: shortest(hertz) + " Hz",
        problem: "is out of range: above 0 Hz and below \(shortest(sampleRate / 2)) Hz (half the sample rate)",
        remedy: hertz >= sampleRate / 2 ? "Lower it, or raise the sample rate" : "Choose a frequency inside the range")
    }
  }

  /// A number without a trailing `.0`, as a person would write it.
  public static func shortest(_ value: Double) -> String {
    if value == value.rounded(), abs(value) < 1e15 { return String(Int64(value)) }
    return "\(value)"
  }
}
