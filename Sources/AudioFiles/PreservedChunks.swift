import CSndfile

/// What a file holds beside samples and tags: cue points, instrument (loops), broadcast and cart information.
///
/// The bytes are libsndfile's own structures; they travel from a reader to a writer and mean nothing elsewhere.
public struct PreservedChunks: Sendable, Hashable {
  private var cues: [UInt8]?
  private var instrument: [UInt8]?
  private var broadcast: [UInt8]?
  private var cart: [UInt8]?

  /// No chunks.
  public init() {}

  /// Whether there is nothing to keep.
  public var isEmpty: Bool { self == PreservedChunks() }

  package init(from file: SoundFile) {
    cues = Self.get(file, SFC_GET_CUE, SF_CUES.self)
    instrument = Self.get(file, SFC_GET_INSTRUMENT, SF_INSTRUMENT.self)
    broadcast = Self.get(file, SFC_GET_BROADCAST_INFO, SF_BROADCAST_INFO.self)
    cart = Self.get(file, SFC_GET_CART_INFO, SF_CART_INFO.self)
  }

  /// Hands the chunks to a file before its first sample.
  /// - Returns: whether the container has a place for all of them.
  package func write(to file: SoundFile) -> Bool {
    let commands = [
      (SFC_SET_CUE, cues), (SFC_SET_INSTRUMENT, instrument), (SFC_SET_BROADCAST_INFO, broadcast),
      (SFC_SET_CART_INFO, cart),
    ]
    var kept = true
    for case (let command, var bytes?) in commands {
      kept = sf_command(file.pointer, sndfile(command), &bytes, Int32(bytes.count)) != 0 && kept
    }
    return kept
  }

  private static func get<T>(_ file: SoundFile, _ command: Int, _ type: T.Type) -> [UInt8]? {
    var bytes = [UInt8](repeating: 0, count: MemoryLayout<T>.size)
    return sf_command(file.pointer, sndfile(command), &bytes, Int32(bytes.count)) != 0 ? bytes : nil
  }
}
