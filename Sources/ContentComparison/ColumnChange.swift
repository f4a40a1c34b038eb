/// How a column differs between two tables.
public struct ColumnChange: Hashable, Sendable {
  /// The column's name, in the later table unless it is gone there.
  public var name: String
  /// What it was called in the earlier one, if it was renamed.
  public var formerName: String?
  /// What it was like; nil for a new column.
  public var before: ColumnProfile?
  /// What it is like; nil for one that is gone.
  public var after: ColumnProfile?
  /// In how many of the rows that are in both tables its cell differs; nil if rows weren't matched.
  public var changedCells: Int64?
  /// What is worth saying of it, the weightiest first.
  public var phrases: [String] = []
}

/// A cell that differs.
public struct CellChange: Hashable, Sendable {
  /// The row in the later table, counted from 1.
  public var row: Int64
  /// What identifies the row: the key columns' values; nil if rows were matched otherwise.
  public var key: String?
  /// The column.
  public var column: String
  /// What stood there, cut after 80 bytes.
  public var before: String
  /// What stands there.
  public var after: String

  /// Takes the facts.
  public init(row: Int64, key: String?, column: String, before: String, after: String) {
    self.row = row
    self.key = key
    self.column = column
    self.before = before
    self.after = after
  }
}

/// How two tables differ.
public struct TableChanges: Hashable, Sendable {
  /// How rows of one table were found in the other.
  public enum Matching: Hashable, Sendable {
    /// By the values of these columns, which are unique in both.
    case key([String])
    /// As wholes, wherever they stand; those that differ by their place between others.
    case content
    /// By their place alone.
    case position
    /// Not at all: the tables are too large, or have nothing in common.
    case none
  }

  /// How many rows the earlier table has.
  public var rowsBefore: Int64
  /// How many the later has.
  public var rowsAfter: Int64
  /// How rows were matched.
  public var matching = Matching.none
  /// How many rows are only in the later; nil if rows weren't matched.
  public var addedRows: Int64?
  /// How many are only in the earlier.
  public var removedRows: Int64?
  /// How many are in both and differ.
  public var changedRows: Int64?
  /// Whether rows that are in both stand in another order.
  public var isReordered = false
  /// Whether columns that are in both stand in another order.
  public var hasReorderedColumns = false
  /// Columns that differ: new, gone, renamed, or of other values; those with most to say first.
  public var columns: [ColumnChange] = []
  /// Some of the cells that differ.
  public var examples: [CellChange] = []
}
