/// What a processor may know about the block it is given. Valid for the length of the call.
///
/// Parameters are not in it: a runner cuts blocks where a change begins and lets the processor adopt the new design there.
public struct ProcessContext: ~Copyable {
  /// Frames since the stream began, at the processor's input rate.
  public let position: Int64
  /// Beats a minute, where the host has a tempo.
  public let tempo: Double?

  public init(position: Int64, tempo: Double? = nil) {
    self.position = position
    self.tempo = tempo
  }
}
