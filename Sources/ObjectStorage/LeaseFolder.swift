internal import MLTBase
internal import SystemPackage

/// The claims of live processes on objects: `leases/` of the format page.
enum LeaseFolder {
  static let suffix = ".lease"
  private static let lineLength = ContentID.byteCount * 2

  /// The folder of the store with these packs.
  static func path(besides packsFolder: FilePath) -> FilePath {
    packsFolder.removingLastComponent().appending("leases")
  }

  /// Passes every id that is claimed to `body`, and removes the claims of processes that died.
  ///
  /// - Parameters:
  ///   - oldest: claims of dead processes that were last added to before this time count no more.
  ///   - removing: whether to remove those.
  static func forEachClaim(
    besides packsFolder: FilePath, notBefore oldest: Int64, removing: Bool,
    _ body: (ContentID) throws(StorageError) -> Void
  ) throws(StorageError) {
    let folder = path(besides: packsFolder)
    guard try stored({ () throws(SystemCallError) in try FileStatus(at: folder) }) != nil else { return }
    let names = try stored { () throws(SystemCallError) in try FileOperations.names(in: folder) }
    for name in names where name.string.hasSuffix(suffix) {
      let path = folder.appending(name)
      guard let status = try stored({ () throws(SystemCallError) in try FileStatus(at: path) }),
        status.kind == .regular
      else { continue }
      if status.modified < oldest, try endIfDead(path, removing: removing) { continue }
      guard let bytes = try stored({ () throws(SystemCallError) in try FileOperations.contents(of: path) }) else {
        continue  // ended meanwhile: its facts are written, or it has none
      }
      // A line cut short is of an id that its owner doesn't rely on yet.
      for line in bytes.split(separator: 0x0A) where line.count == lineLength {
        guard let id = String(validating: line, as: UTF8.self).flatMap({ ContentID(hex: $0) }) else { continue }
        try body(id)
      }
    }
  }

  // Whether nobody holds the file.
  private static func endIfDead(_ path: FilePath, removing: Bool) throws(StorageError) -> Bool {
    guard let descriptor = try? FileDescriptor.open(path, .readOnly, options: [.closeOnExec]) else { return false }
    defer { try? descriptor.close() }  // nothing was written
    return try stored { () throws(SystemCallError) in
      guard try TemporaryPackFile.lock(descriptor, path), try TemporaryPackFile.isNamed(descriptor, path) else {
        return false
      }
      if removing { try FileOperations.remove(path) }
      return true
    }
  }
}
