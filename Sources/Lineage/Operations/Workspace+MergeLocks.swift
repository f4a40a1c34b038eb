internal import GitAccess
internal import MLTBase
internal import ObjectStorage
public import SystemPackage

extension Workspace {
  /// Merges three versions of the lock file, as git gives them to a merge driver, and writes the result over `ours`.
  ///
  /// Where both sides changed a tracked folder, its files are put together too, if nobody has changed the same file; that
  /// needs the folders' listings, of which the store of a workspace around the context's directory is asked.
  ///
  /// - Returns: the paths (``PathText``) at which somebody must choose; both sides stand there between git's marks.
  /// - Throws: ``WorkspaceError/malformedLock(_:_:)``; `SystemCallError` if a file can't be read or written.
  public static func mergeLocks(
    base: FilePath, ours: FilePath, theirs: FilePath, _ context: ProcessContext
  ) throws -> [String] {
    let (old, mine, other) = (try lock(in: base), try lock(in: ours), try lock(in: theirs))
    let merge: LockMerge
    if let workspace = try? Workspace.open(context) {
      merge = try workspace.storing {
        let editor = TreeEditor(try workspace.store, $0)
        return try LockMerge(base: old, ours: mine, theirs: other) { base, ours, theirs in
          do {
            return try editor.merging(base, ours, theirs)
          } catch WorkspaceError.absentContent {
            return nil
          }
        }
      } thenRecord: {
        $0
      }
    } else {
      // Nobody knows what is in folders.
      merge = LockMerge(base: old, ours: mine, theirs: other) { _, _, _ in nil }
    }
    try FileOperations.replace(ours, with: merge.bytes)
    return merge.conflicts.map(\.text)
  }

  // Git gives an empty file for a version that isn't there.
  private static func lock(in file: FilePath) throws -> LockFile {
    guard let bytes = try FileOperations.contents(of: file, limit: largestLock), !bytes.isEmpty else {
      return LockFile()
    }
    return try parseLock(bytes, file)
  }

  private static let driverSettings = [
    ("merge.mlt.name", "mlt.lock, path by path"), ("merge.mlt.driver", "mlt merge-locks %O %A %B"),
  ]
  // For this clone alone, so that nothing has to be committed. Of ignore files both sides' lines are wanted.
  private static let driverAttributes = ["/mlt.lock merge=mlt", ".gitignore merge=union"]

  /// Has git merge lock files with ``mergeLocks(base:ours:theirs:_:)`` in this clone; settings that are there stay.
  static func registerMergeDriver(in repository: GitRepository) throws {
    let settings = repository.commonFolder.appending("config")
    let present = try Configuration(files: [(.local, settings)])
    for (key, value) in driverSettings where try present.string(key) == nil {
      try Configuration.set(key, value, in: settings)
    }
    let attributes = repository.commonFolder.appending("info").appending("attributes")
    var bytes = try FileOperations.contents(of: attributes, limit: 1 << 20) ?? []
    let lines = Set(bytes.split(separator: UInt8(ascii: "\n")).map { Array($0) })
    let missing = driverAttributes.filter { !lines.contains(Array($0.utf8)) }
    if missing.isEmpty { return }
    if let last = bytes.last, last != UInt8(ascii: "\n") { bytes.append(UInt8(ascii: "\n")) }
    for line in missing { bytes += Array("\(line)\n".utf8) }
    try FileOperations.createFolder(attributes.removingLastComponent())
    try FileOperations.replace(attributes, with: bytes)
  }
}
