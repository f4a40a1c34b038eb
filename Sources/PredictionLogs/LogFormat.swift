/// How the rows of a log are written.
public enum LogFormat: Hashable, Sendable {
  /// A table: names in the first row, fields apart by one byte, quoted as RFC 4180 says.
  case table(delimiter: UInt8)
  /// JSON Lines: an object a line.
  case jsonLines
}

/// What a log's first bytes can't be taken for, or lack.
public enum LayoutProblem: Error, Hashable, Sendable {
  /// The file is binary.
  case binary
  /// The text is UTF-16.
  case utf16
  /// The whole file is one JSON array, which can't be read row by row.
  case jsonArray
  /// The first row is longer than any row may be.
  case longRow
  /// There is no such column; with those that there are.
  case missingColumn(String, columns: [String])
  /// No column looks like a key; with those that there are.
  case noKey(columns: [String])
}

extension LayoutProblem: CustomStringConvertible {
  /// A lower-case phrase for messages.
  public var description: String {
    switch self {
    case .binary: "it is binary"
    case .utf16: "it is UTF-16"
    case .jsonArray: "it is one JSON array"
    case .longRow: "its first row has more than \(RowSplitter.limit >> 20) MiB"
    case .missingColumn(let name, _): "it has no column '\(name)'"
    case .noKey: "no column looks like a key"
    }
  }
}

/// A log that can't be read, or whose key index can't.
public enum LogError: Error, Hashable, Sendable {
  /// The gzip data are damaged.
  case damagedGzip
  /// The gzip data end before they should.
  case truncatedGzip
  /// There are more rows than a key index can number.
  case tooManyRows
  /// The log has more bytes than a key index can point into.
  case tooLarge
  /// The log doesn't have the column that its keys are to be in.
  case missingColumn(String)
  /// The log is read in a way that this version doesn't know.
  case unknownLayout
  /// A key index isn't whole.
  case damagedIndex
}

extension LogError: CustomStringConvertible {
  /// A lower-case phrase for messages.
  public var description: String {
    switch self {
    case .damagedGzip: "the gzip data are damaged"
    case .truncatedGzip: "the gzip data end too early"
    case .tooManyRows: "there are more than \(UInt32.max) rows"
    case .tooLarge: "there are more than 256 TiB"
    case .missingColumn(let name): "there is no column '\(name)'"
    case .unknownLayout: "a newer mlt has logged it"
    case .damagedIndex: "the key index is damaged"
    }
  }
}
