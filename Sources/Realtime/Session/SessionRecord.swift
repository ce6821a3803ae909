import AudioCore
import AudioGraph

// The file of a session: eight bytes of magic, then records of little-endian 32-bit words.
//
//     type, count of payload words, check of these two | payload | hash of payload and type (2 words)
//
// The check and the hash change with any bit that changes, so that damage is found where it is. Records come in this order: one header;
// then notes and blocks as they happened, a note before the block that found it, and of a block what it found, its input and its output; one
// end. A file without an end was cut short, by a crash say, and can be replayed as far as it goes.

/// What a record holds.
enum SessionRecordKind: UInt32, CaseIterable {
  /// A `SessionHeader` as a tree.
  case header = 1
  /// A block of the graph's input, written before the graph sees it: position (2), frames, flags, samples channel by channel.
  case input = 2
  /// What became of the block: position (2), frames that came out, their hash (2), replaced input samples so far (2), overflows so far
  /// (2).
  case output = 3
  /// A change of a parameter, a swap, or what else happened, as a tree.
  case note = 4
  /// A `SessionEnd` as a tree.
  case end = 5
  /// What the worker found before the block whose input follows, for each list of changes: the graph's number, the stage's, or all bits
  /// set for swaps, and the list's (2). Several follow one another where there are many.
  case found = 6
}

enum SessionFormat {
  /// "SWLTSES" and the version of the form. Version 1 had neither swaps nor the latency that was held.
  static let magic: [UInt8] = Array("SWLTSES".utf8) + [2]
  /// Words before and behind a payload.
  static let headWords = 3
  static let tailWords = 2
  /// The input was not run through the graph, after a fault: it is silent, or it passed by.
  static let flagSilenced: UInt32 = 1
  /// A graph that was coming or waiting took the place of one that had been given up, before the block.
  static let flagTakesOver: UInt32 = 2
  /// Words of an input's payload before its samples, and of an output's.
  static let inputWords = 4
  static let outputWords = 9
  /// Words of each list that was found, how many one record has at most, and the number that swaps have for a stage.
  static let listWords = 4
  static let listsPerRecord = 128
  static let stageOfSwaps = UInt32.max

  static func check(_ type: UInt32, _ count: UInt32) -> UInt32 { ~(type ^ (count << 8 | count >> 24)) }
}

/// A 64-bit hash of 32-bit words. Every step is a bijection, so that a change within one pair of words is never missed.
struct SessionHash {
  private(set) var value: UInt64

  init(seed: UInt64) { value = seed ^ 0x9E37_79B9_7F4A_7C15 }

  mutating func add(_ pair: UInt64) {
    value = (value ^ pair) &* 0xD6E8_FEB8_6659_FD93
    value ^= value >> 32
  }

  /// Adds words two at a time, a last one by itself.
  mutating func add(_ words: UnsafePointer<UInt32>, count: Int) {
    var index = 0
    while index + 1 < count {
      // SAFETY: both words lie inside the memory that the caller lends.
      add(UInt64(words[index]) | UInt64(words[index + 1]) << 32)
      index += 2
    }
    if index < count { add(UInt64(words[index])) }
  }
}

/// What a session was: everything that has to be the same for its bits to come out again.
struct SessionHeader: Codable {
  var graph: GraphDocument
  var input: StreamFormat
  var output: StreamFormat
  var maximumFrames: Int
  /// Frames by which the output was held to lag.
  var latencyFrames: Int
  var precision: Precision
  var mode: KernelMode
  /// Whether every stage could be changed, not only the live ones.
  var changesAll: Bool
  var passesByAfterFaults: Bool
  /// The kernels: levels differ in the last bits.
  var kernels: String
  /// The effects in each stage that can change.
  var parts: [[String]]
}

/// How a session ended.
struct SessionEnd: Codable {
  var blocks: Int
  var frames: Int
  /// The first frame that was lost because storage could not keep up; nothing was logged from there on.
  var hole: Int?
  /// What the engine had to say at the end, in words.
  var state: String
}

/// Something that happened.
enum SessionNote: Codable {
  case change(StageNote)
  case swap(SwapNote)
  /// The output was muted or let be heard again, which the graph does not know of. The frame is about when.
  case mute(Bool, frame: Int)

  private enum Keys: String, CodingKey { case change, swap, mute, frame }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Keys.self)
    switch self {
    case .change(let note): try container.encode(note, forKey: .change)
    case .swap(let note): try container.encode(note, forKey: .swap)
    case .mute(let isOn, let frame):
      try container.encode(isOn, forKey: .mute)
      try container.encode(frame, forKey: .frame)
    }
  }

  init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Keys.self)
    if container.contains(.change) {
      self = .change(try container.decode(StageNote.self, forKey: .change))
    } else if container.contains(.swap) {
      self = .swap(try container.decode(SwapNote.self, forKey: .swap))
    } else {
      self = .mute(
        try container.decode(Bool.self, forKey: .mute), frame: try container.decode(Int.self, forKey: .frame))
    }
  }
}
