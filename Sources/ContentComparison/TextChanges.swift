internal import MLTBase

/// A line of a hunk.
public struct HunkLine: Hashable, Sendable {
  /// Where a line stands.
  public enum Kind: String, Hashable, Sendable {
    /// In both texts.
    case same = " "
    /// Only in the later one.
    case added = "+"
    /// Only in the earlier one.
    case removed = "-"
  }

  /// Where it stands.
  public var kind: Kind
  /// The line without its end; bytes that aren't text are replaced.
  public var text: String
}

/// Lines that differ, with a few of those around them.
public struct TextHunk: Hashable, Sendable {
  /// The first line in the earlier text, counted from 1; 0 if none of its lines is here and the hunk is at the start.
  public var firstBefore: Int
  /// How many of its lines are here.
  public var countBefore: Int
  /// The first line in the later text.
  public var firstAfter: Int
  /// How many of its lines are here.
  public var countAfter: Int
  /// The function, class or section that the first changed line is in, as its first line has it; nil if in none.
  public var section: String?
  /// The lines in order.
  public var lines: [HunkLine]

  /// The line that a unified difference begins a hunk with.
  public var header: String {
    let range = { (first: Int, count: Int) in count == 1 ? "\(first)" : "\(first),\(count)" }
    return "@@ -\(range(firstBefore, countBefore)) +\(range(firstAfter, countAfter)) @@"
      + (section.map { " \($0)" } ?? "")
  }
}

/// How two texts differ, line by line.
public struct TextChanges: Hashable, Sendable {
  /// How many lines are only in the later text.
  public var addedLines = 0
  /// How many are only in the earlier one.
  public var removedLines = 0
  /// Where they differ: all places, or as many as the limits allow.
  public var hunks: [TextHunk] = []
  /// How many places there are.
  public var hunkCount = 0
  /// Functions, classes and sections in which lines differ, in the order of the text.
  public var sections: [String] = []
  /// Whether the texts are code of a known language and differ in comments, blank lines and layout only: nothing else is
  /// done by the later one.
  public var isWithoutEffect = false
  /// Whether both have the same lines in another order.
  public var isReordered = false
  /// Whether only blanks and line ends differ.
  public var isOnlyBlanks = false
  /// What the language is called; nil if it isn't known.
  public var language: String?

  /// The difference as other tools print it, without the lines that name the files.
  public var unified: String {
    hunks.map { hunk in
      ([hunk.header] + hunk.lines.map { $0.kind.rawValue + $0.text }).joined(separator: "\n") + "\n"
    }.joined()
  }

  var json: JSON {
    var object: JSONObject = [
      "added": .int(Int64(addedLines)), "removed": .int(Int64(removedLines)), "hunkCount": .int(Int64(hunkCount)),
      "sections": .array(sections.map { .string($0) }), "withoutEffect": .bool(isWithoutEffect),
      "reordered": .bool(isReordered), "onlyBlanks": .bool(isOnlyBlanks), "unified": .string(unified),
    ]
    object["language"] = language.map { .string($0) }
    return .object(object)
  }
}
