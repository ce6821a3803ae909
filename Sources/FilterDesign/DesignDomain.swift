import AudioCore

/// The largest order a design takes.
let orderLimit = 24

extension DesignError {
  /// Checks that a sample rate is a finite number above 0.
  static func require(sampleRate: Double) throws(DesignError) {
    guard sampleRate.isFinite, sampleRate > 0 else {
      throw DesignError(
        .outOfRange, parameter: "sampleRate", value: shortest(sampleRate) + " Hz",
        problem: "is out of range: a finite number above 0 Hz", remedy: "Give the rate of the signal, such as 48000 Hz")
    }
  }

  /// Checks an order: a whole number from 1 to 24, and a multiple of `step`.
  static func require(order: Int, step: Int = 1) throws(DesignError) {
    guard order >= step, order <= orderLimit else {
      throw DesignError(
        .outOfRange, parameter: "order", value: "\(order)",
        problem: "is out of range: \(step) to \(orderLimit)", remedy: "Choose an order inside the range")
    }
    guard order % step == 0 else {
      throw DesignError(
        .outOfRange, parameter: "order", value: "\(order)",
        problem: "is odd: a Linkwitz-Riley filter is a Butterworth filter twice, so its order is even",
        remedy: "Choose \(order - 1) or \(order + 1)")
    }
  }

  /// Checks that a number is above 0 and not above a limit.
  static func require(
    _ value: Double, aboveZeroTo limit: Double, parameter: String, unit: String = ""
  ) throws(DesignError) {
    guard value.isFinite, value > 0, value <= limit else {
      let suffix = unit.isEmpty ? "" : " " + unit
      throw DesignError(
        .outOfRange, parameter: parameter, value: shortest(value) + suffix,
        problem: "is out of range: above 0 and at most \(shortest(limit))\(suffix)",
        remedy: "Choose a value inside the range")
    }
  }

  /// Checks pass-band ripple, in decibels.
  static func require(ripple: Double) throws(DesignError) {
    try require(ripple, aboveZeroTo: 100, parameter: "ripple", unit: "dB")
  }

  /// Checks stop-band attenuation, in decibels.
  static func require(attenuation: Double) throws(DesignError) {
    try require(attenuation, aboveZeroTo: 300, parameter: "attenuation", unit: "dB")
  }

  /// Checks ripple and attenuation together: the stop band lies below the ripple.
  static func require(ripple: Double, below attenuation: Double) throws(DesignError) {
    try require(ripple: ripple)
    try require(attenuation: attenuation)
    guard attenuation > ripple else {
      throw DesignError(
        .inconsistent, parameter: "attenuation", value: shortest(attenuation) + " dB",
        problem: "is not above the ripple of \(shortest(ripple)) dB",
        remedy: "Raise the attenuation or lower the ripple")
    }
  }
}

extension Response {
  /// Checks that the edges lie between 0 and half the sample rate and stand in order.
  func validate(sampleRate: Double) throws(DesignError) {
    try DesignError.require(sampleRate: sampleRate)
    switch self {
    case .lowPass(let cutoff), .highPass(let cutoff):
      try DesignError.require(frequency: cutoff, below: sampleRate, parameter: "cutoff")
    case .bandPass(let low, let high), .bandStop(let low, let high):
      try DesignError.require(frequency: low, below: sampleRate, parameter: "low")
      try DesignError.require(frequency: high, below: sampleRate, parameter: "high")
      guard low < high else {
        throw DesignError(
          .inconsistent, parameter: "low", value: DesignError.shortest(low.hertz) + " Hz",
          problem: "is not below high = \(DesignError.shortest(high.hertz)) Hz",
          remedy: "Give the lower edge first, and two different edges")
      }
    }
  }
}
