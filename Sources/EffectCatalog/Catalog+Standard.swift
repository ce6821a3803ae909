extension Catalog {
  /// The effects that Swiftlet brings: one line an effect.
  public static let standard = Catalog([])
}
