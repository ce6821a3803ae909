import AudioCore

/// Taps as they are, or the name of a file that holds them.
public struct TapList: Sendable, Hashable {
  /// Where they came from, or are to come from; nil for taps without a file.
  public let path: String?
  /// The taps; nil while the file has not been read.
  public let numbers: [Double]?

  private init(path: String?, numbers: [Double]?) {
    self.path = path
    self.numbers = numbers
  }

  /// Taps without a file.
  public static func numbers(_ taps: [Double]) -> TapList { TapList(path: nil, numbers: taps) }

  /// Taps in a file that is yet to be read, or whose content is given.
  public static func file(_ path: String, _ taps: [Double]? = nil) -> TapList { TapList(path: path, numbers: taps) }

  /// The taps.
  /// - Throws: `DesignError` when the file has not been read.
  func loaded() throws(DesignError) -> [Double] {
    guard let numbers else { throw .notLoaded(path ?? "", parameter: "file") }
    return numbers
  }

  /// The numbers in a text: JSON, either a list or an object with a list named `taps`, or numbers between spaces, commas and line
  /// ends, with `#` before remarks.
  ///
  /// - Throws: `ResourceError` that names the path and the line.
  public static func parse(_ text: String, path: String) throws(ResourceError) -> [Double] {
    var taps: [Double] = []
    let isJSON = text.first { !$0.isWhitespace }.map { $0 == "[" || $0 == "{" } ?? false
    let body = isJSON ? try list(in: text, path: path) : text[...]
    for (index, line) in body.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
      let content = isJSON ? line : line.prefix { $0 != "#" }
      for word in content.split(whereSeparator: { $0 == " " || $0 == "\t" || $0 == "," || $0 == ";" }) {
        guard let number = Double(word), number.isFinite else {
          throw ResourceError(
            "\(path): \"\(word.prefix(40))\" in line \(index + 1) is not a finite number",
            remedy: "Give one number a line, or a list of numbers in JSON")
        }
        taps.append(number)
      }
    }
    guard !taps.isEmpty else {
      throw ResourceError("\(path) holds no taps", remedy: "Give one number a line, or a list of numbers in JSON")
    }
    return taps
  }

  /// What stands between the brackets of the list.
  private static func list(in text: String, path: String) throws(ResourceError) -> Substring {
    var start = text.startIndex
    if text.first(where: { !$0.isWhitespace }) == "{" {
      guard let key = text.ranges(of: "\"taps\"").first else {
        throw ResourceError("\(path) has no list named \"taps\"", remedy: "Write {\"taps\": [0.5, 0.5]}")
      }
      start = key.upperBound
    }
    guard let open = text[start...].firstIndex(of: "["), let close = text[open...].firstIndex(of: "]") else {
      throw ResourceError("\(path) ends before its list does", remedy: "Write the taps as [0.5, 0.5]")
    }
    return text[text.index(after: open)..<close]
  }
}

extension TapList: Codable {
  private enum Keys: String, CodingKey { case path, taps }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Keys.self)
    path = try container.decodeIfPresent(String.self, forKey: .path)
    numbers = try container.decodeIfPresent([Double].self, forKey: .taps)
    guard path != nil || numbers != nil else {
      throw DecodingError.dataCorruptedError(forKey: .taps, in: container, debugDescription: "neither taps nor a path")
    }
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Keys.self)
    try container.encodeIfPresent(path, forKey: .path)
    try container.encodeIfPresent(numbers, forKey: .taps)
  }
}
