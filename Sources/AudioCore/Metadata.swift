/// What travels with a recording beside its samples.
public struct Metadata: Sendable, Hashable, Codable {
  /// The tags that every container of the field knows in one form or another.
  public enum Tag: String, Sendable, Hashable, Codable, CaseIterable {
    case title, copyright, software, artist, comment, date, album, license, trackNumber, genre
  }

  /// Text by tag.
  public var tags: [Tag: String]
  /// The container that the recording came from, such as `wav`; empty when it did not come from a file.
  public var container: String
  /// How its samples were stored, such as `s24`; empty when it did not come from a file.
  public var encoding: String

  public init(tags: [Tag: String] = [:], container: String = "", encoding: String = "") {
    self.tags = tags
    self.container = container
    self.encoding = encoding
  }

  /// The recording's title, when it has one.
  public var title: String? {
    get { tags[.title] }
    set { tags[.title] = newValue }
  }
}
