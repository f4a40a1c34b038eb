internal import MLTBase
internal import SystemPackage

extension Workspace {
  /// The files inside the work tree that a command line names: most likely, the command reads them.
  ///
  /// - Parameter withFolders: whether folders count, too, but for the root.
  func filesNamed(by request: RunRequest, withFolders: Bool = false) -> Set<String> {
    let directory = request.directory ?? context.directory
    return Set(
      request.command.map { path(of: directory.pushing(FilePath($0))) }.filter { path in
        let status = (try? FileStatus(at: path.filePath(in: root), followingLinks: true)) ?? nil
        let isWanted = status?.kind == .regular || (withFolders && status?.kind == .directory && !path.isRoot)
        return isWanted && !path.isOutside
      }.map(\.text))
  }
}
