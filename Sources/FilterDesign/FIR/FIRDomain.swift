import AudioCore

extension DesignError {
  /// Checks a count of taps: 1 to a limit.
  static func require(taps count: Int, atMost limit: Int = tapLimit) throws(DesignError) {
    guard (1...limit).contains(count) else {
      throw DesignError(
        .outOfRange, parameter: "taps", value: "\(count)",
        problem: "is out of range: 1 to \(limit)", remedy: "Choose a count of taps inside the range")
    }
  }

  /// Checks that a count of taps is odd, for a reason.
  static func require(oddTaps count: Int, because reason: String) throws(DesignError) {
    guard count % 2 == 1 else {
      throw DesignError(
        .inconsistent, parameter: "taps", value: "\(count)", problem: "is even: \(reason)",
        remedy: "Choose \(count - 1) or \(count + 1)")
    }
  }

  /// Checks that frequencies are finite, from 0 to half the sample rate, and rising, or at least not falling.
  static func require(
    edges: [Frequency], sampleRate: Double, parameter: String, inside: Bool = false, strictly: Bool = true
  ) throws(DesignError) {
    try require(sampleRate: sampleRate)
    guard !edges.isEmpty else {
      throw DesignError(
        .inconsistent, parameter: parameter, value: "[]", problem: "is empty", remedy: "Give the edges in hertz")
    }
    for (index, edge) in edges.enumerated() {
      if inside {
        try require(frequency: edge, below: sampleRate, parameter: parameter)
      } else {
        try require(edge.hertz, in: 0...(sampleRate / 2), parameter: parameter, unit: "Hz")
      }
      if index > 0, edge < edges[index - 1] || (strictly && edge == edges[index - 1]) {
        throw DesignError(
          .inconsistent, parameter: parameter, value: shortest(edge.hertz) + " Hz",
          problem: "does not rise above \(shortest(edges[index - 1].hertz)) Hz before it",
          remedy: "Give the frequencies in rising order")
      }
    }
  }

  /// Checks a list of numbers: how many, and that they are finite and not below a limit.
  static func require(
    _ values: [Double], count: Int, from low: Double = -.greatestFiniteMagnitude, parameter: String
  ) throws(DesignError) {
    guard values.count == count else {
      throw DesignError(
        .inconsistent, parameter: parameter, value: "\(values.count) numbers",
        problem: "does not fit: \(count) are needed", remedy: "Give \(count) numbers")
    }
    for value in values {
      try require(value, in: low...(.greatestFiniteMagnitude), parameter: parameter)
    }
  }

  /// Checks pairs of band edges and the weight of each band; returns the weights, ones where none are given.
  static func require(
    bands: [Frequency], desiredCount: Int, desired: [Double], weights: [Double]?, sampleRate: Double, strictly: Bool
  ) throws(DesignError) -> [Double] {
    try require(edges: bands, sampleRate: sampleRate, parameter: "bands", strictly: strictly)
    guard bands.count % 2 == 0 else {
      throw DesignError(
        .inconsistent, parameter: "bands", value: "\(bands.count) frequencies",
        problem: "is an odd count: each band has a lower and an upper edge",
        remedy: "Give two frequencies for each band")
    }
    for index in stride(from: 0, to: bands.count, by: 2) where bands[index] == bands[index + 1] {
      throw DesignError(
        .inconsistent, parameter: "bands", value: shortest(bands[index].hertz) + " Hz",
        problem: "is both edges of a band", remedy: "Give a band two different edges")
    }
    try require(desired, count: desiredCount, parameter: "desired")
    let weights = weights ?? [Double](repeating: 1, count: bands.count / 2)
    try require(weights, count: bands.count / 2, from: 0, parameter: "weights")
    return weights
  }
}
