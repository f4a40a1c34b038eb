internal import MLTBase
public import SystemPackage

/// Why another tool's store can't be read.
public enum TrackingStoreError: Error, Hashable, Sendable {
  /// Nothing stands at the path.
  case missing(FilePath)
  /// What stands there is no store of the tool's.
  case notAStore(FilePath)
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
