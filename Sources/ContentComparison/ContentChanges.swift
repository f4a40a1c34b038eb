public import MLTBase

/// How a content differs from an earlier version of it.
public struct ContentChanges: Hashable, Sendable {
  /// What both were understood as; the later one's format where they differ.
  public var format: ContentFormat
  /// What the earlier is like.
  public var before: ContentProfile
  /// What the later is like.
  public var after: ContentProfile
  /// Whether the bytes are the same.
  public var isSame: Bool
  /// What is worth saying, in lower-case phrases, the weightiest first; empty if the bytes are the same.
  public var headlines: [String]
  /// How they differ as tables, if both are.
  public var table: TableChanges?
  /// How they differ line by line, if both are text, or notebooks, of which the code is compared.
  public var text: TextChanges?
  /// Values that differ, of JSON texts and NumPy's arrays: all, or as many as the limits allow.
  public var values: [ValueChange] = []
  /// How many values differ.
  public var valueCount: Int?
  /// How they differ as pictures, if both are.
  public var image: ImageChanges?

  /// Compares two contents.
  ///
  /// - Parameters:
  ///   - before: the earlier content.
  ///   - after: the later.
  ///   - name: the file's name, of which the ending tells the format.
  ///   - areKnownToDiffer: whether that the bytes aren't the same is known already, and needn't be found out by reading
  ///     both: all of them, at the worst.
  ///   - limits: how much is read.
  /// - Throws: what a source throws. Bytes that aren't of the format that they should have are compared as text, or by
  ///   their size.
  public init(
    from before: some RandomAccessBytes, to after: some RandomAccessBytes, name: String,
    areKnownToDiffer: Bool = false, limits: ContentLimits = ContentLimits()
  ) throws {
    let (mine, yours) = (try OpenContent(before, name: name), try OpenContent(after, name: name))
    self.before = try ProfileBuilder(content: mine, limits: limits).profile()
    self.after = try ProfileBuilder(content: yours, limits: limits).profile()
    format = self.after.format
    isSame = try !areKnownToDiffer && SameBytes.check(before, after)
    headlines = []
    guard !isSame else { return }
    var found = ProfileComparison.compare(self.before, self.after)
    if self.before.format == self.after.format {
      let difference = FormatDifference(
        before: (mine, self.before), after: (yours, self.after), name: name, limits: limits)
      try difference.find(&self, &found)
    }
    // That there is nothing any more says all: no rows, no columns and no keys follow from it.
    if self.before.size == 0 || self.after.size == 0 { found = Array(found.prefix(1)) }
    if found.isEmpty { found.say(1, ProfileComparison.fallback(self.before, self.after)) }
    headlines = found.texts
  }
}

/// Tells whether two sources have the same bytes.
enum SameBytes {
  static func check(_ left: some RandomAccessBytes, _ right: some RandomAccessBytes) throws -> Bool {
    guard left.size == right.size else { return false }
    let (mine, yours) = (SourceStream(left, 0..<left.size), SourceStream(right, 0..<right.size))
    while let block = try mine.next() {
      guard try yours.next() == block else { return false }
    }
    return true
  }
}
