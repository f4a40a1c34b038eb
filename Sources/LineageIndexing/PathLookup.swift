internal import GRDB
internal import MLTBase

/// Finds the numbers of recorded paths.
struct PathLookup {
  private let db: Database

  init(_ db: Database) {
    self.db = db
  }

  /// The path's number, if it was ever recorded: at most one.
  func numbers(at path: String) throws -> [Int64] {
    try db.all("SELECT n FROM paths WHERE path = ?", [.text(path)]) { try $0.int(0) }
  }

  /// Gives the numbers of the paths below a folder to `body`, by path, until that returns false.
  func eachNumber(below folder: String, _ body: (Int64) throws -> Bool) throws {
    guard let ranges = PathRange.below(folder) else {
      return try db.each("SELECT n, path FROM paths ORDER BY path") { row in
        try !PathRange.isInWorkTree(try row.text(1)) || body(try row.int(0))
      }
    }
    var goesOn = true
    for range in ranges where goesOn {
      try db.each(
        "SELECT n FROM paths WHERE path >= ? AND path < ? ORDER BY path", [.text(range.low), .text(range.high)]
      ) { row in
        goesOn = try body(try row.int(0))
        return goesOn
      }
    }
  }
}
