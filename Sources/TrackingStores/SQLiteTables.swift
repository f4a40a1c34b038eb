internal import FoundationEssentials
internal import GRDB
internal import MLTBase
internal import SystemPackage

/// The tables of an SQLite database, which is only read.
final class SQLiteTables: TableSource {
  private static let patience = 5.0

  private let path: FilePath
  private let queue: DatabaseQueue
  private var known: [String: [String]] = [:]

  /// Opens a database.
  ///
  /// - Throws: ``TrackingStoreError`` if the file isn't there, is no database, or is locked by somebody who writes.
  init(_ path: FilePath) throws(TrackingStoreError) {
    guard try FileStatus(ofStore: path).kind == .regular else { throw .notAStore(path) }
    self.path = path
    var configuration = Configuration()
    configuration.readonly = true
    configuration.foreignKeysEnabled = false
    configuration.busyMode = .timeout(Self.patience)
    do {
      queue = try DatabaseQueue(path: path.string, configuration: configuration)
      known = try queue.unsafeRead { db in
        let names = try String.fetchAll(db, sql: "SELECT name FROM sqlite_master WHERE type = 'table'")
        return try Dictionary(names.map { ($0, try db.columns(in: $0).map(\.name)) }, uniquingKeysWith: { $1 })
      }
    } catch {
      throw Self.failure(error, path)
    }
  }

  func columns(of table: String) -> [String]? { known[table] }

  func each(
    _ table: String, _ columns: [String], where key: (column: String, value: String)?, _ body: ([TableCell]) -> Void
  ) throws(TrackingStoreError) {
    guard let present = known[table] else { return }
    if let key, !present.contains(key.column) { return }
    // Table and columns are names of this program's own; what comes from elsewhere is bound.
    let list = columns.map { present.contains($0) ? "\"\($0)\"" : "NULL" }.joined(separator: ", ")
    var query = "SELECT \(list) FROM \"\(table)\""
    if let key { query += " WHERE \"\(key.column)\" = ?" }
    // As they were written down, which an index needn't follow.
    query += " ORDER BY rowid"
    do {
      try queue.unsafeRead { db in
        let statement = try db.cachedStatement(sql: query)
        let arguments = key.map { StatementArguments([$0.value]) } ?? StatementArguments()
        let rows = try Row.fetchCursor(statement, arguments: arguments)
        while let row = try rows.next() { body((0..<columns.count).map { Self.cell(row[$0]) }) }
      }
    } catch {
      throw Self.failure(error, path)
    }
  }

  private static func cell(_ value: DatabaseValue) -> TableCell {
    switch value.storage {
    case .null: .null
    case .int64(let value): .int(value)
    case .double(let value): .real(value)
    case .string(let value): .text(value)
    case .blob(let data): .bytes(Array(data))
    }
  }

  private static func failure(_ error: any Error, _ path: FilePath) -> TrackingStoreError {
    guard let error = error as? DatabaseError else { return .unreadable(path, reason: "\(type(of: error))") }
    return switch error.resultCode {
    case .SQLITE_BUSY, .SQLITE_LOCKED: .locked(path)
    case .SQLITE_NOTADB: .notAStore(path)
    default: .unreadable(path, reason: error.message ?? "\(error.resultCode)")
    }
  }
}
