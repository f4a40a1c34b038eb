internal import GitAccess
internal import Glibc
internal import Journaling
internal import LineageIndexing
internal import MLTBase
internal import ObjectStorage
internal import SystemPackage

/// A folder in which a run is made again, with its own `.mlt`.
struct ScratchFolder {
  let workspace: Workspace
  /// Its root, with symbolic links resolved.
  let root: FilePath
  private let store: ObjectStore

  /// Makes sure that scratch folders may lie in a folder, before anything is made there.
  ///
  /// - Throws: ``RerunError/folderInRepository(_:)``.
  static func check(_ base: FilePath, _ workspace: Workspace, forGit: Bool) throws {
    let folder = WorkTreeName.resolved(base)
    if WorkTreeName(workspace.root).begins(folder.bytes), workspace.root != "/" {
      throw RerunError.folderInRepository(folder)
    }
    // Without a repository of its own the command would find the one around.
    if forGit { return }
    var existing = folder
    while try FileStatus(at: existing) == nil, existing.removeLastComponent() {}
    if try GitRepository.discover(from: existing) != nil { throw RerunError.folderInRepository(folder) }
  }

  /// Makes an empty folder in one that was checked.
  ///
  /// - Throws: ``RerunError/folderOccupied(_:)``.
  init(_ workspace: Workspace, in base: FilePath, name: String) throws {
    self.workspace = workspace
    store = try workspace.store
    try FileOperations.createFolder(base)
    let folder = FileOperations.resolved(base) ?? base
    root = folder.appending(name)
    // At one go: of two processes only one may take it for its own, and remove it.
    guard root.withPlatformString({ mkdir($0, 0o700) }) == 0 else {
      if errno == EEXIST { throw RerunError.folderOccupied(root) }
      throw SystemCallError("create folder", root, Errno(rawValue: errno))
    }
  }

  /// Removes it with all in it.
  func remove() {
    // What the command made unwritable for its owner would stay otherwise.
    if (try? FileOperations.removeTree(root)) == nil {
      Self.makeWritable(root)
      try? FileOperations.removeTree(root)  // what still can't be removed is left to whoever clears temporary files
    }
  }

  private static func makeWritable(_ root: FilePath) {
    var pending = [root]
    while let folder = pending.popLast() {
      _ = folder.withPlatformString { chmod($0, 0o700) }
      for name in (try? FileOperations.names(in: folder)) ?? [] {
        let child = folder.appending(name)
        if (try? FileStatus(at: child))??.kind == .directory { pending.append(child) }
      }
    }
  }

  // MARK: What is laid out

  /// Lays out what a run found: the commit's files, over them what it read, without what it looked for in vain.
  ///
  /// - Parameter made: what runs before it made this time.
  /// - Parameter isForced: whether inputs whose bytes aren't to be had are left out.
  /// - Parameter keeping: paths that stay, though the run had looked for them in vain.
  /// - Returns: an input that couldn't be had, most likely since a run before it hasn't made it; nil if all is there.
  func layOut(
    _ plan: RerunPlan, onto isOnto: Bool, made: RemadeFiles, isForced: Bool, keeping: Set<WorkPath> = []
  ) throws -> String? {
    if let commit = plan.commit, let repository = workspace.repository {
      try repository.layOut(commit: commit, in: root)
    }
    for input in plan.inputs {
      try workspace.checkCancelled()
      if let lacking = try place(input, plan, onto: isOnto, made, isForced: isForced) { return lacking }
    }
    if !isOnto { try removeMissed(plan, keeping) }
    try makeFolders(plan)
    return nil
  }

  private func place(
    _ input: RerunPlan.Input, _ plan: RerunPlan, onto isOnto: Bool, _ made: RemadeFiles, isForced: Bool
  ) throws -> String? {
    let artifact = input.artifact
    guard artifact.kind != .uri, let content = artifact.content, let path = WorkPath(text: artifact.path),
      !path.isOutside
    else { return nil }
    // Of code, the other commit has its own.
    if isOnto, artifact.isInGit || artifact.isModified { return nil }
    guard artifact.kind == .tree else {
      let mode: TreeEntry.Mode = artifact.kind == .link ? .link : artifact.isExecutable ? .executable : .file
      return try place(content, mode, at: path, artifact, made, plan, isForced: isForced)
    }
    if try placeWhole(content, at: path, plan, made) { return nil }
    guard try store.containsTree(content) else { return isForced ? nil : workspace.typed(path) }
    var lacking: String?
    try TreeFiles.entries(of: content, at: path, store) { path, entry in
      if lacking != nil { return }
      lacking = try place(
        entry.content, entry.mode, at: path, Workspace.record(of: entry, at: path), made, plan, isForced: isForced)
    }
    for (path, file) in made.extra(below: path, from: plan.upstream) { try copy(file, to: path) }
    return lacking
  }

