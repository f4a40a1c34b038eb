internal import GRDB
public import Journaling

/// A table of the index that doesn't show what the journal says.
public struct IndexDifference: Hashable, Sendable {
  /// The table's name.
  public var table: String
  /// The number of rows that are missing, too many, or other than they should be; nil if the file can't be read.
  public var rows: Int?

  /// Takes the facts.
  public init(table: String, rows: Int?) {
    self.table = table
    self.rows = rows
  }
}

extension IndexDifference: CustomStringConvertible {
  /// A lower-case phrase for messages.
  public var description: String {
    rows.map { "index table '\(table)' differs from the journal in \($0) row\($0 == 1 ? "" : "s")" }
      ?? "index '\(table)' is damaged"
  }
}

extension LineageIndex {
  /// Compares every row with what an index would hold that is made from the journal now.
  ///
  /// Takes about as long as making the index anew, and as much room on the disk meanwhile.
  ///
  /// - Returns: the tables that differ; none if all is right.
  /// - Throws: ``IndexError``; one that means damage if the file's own structure is broken.
  public func check(_ journal: Journal) throws(IndexError) -> [IndexDifference] {
    try catchUp(journal)
    return try indexing {
      let fresh = try IndexBuilder.buildPrivate(path, journal)
      // Another process may have appended since; both must stand at the same place.
      try catchUpOrStale(journal)
      try fresh.catchUpOrStale(journal)
      return try withDatabase { mine in
        // With what rows are looked up by, which holds values again: listings are answered from there alone.
        if let fault = try String.fetchOne(mine, sql: "PRAGMA integrity_check(1)"), fault != "ok" {
          throw DatabaseError(resultCode: .SQLITE_CORRUPT, message: fault)
        }
        return try fresh.withDatabase { yours in try IndexComparison.differences(mine, yours) }
      }
    }
  }
}
