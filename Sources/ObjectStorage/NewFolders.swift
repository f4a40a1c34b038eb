internal import MLTBase
internal import SystemPackage

/// Folders that are filled under temporary names, and get their own when that is over.
///
/// What is in them needs no temporary names then: whoever is killed leaves no half of a file where a whole one belongs,
/// and making a file and renaming it takes twice as long as making it.
final class NewFolders {
  private var folders: [(temporary: FilePath, path: FilePath)] = []
  private var tidied: Set<FilePath> = []

  /// Makes a folder that is to come to `path`, where no folder is.
  ///
  /// - Returns: where it is until then.
  func make(_ path: FilePath) throws(StorageError) -> FilePath {
    let temporary = RestoredFile.temporaryPath(beside: path)
    try stored { () throws(SystemCallError) in try FileOperations.createFolder(temporary) }
    folders.append((temporary, path))
    removeStale(beside: temporary)
    return temporary
  }

  /// Gives all folders their names.
  func put() throws(StorageError) {
    var failure: StorageError?
    for (temporary, path) in folders {
      do throws(SystemCallError) {
        try Self.put(temporary, at: path)
      } catch {
        // Something came there meanwhile that isn't to be overwritten.
        failure = failure ?? (error.errno == .directoryNotEmpty ? .folderInTheWay(path) : .system(error))
        do { try FileOperations.removeTree(temporary) } catch {}  // that is what matters
      }
    }
    folders = []
    if let failure { throw failure }
  }

  // A folder takes a file's place when all that is to be in it is there.
  private static func put(_ temporary: FilePath, at path: FilePath) throws(SystemCallError) {
    do throws(SystemCallError) {
      try FileOperations.rename(temporary, to: path)
    } catch {
      guard error.errno == .notDirectory else { throw error }
      try FileOperations.remove(path)
      try FileOperations.rename(temporary, to: path)
    }
  }

  // What killed processes left: folders in which nothing was made for a day, by the clock of the file system.
  private static let staleAge: Int64 = 24 * 3600 * 1_000_000_000

  private func removeStale(beside temporary: FilePath) {
    let parent = temporary.removingLastComponent()
    guard tidied.insert(parent).inserted, let now = try? FileStatus(at: temporary)?.changed,
      let names = try? FileOperations.nameBytes(in: parent.isEmpty ? "." : parent)
    else { return }
    for name in names where name.starts(with: FileOperations.temporaryPrefix.utf8) {
      guard let component = FilePath(bytes: name)?.lastComponent else { continue }
      let path = parent.appending(component)
      guard let status = try? FileStatus(at: path), status.kind == .directory else { continue }
      let (age, overflow) = now.subtractingReportingOverflow(status.changed)
      // What can't be removed stays, for somebody else to.
      if !overflow, age > Self.staleAge { do { try FileOperations.removeTree(path) } catch {} }
    }
  }
}
