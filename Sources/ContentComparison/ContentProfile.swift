public import MLTBase

/// What a content is like: its format, and for tables what stands in their columns.
public struct ContentProfile: Hashable, Sendable {
  /// How much of a content was looked at, where that wasn't all of it.
  public struct Sample: Hashable, Sendable {
    /// How many of its bytes were read.
    public var bytes: Int64
    /// How many rows they held.
    public var rows: Int64
    /// Whether they were spread over the content; false if they are its beginning.
    public var isSpread: Bool
  }

  /// What the bytes were understood as.
  public var format: ContentFormat
  /// How text is written; nil for what isn't text.
  public var encoding: TextEncoding?
  /// Whether the bytes are a gzip file with all this in it.
  public var isGzipped = false
  /// The number of bytes.
  public var size: Int64
  /// How many rows there are, in tables: without the header, and estimated if ``sample`` is there.
  public var rows: Int64?
  /// How many lines there are, in texts that are no tables; estimated if ``sample`` is there.
  public var lines: Int64?
  /// The columns of a table; the arrays of NumPy's files; the values of a JSON text by their path.
  public var columns: [ColumnProfile] = []
  /// Whether there are more columns than were looked at (``ContentLimits/columns``).
  public var hasMoreColumns = false
  /// The shape of an array, or width and height of a picture.
  public var shape: [Int64]?
  /// How much was looked at; nil if it was all.
  public var sample: Sample?
  /// What is worth knowing of how it was read, such as why it isn't what its name says.
  public var remark: String?

  /// Makes a profile of a content.
  ///
  /// Reads it once, piece by piece; of more than ``ContentLimits/bytes`` a sample.
  /// - Parameters:
  ///   - source: the bytes.
  ///   - name: the file's name, of which the ending tells the format.
  ///   - limits: how much is read.
  /// - Throws: what `source` throws. Bytes of no known format make a profile with nothing but a size.
  public init(of source: some RandomAccessBytes, name: String, limits: ContentLimits = ContentLimits()) throws {
    self = try ProfileBuilder(content: OpenContent(source, name: name), limits: limits).profile()
  }

  init(format: ContentFormat, size: Int64) {
    self.format = format
    self.size = size
  }

  /// The column of a name; nil if there is none.
  public func column(_ name: String) -> ColumnProfile? {
    columns.first { $0.name == name }
  }
}
