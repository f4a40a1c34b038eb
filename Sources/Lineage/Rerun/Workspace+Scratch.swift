internal import GitAccess
internal import MLTBase
internal import ObjectStorage
internal import SystemPackage

extension Workspace {
  /// Makes a `.mlt` in a scratch folder, whatever repositories lie around it, and opens it.
  static func makeScratch(_ context: ProcessContext, at root: FilePath, isGit: Bool) throws -> Workspace {
    let repository = isGit ? try GitRepository.discover(from: root) : nil
    let folder = try makeFolder(Place(root: root, folder: nil, repository: repository), context).folder
    // What it reads is stored where it came from.
    try FileOperations.replace(
      folder.appending("config"), with: Array("[capture]\n\tinputLimit = 0\n".utf8), sync: false)
    return Workspace(
      context: context, root: root, folder: folder, repository: repository,
      configuration: try configuration(context, root: root, folder: folder))
  }

  /// Stops if somebody asked for it.
  func checkCancelled() throws {
    if monitor.isCancelled?() == true { throw StorageError.cancelled }
  }
}