  /// Unpacks a whole folder at once, where nothing stands in its place; false if it has to be done file by file.
  private func placeWhole(_ tree: ContentID, at path: WorkPath, _ plan: RerunPlan, _ made: RemadeFiles) throws -> Bool {
    guard !path.isRoot, LockFile.isTrackable(path), !plan.upstream.contains(where: { made.hasChanges($0) }),
      try FileStatus(at: path.filePath(in: root)) == nil, try store.containsTree(tree)
    else { return false }
    var isWhole = true
    try TreeFiles.entries(of: tree, at: path, store) { path, entry in
      isWhole = try isWhole && store.containsFile(entry.content) && LockFile.isTrackable(path)
    }
    guard isWhole else { return false }
    try checkFolders(above: path)
    try FileOperations.createFolder(path.filePath(in: root).removingLastComponent())
    try store.restoreTree(
      tree, to: path.filePath(in: root), allowingLinksOut: true, progress: workspace.monitor.restored,
      isCancelled: workspace.monitor.isCancelled)
    return true
  }

  private func place(
    _ content: ContentID, _ mode: TreeEntry.Mode, at path: WorkPath, _ artifact: ArtifactRecord, _ made: RemadeFiles,
    _ plan: RerunPlan, isForced: Bool
  ) throws -> String? {
    // The lock file is as the commit has it; to read it is no reason to write over it.
    guard LockFile.isTrackable(path) else { return nil }
    try checkFolders(above: path)
    let file = path.filePath(in: root)
    switch made.file(at: path, content, from: plan.upstream) {
    case .lacking: return workspace.typed(path)
    case .other(let source):
      try copy(source, to: path)
      return nil
    case .same: break
    }
    if let status = try FileStatus(at: file) {
      if try holds(file, status, content, mode) { return nil }
      if status.kind == .directory { try FileOperations.removeTree(file) } else { try FileOperations.remove(file) }
    }
    try FileOperations.createFolder(file.removingLastComponent())
    if mode == .link {
      return try restoreLink(content, to: file, path) || isForced ? nil : workspace.typed(path)
    }
    do {
      switch try workspace.bytesAreAvailable(content, artifact) {
      case .store:
        try store.restoreFile(
          content, to: file, executable: mode == .executable, progress: workspace.monitor.restored,
          isCancelled: workspace.monitor.isCancelled)
      case .git(let bytes): try FileOperations.replace(file, with: bytes, sync: false)
      case .workTree:
        try copy(path.filePath(in: workspace.root), to: path)
        guard try FileIdentity.identify(file).content == content else {
          throw WorkspaceError.absentContent(content, path: path.text)
        }
      }
    } catch WorkspaceError.absentContent {
      // It may have been made again just now, though it was never stored.
      guard let source = made.source(of: content) else {
        // What was copied of the work tree isn't what it should be.
        if try FileStatus(at: file) != nil { try FileOperations.remove(file) }
        return isForced ? nil : workspace.typed(path)
      }
      try copy(source, to: path)
    }
    try FileOperations.setExecutable(mode == .executable, file)
    return nil
  }

  /// Makes a link as it was; false if nobody knows where it led.
  private func restoreLink(_ content: ContentID, to file: FilePath, _ path: WorkPath) throws -> Bool {
    if try store.containsFile(content) {
      try store.restoreLink(content, to: file)
      return true
    }
    let place = path.filePath(in: workspace.root)
    guard try FileStatus(at: place)?.kind == .symbolicLink,
      try ContentHasher.contentID(of: FileOperations.linkTargetBytes(place)) == content
    else { return false }
    let target = try FileOperations.linkTarget(place)
    let code = target.withPlatformString { target in file.withPlatformString { symlink(target, $0) } }
    guard code == 0 else { throw SystemCallError("create", file, Errno(rawValue: errno)) }
    return true
  }

