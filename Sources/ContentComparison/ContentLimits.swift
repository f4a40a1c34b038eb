/// How much of a content is looked at.
public struct ContentLimits: Hashable, Sendable {
  /// The most bytes that are read of a content; of a longer one a sample of as many is taken.
  public var bytes: Int64
  /// The most columns that are told apart.
  public var columns: Int
  /// The most cells, of both tables together, that are kept to match rows; larger tables are compared as wholes.
  public var cells: Int
  /// The most lines of each text that are matched line by line.
  public var lines: Int
  /// How many examples of changed cells, paths or hunks are given.
  public var examples: Int

  /// Takes the limits.
  public init(
    bytes: Int64 = 256 << 20, columns: Int = 1000, cells: Int = 24_000_000, lines: Int = 200_000, examples: Int = 10
  ) {
    self.bytes = bytes
    self.columns = columns
    self.cells = cells
    self.lines = lines
    self.examples = examples
  }
}
