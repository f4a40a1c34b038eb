public import MLTBase
public import SystemPackage

/// What a restored file may take the place of.
public enum Replaceable: Sendable {
  /// Whatever file or link is there.
  case anything
  /// The file or link of this status, or nothing; without one nothing.
  case only(FileStatus?)

  /// Looks at a path at the last moment.
  ///
  /// - Throws: ``StorageError/changedMeanwhile(_:)`` if something else is there; ``StorageError/system(_:)``.
  public func check(_ path: FilePath) throws(StorageError) {
    guard case .only(let expected) = self else { return }
    let present = try stored { () throws(SystemCallError) in try FileStatus(at: path) }
    // Of a folder in the way is told by itself, and what went away was to be replaced.
    if let present, present.kind != .directory, present != expected { throw .changedMeanwhile(path) }
  }
}
