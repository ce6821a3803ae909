extension String {
  /// The name that this one was most likely meant to be; nil when none is close.
  ///
  /// Close is an edit distance (insertions, deletions, substitutions and swaps of neighbours) of at most a third of the length, or
  /// being the beginning of exactly one name.
  func nearest(in names: [String]) -> String? {
    // Nobody mistypes a name by that much, and the distance costs the product of the lengths.
    guard utf8.count <= 40 else { return nil }
    let mine = nameBytes
    guard !mine.isEmpty else { return nil }
    var limit = max(1, (mine.count + 1) / 3)
    var best: String?
    for name in names {
      let other = name.nameBytes
      guard abs(other.count - mine.count) <= limit else { continue }
      let distance = mine.editDistance(to: other)
      if distance <= limit { (best, limit) = (name, distance - 1) }
    }
    if let best { return best }
    guard mine.count >= 3 else { return nil }
    return names.first { $0.nameBytes.starts(with: mine) }
  }

  /// What two spellings of one name have in common: no `-` and `_`, and ASCII letters in lower case.
  var nameBytes: [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(utf8.count)
    for byte in utf8 where byte != UInt8(ascii: "-") && byte != UInt8(ascii: "_") {
      bytes.append(byte >= UInt8(ascii: "A") && byte <= UInt8(ascii: "Z") ? byte | 0x20 : byte)
    }
    return bytes
  }
}

extension [UInt8] {
  /// The optimal string alignment distance, after Damerau.
  fileprivate func editDistance(to other: [UInt8]) -> Int {
    var beforeLast = [Int](repeating: 0, count: other.count + 1)
    var last = [Int](0...other.count)
    var current = last
    for row in indices {
      current[0] = row + 1
      for column in other.indices {
        let same = self[row] == other[column]
        var cost = Swift.min(last[column] + (same ? 0 : 1), last[column + 1] + 1, current[column] + 1)
        if row > 0, column > 0, self[row] == other[column - 1], self[row - 1] == other[column] {
          cost = Swift.min(cost, beforeLast[column - 1] + 1)
        }
        current[column + 1] = cost
      }
      // The three rows change places, and none is made anew.
      swap(&beforeLast, &last)
      swap(&last, &current)
    }
    return last[other.count]
  }
}
