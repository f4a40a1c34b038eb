/// Tables of rows, from a database or from a dump of one.
///
/// What a table has is found out by looking, since each version of a tool has other columns.
protocol TableSource: AnyObject {
  /// The names of a table's columns; nil if there is no such table.
  func columns(of table: String) -> [String]?

  /// Gives each row, with a cell for each of the asked columns, to `body`; a column that there isn't is null.
  ///
  /// - Parameters:
  ///   - table: the table; one that there isn't has no rows.
  ///   - columns: the columns.
  ///   - key: a column and the text that it must hold; nil for all rows.
  func each(
    _ table: String, _ columns: [String], where key: (column: String, value: String)?, _ body: ([TableCell]) -> Void
  ) throws(TrackingStoreError)
}

extension TableSource {
  /// All rows of a table.
  func rows(
    _ table: String, _ columns: [String], where key: (column: String, value: String)? = nil
  ) throws(TrackingStoreError) -> [[TableCell]] {
    var rows: [[TableCell]] = []
    try each(table, columns, where: key) { rows.append($0) }
    return rows
  }

  /// The values by name of a table with a column for each, as tags and parameters are kept.
  func values(
    _ table: String, _ name: String, _ value: String, where key: (column: String, value: String)
  ) throws(TrackingStoreError) -> [String: String] {
    var values: [String: String] = [:]
    try each(table, [name, value], where: key) { cells in
      if let name = cells[0].text { values[name] = cells[1].text ?? "" }
    }
    return values
  }
}
