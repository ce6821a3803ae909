extension String {
  /// The name that this one was most likely meant to be; nil when none is close.
  ///
  /// Close is an edit distance (insertions, deletions, substitutions and swaps of neighbours) of at most a third of the length, or
  /// being the beginning of exactly one name.
  func nearest(in names: [String]) -> String? {
    let mine = Array(Catalog.key(self).utf8)
    // Nobody mistypes a name by that much, and the distance costs the product of the lengths.
    guard !mine.isEmpty, mine.count <= 40 else { return nil }
    var best: (name: String, distance: Int)?
    for name in names {
      let distance = mine.editDistance(to: Array(Catalog.key(name).utf8))
      if distance <= max(1, (mine.count + 1) / 3), distance < best?.distance ?? .max { best = (name, distance) }
    }
    if let best { return best.name }
    guard mine.count >= 3 else { return nil }
    return names.first { Catalog.key($0).utf8.starts(with: mine) }
  }
}

extension [UInt8] {
  /// The optimal string alignment distance, after Damerau.
  fileprivate func editDistance(to other: [UInt8]) -> Int {
    var beforeLast = [Int](repeating: 0, count: other.count + 1)
    var last = Array<Int>(0...other.count)
    for row in indices {
      var current = [row + 1]
      for column in other.indices {
        let same = self[row] == other[column]
        var cost = Swift.min(last[column] + (same ? 0 : 1), last[column + 1] + 1, current[column] + 1)
        if row > 0, column > 0, self[row] == other[column - 1], self[row - 1] == other[column] {
          cost = Swift.min(cost, beforeLast[column - 1] + 1)
        }
        current.append(cost)
      }
      (beforeLast, last) = (last, current)
    }
    return last[other.count]
  }
}