  private func holds(_ file: FilePath, _ status: FileStatus, _ content: ContentID, _ mode: TreeEntry.Mode) throws
    -> Bool
  {
    switch (status.kind, mode) {
    case (.symbolicLink, .link): try ContentHasher.contentID(of: FileOperations.linkTargetBytes(file)) == content
    case (.regular, .file), (.regular, .executable):
      try status.isExecutable == (mode == .executable) && FileIdentity.identify(file).content == content
    default: false
    }
  }

  /// The file in the folder that a path of the record names; nil if it names none that can lie there.
  func file(at text: String?) throws -> FilePath? {
    guard let path = text.flatMap({ WorkPath(text: $0) }), LockFile.isTrackable(path) else { return nil }
    try checkFolders(above: path)
    if try FileStatus(at: path.filePath(in: root))?.kind == .symbolicLink { return nil }
    return path.filePath(in: root)
  }

  /// Refuses a path that leads over a symbolic link, and with it perhaps out of the folder.
  private func checkFolders(above path: WorkPath) throws {
    var folder = path.parent
    while let next = folder, !next.isRoot {
      if let status = try FileStatus(at: next.filePath(in: root)), status.kind != .directory {
        if status.kind == .regular {
          try FileOperations.remove(next.filePath(in: root))
        } else {
          throw WorkspaceError.notAFolder(next.text)
        }
      }
      folder = next.parent
    }
  }

  private func copy(_ source: FilePath, to path: WorkPath) throws {
    let target = path.filePath(in: root)
    try FileOperations.createFolder(target.removingLastComponent())
    try FileCopy.copy(source, to: target)
  }

  /// Removes what a run looked for in vain: a dirty run had removed it.
  private func removeMissed(_ plan: RerunPlan, _ keeping: Set<WorkPath>) throws {
    for run in [plan.run.id] + plan.within {
      for text in try workspace.index.lookups(of: run)?.missed ?? [] {
        guard let path = WorkPath(text: text), LockFile.isTrackable(path), !keeping.contains(path),
          let status = try FileStatus(at: path.filePath(in: root)), status.kind != .directory
        else { continue }
        try checkFolders(above: path)
        try FileOperations.remove(path.filePath(in: root))
      }
    }
  }

  /// Makes the folder that the command runs in, and those of its outputs: most commands expect them.
  private func makeFolders(_ plan: RerunPlan) throws {
    var folders = [plan.run.directory]
    for output in plan.outputs where output.kind != .uri {
      if let folder = WorkPath(text: output.path)?.parent { folders.append(folder.text) }
      if output.kind == .tree { folders.append(output.path) }
    }
    for text in folders {
      guard let folder = WorkPath(text: text), LockFile.isTrackable(folder) else { continue }
      try checkFolders(above: folder)
      if try FileStatus(at: folder.filePath(in: root)) == nil {
        try FileOperations.createFolder(folder.filePath(in: root))
      }
    }
  }

  /// Links virtual environments and other folders of packages that lie in the work tree to where they are.
  func linkPackages(_ environment: RunEnvironment) throws {
    let programs = environment.interpreters.compactMap {
      FilePath($0.path).bytes.isEmpty ? nil : workspace.inside(FilePath($0.path))
    }
    let folders = environment.folders.compactMap { WorkPath(text: $0) }
    for path in programs + folders where !path.isOutside && LockFile.isTrackable(path) {
      let place = try packageRoot(of: path, isProgram: programs.contains(path))
      guard let place, try FileStatus(at: place.filePath(in: root)) == nil,
        try FileStatus(at: place.filePath(in: workspace.root)) != nil
      else { continue }
      try checkFolders(above: place)
      let link = place.filePath(in: root)
      try FileOperations.createFolder(link.removingLastComponent())
      let code = place.filePath(in: workspace.root).withPlatformString { target in
        link.withPlatformString { symlink(target, $0) }
      }
      guard code == 0 else { throw SystemCallError("create", link, Errno(rawValue: errno)) }
    }
  }

  /// The folder of the virtual environment that a path lies in; of another folder of packages, itself.
  private func packageRoot(of path: WorkPath, isProgram: Bool) throws -> WorkPath? {
    var folder = path.parent
    while let next = folder, !next.isRoot {
      if try FileStatus(at: next.filePath(in: workspace.root).appending("pyvenv.cfg")) != nil { return next }
      folder = next.parent
    }
    return isProgram ? nil : path
  }
}
