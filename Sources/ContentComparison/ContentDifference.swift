// ContentComparison says what a content is like, and how two of them differ: by how much, where numbers decide. What
// belongs here: formats, read from bytes that somebody hands in. What doesn't: files, stores, who made what.

/// What a file's bytes were understood as.
public enum ContentFormat: String, Hashable, Sendable, CaseIterable {
  /// One JSON text.
  case json
  /// A JSON text on each line.
  case jsonLines = "json-lines"
  /// Rows of cells, separated by commas, semicolons or tabs.
  case table
  /// One array of NumPy's (`.npy`).
  case array
  /// Several arrays of NumPy's (`.npz`).
  case arrays
  /// Tables in columns, as Apache Parquet keeps them.
  case parquet
  /// A Jupyter notebook.
  case notebook
  /// A picture, PNG or JPEG.
  case image
  /// Lines of text, with numbers in them.
  case text
  /// Anything else.
  case binary
}

/// How two files differ whose bytes aren't the same.
public struct ContentDifference: Hashable, Sendable {
  /// How many differences that aren't numbers are named.
  public static let namedLimit = 20

  /// What both were understood as.
  public var format: ContentFormat
  /// How many numbers were compared.
  public var values = 0
  /// How many of them differ.
  public var differing = 0
  /// The largest difference of two numbers; infinite if one of them is no finite number.
  public var largestAbsolute = 0.0
  /// The largest difference of two numbers, as a part of the larger of the two.
  public var largestRelative = 0.0
  /// The largest difference of two numbers, as a part of the largest of the two and 1.
  public var largestScaled = 0.0
  /// Where the largest difference is, as `metrics.loss` or `row 3, column 'loss'`.
  public var place: String?
  /// The first differences that aren't numbers: other texts, shapes, keys; lower-case phrases.
  public var others: [String] = []
  /// How many differences there are that aren't numbers.
  public var otherCount = 0
  /// Whether both hold the same lines in another order.
  public var isReordered = false
  /// The first byte that differs, counted from 0.
  public var firstByte: Int

  init(_ format: ContentFormat, firstByte: Int) {
    self.format = format
    self.firstByte = firstByte
  }

  /// Whether nothing differs but numbers, and these by no more than `tolerance`.
  ///
  /// The difference of two numbers is taken as a part of the largest of the two and 1: so that a tolerance holds for
  /// large numbers by their digits, and for small ones as it is.
  public func isWithin(_ tolerance: Double) -> Bool {
    format != .binary && otherCount == 0 && largestScaled <= tolerance
  }

  /// Takes two numbers that stand at the same place.
  mutating func compare(_ before: Double, _ after: Double, at place: @autoclosure () -> String) {
    values += 1
    if before == after || (before.isNaN && after.isNaN) { return }
    let absolute = before.isFinite && after.isFinite ? (before - after).magnitude : .infinity
    note(absolute, largest: max(before.magnitude, after.magnitude), at: place())
  }

  /// Takes the difference of two numbers that differ, of which `largest` is the larger one's magnitude.
  mutating func note(_ absolute: Double, largest: Double, at place: @autoclosure () -> String) {
    differing += 1
    let relative = absolute.isFinite && largest.isFinite && largest > 0 ? absolute / largest : .infinity
    let scaled = absolute.isFinite && largest.isFinite ? absolute / max(1, largest) : .infinity
    if scaled > largestScaled || self.place == nil { self.place = place() }
    largestAbsolute = max(largestAbsolute, absolute)
    largestRelative = max(largestRelative, relative)
    largestScaled = max(largestScaled, scaled)
  }

  /// Takes a difference that isn't one of numbers.
  mutating func note(_ other: @autoclosure () -> String) {
    otherCount += 1
    if others.count < Self.namedLimit { others.append(other()) }
  }
}
