internal import GitAccess
internal import Journaling
internal import MLTBase
internal import ObjectStorage
public import SystemPackage

/// What making a workspace found and did.
public struct InitializeReport: Sendable {
  /// The `.mlt` folder.
  public let folder: FilePath
  /// Whether it was there before.
  public let existed: Bool
  /// Whether the work tree belongs to a git repository.
  public let hasGit: Bool
  /// Why git won't merge lock files path by path in this clone, if it won't.
  public var mergeDriverFailure: (any Error)?
}

extension Workspace {
  /// Makes a `.mlt` at the git work tree's root, or in the context's directory where there is no git.
  ///
  /// An existing one is left as it is. Git is told how to merge lock files in this clone.
  ///
  /// - Throws: ``WorkspaceError/bareRepository(_:)`` in a bare repository; what the file system says otherwise.
  public static func initialize(_ context: ProcessContext) throws -> InitializeReport {
    let place = try locate(context)
    var report = try makeFolder(place, context)
    if let repository = place.repository {
      do {
        try registerMergeDriver(in: repository)
      } catch {
        report.mergeDriverFailure = error
      }
    }
    return report
  }

  static func makeFolder(_ place: Place, _ context: ProcessContext) throws -> InitializeReport {
    if let folder = place.folder {
      try RepositoryFormat.check(in: folder)
      return InitializeReport(folder: folder, existed: true, hasGit: place.repository != nil)
    }
    let root = place.repository?.mainWorkTree ?? place.root
    let folder = root.appending(folderName)
    // Built beside its place and renamed into it, so that no half-made one is ever met.
    let unfinished = root.appending(".mlt-init-" + Hex.encode(FileOperations.randomBytes(6)))
    try FileOperations.createFolder(unfinished)
    do {
      try FileOperations.replace(unfinished.appending(".gitignore"), with: Array("*\n".utf8))
      try ObjectStore.create(in: unfinished)
      try FileOperations.createFolder(unfinished.appending("tmp"))
      try Journal.create(in: unfinished, host: context.host)
      try RepositoryFormat.write(in: unfinished)
      try FileOperations.rename(unfinished, to: folder)
    } catch {
      try? FileOperations.removeTree(unfinished)  // the failure that matters is already being reported
      // Somebody else may have been faster.
      guard try FileStatus(at: folder)?.kind == .directory else { throw error }
      try RepositoryFormat.check(in: folder)
      return InitializeReport(folder: folder, existed: true, hasGit: place.repository != nil)
    }
    try FileOperations.synchronizeFolder(root)
    return InitializeReport(folder: folder, existed: false, hasGit: place.repository != nil)
  }
}
