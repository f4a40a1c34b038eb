internal import FoundationEssentials
internal import GRDB
internal import MLTBase

// GRDB takes and gives bytes as `Data`, which is all that is wanted of Foundation here.
extension DatabaseValue {
  static func blob(_ bytes: [UInt8]) -> DatabaseValue { Data(bytes).databaseValue }
  static func id(_ id: ContentID) -> DatabaseValue { id.withUnsafeBytes { Data($0) }.databaseValue }
  static func id(_ id: ContentID?) -> DatabaseValue { id.map { .id($0) } ?? .null }
  static func id(_ id: RunID) -> DatabaseValue { .blob(id.bytes) }
  static func int(_ value: Int64) -> DatabaseValue { value.databaseValue }
  static func int(_ value: Int64?) -> DatabaseValue { value?.databaseValue ?? .null }
  static func flag(_ value: Bool) -> DatabaseValue { (value ? 1 as Int64 : 0).databaseValue }
  static func text(_ value: String?) -> DatabaseValue { value.map { .text($0) } ?? .null }
  // SQLite's texts end at a zero; one within a text is shown as Unicode shows what it can't.
  static func text(_ value: String) -> DatabaseValue {
    value.utf8.contains(0)
      ? String(String.UnicodeScalarView(value.unicodeScalars.map { $0.value == 0 ? "\u{FFFD}" : $0 })).databaseValue
      : value.databaseValue
  }
  static func time(_ value: Timestamp) -> DatabaseValue { value.microseconds.databaseValue }
  // NaN has no place in SQLite; it is stored as NULL.
  static func real(_ value: Double) -> DatabaseValue { value.isNaN ? .null : value.databaseValue }
}

/// A row whose columns are taken by position; a value of another kind than asked for means a damaged file.
struct Columns {
  let row: Row

  private func damaged() -> DatabaseError {
    DatabaseError(resultCode: .SQLITE_CORRUPT, message: "row is not what the schema says")
  }

  private func storage(_ index: Int) -> DatabaseValue.Storage { (row[index] as DatabaseValue).storage }

  func optionalInt(_ index: Int) throws -> Int64? {
    switch storage(index) {
    case .int64(let value): value
    case .null: nil
    default: throw damaged()
    }
  }

  func int(_ index: Int) throws -> Int64 {
    guard let value = try optionalInt(index) else { throw damaged() }
    return value
  }

  func flag(_ index: Int) throws -> Bool { try int(index) != 0 }

  func time(_ index: Int) throws -> Timestamp { Timestamp(microseconds: try int(index)) }

  func optionalTime(_ index: Int) throws -> Timestamp? {
    try optionalInt(index).map { Timestamp(microseconds: $0) }
  }

  func optionalText(_ index: Int) throws -> String? {
    switch storage(index) {
    case .string(let value): value
    case .null: nil
    default: throw damaged()
    }
  }

  func text(_ index: Int) throws -> String {
    guard let value = try optionalText(index) else { throw damaged() }
    return value
  }

  func real(_ index: Int) throws -> Double {
    switch storage(index) {
    case .double(let value): value
    case .int64(let value): Double(value)
    case .null: .nan
    default: throw damaged()
    }
  }

  func bytes(_ index: Int) throws -> [UInt8]? {
    switch storage(index) {
    case .blob(let data): Array(data)
    case .null: nil
    default: throw damaged()
    }
  }

  func optionalContent(_ index: Int) throws -> ContentID? {
    guard let bytes = try bytes(index) else { return nil }
    guard let id = ContentID(bytes: bytes) else { throw damaged() }
    return id
  }

  func content(_ index: Int) throws -> ContentID {
    guard let id = try optionalContent(index) else { throw damaged() }
    return id
  }

  func optionalRun(_ index: Int) throws -> RunID? {
    guard let bytes = try bytes(index) else { return nil }
    guard let id = RunID(bytes: bytes) else { throw damaged() }
    return id
  }

  func run(_ index: Int) throws -> RunID {
    guard let id = try optionalRun(index) else { throw damaged() }
    return id
  }

  func json(_ index: Int) throws -> JSON {
    guard let value = try? JSON(parsing: try text(index)) else { throw damaged() }
    return value
  }

  /// Makes a value of what a stored number or text stands for; nil means a damaged file.
  func known<Value>(_ value: Value?) throws -> Value {
    guard let value else { throw damaged() }
    return value
  }
}

extension Statement {
  /// Runs a statement that gives no rows.
  func run(_ values: [DatabaseValue]) throws {
    setUncheckedArguments(StatementArguments(values))
    try execute()
  }
}

extension Database {
  /// Runs a statement that gives no rows, prepared once.
  func run(_ sql: String, _ values: [DatabaseValue] = []) throws {
    try cachedStatement(sql: sql).run(values)
  }

  /// Makes something of each row of a query that is prepared once.
  func all<Value>(_ sql: String, _ values: [DatabaseValue] = [], _ make: (Columns) throws -> Value) throws -> [Value] {
    var all: [Value] = []
    try each(sql, values) {
      all.append(try make($0))
      return true
    }
    return all
  }

  /// Makes something of the first row of a query that is prepared once.
  func first<Value>(
    _ sql: String, _ values: [DatabaseValue] = [], _ make: (Columns) throws -> Value
  ) throws -> Value? {
    var first: Value?
    try each(sql, values) {
      first = try make($0)
      return false
    }
    return first
  }

  /// Gives each row of a query that is prepared once to `body`, until that returns false.
  func each(_ sql: String, _ values: [DatabaseValue] = [], _ body: (Columns) throws -> Bool) throws {
    let rows = try Row.fetchCursor(try cachedStatement(sql: sql), arguments: StatementArguments(values))
    while let row = try rows.next(), try body(Columns(row: row)) {}
  }
}
