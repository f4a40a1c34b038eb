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

  /// The numbers of the paths below a folder, by path.
  func numbers(below folder: String) throws -> [Int64] {
    guard let ranges = PathRange.below(folder) else {
      return try db.all("SELECT n, path FROM paths ORDER BY path") { (try $0.int(0), try $0.text(1)) }
        .filter { PathRange.isInWorkTree($0.1) }.map(\.0)
    }
    return try ranges.flatMap { range in
      try db.all(
        "SELECT n FROM paths WHERE path >= ? AND path < ? ORDER BY path", [.text(range.low), .text(range.high)]
      ) { try $0.int(0) }
    }
  }
}
