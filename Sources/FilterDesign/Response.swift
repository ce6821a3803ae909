import AudioCore

/// The shape of a filter's response and its edge frequencies.
public enum Response: Sendable, Hashable {
  /// Passes what lies below the cutoff.
  case lowPass(Frequency)
  /// Passes what lies above the cutoff.
  case highPass(Frequency)
  /// Passes what lies between the two edges, the lower one first.
  case bandPass(Frequency, Frequency)
  /// Stops what lies between the two edges, the lower one first.
  case bandStop(Frequency, Frequency)
}
