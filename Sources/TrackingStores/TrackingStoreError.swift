internal import MLTBase
public import SystemPackage

/// Forms that `pg_dump` writes and that aren't read.
public enum DumpForm: Hashable, Sendable {
  /// Plain text with a statement for each row (`--inserts`).
  case inserts
  /// An archive for `pg_restore` (`-Fc`, `-Ft`).
  case archive
}

/// Why another tool's store can't be read.
public enum TrackingStoreError: Error, Hashable, Sendable {
  /// Nothing stands at the path.
  case missing(FilePath)
  /// What stands there is no store of the tool's.
  case notAStore(FilePath)
  /// It is a folder within a store, which is read as a whole; with the store's folder.
  case partOfStore(FilePath, store: FilePath)
  /// A dump of a Postgres database that ends before its end.
  case cutDump(FilePath)
  /// A dump of a Postgres database in another form than plain text with `COPY`.
  case foreignDump(FilePath, DumpForm)
  /// Another program has the database locked, and didn't let go of it in time.
  case locked(FilePath)
  /// It can't be read, with why: a lower-case phrase.
  case unreadable(FilePath, reason: String)
}

extension TrackingStoreError: CustomStringConvertible {
  /// A lower-case phrase for messages.
  public var description: String {
    switch self {
    case .missing(let path): "no such file or folder: '\(path.string)'"
    case .notAStore(let path): "'\(path.string)' is no such store"
    case .partOfStore(let path, _): "'\(path.string)' is a part of a store, and none by itself"
    case .cutDump(let path): "the dump '\(path.string)' was cut off"
    case .foreignDump(let path, .inserts): "the dump '\(path.string)' has statements instead of tables"
    case .foreignDump(let path, .archive): "the dump '\(path.string)' is an archive and no plain text"
    case .locked(let path): "'\(path.string)' is locked by another program"
    case .unreadable(let path, let reason): "cannot read '\(path.string)': \(reason)"
    }
  }
}

extension FileStatus {
  /// Learns what stands where a store is to be.
  init(ofStore path: FilePath) throws(TrackingStoreError) {
    let found: FileStatus?
    do throws(SystemCallError) {
      found = try FileStatus(at: path, followingLinks: true)
    } catch {
      throw .unreadable(path, reason: "\(error.errno)")
    }
    guard let found else { throw .missing(path) }
    self = found
  }
}
