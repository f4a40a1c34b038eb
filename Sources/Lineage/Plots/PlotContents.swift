internal import DVCProjects
internal import GitAccess
internal import Journaling
internal import LineageIndexing
internal import MLTBase
internal import ObjectStorage
internal import Pipelines
internal import SystemPackage

/// A version of a project whose files are drawn: the work tree, or a commit.
struct PlotVersion: Hashable {
  /// What whoever asks calls it.
  var name: String
  /// The commit; nil for the work tree.
  var commit: String?

  /// The name of the work tree, as DVC has it.
  static let workTree = PlotVersion(name: "workspace")
}

/// The bytes of files that are drawn, wherever they are: in the work tree, in git, in the store, in DVC's cache.
final class PlotContents {
  private let workspace: Workspace
  private let stored: StoredContents
  private var locks: [String: LockFile] = [:]
  private var kept: [PlotVersion: KeptByDVC] = [:]

  // What DVC's own files say in one version.
  private struct KeptByDVC {
    var base: WorkPath
    var project: DVCProject
    var outputs: [DVCOutput]
  }

  init(_ workspace: Workspace) {
    self.workspace = workspace
    stored = StoredContents(workspace: workspace)
  }

  /// The bytes of a file; nil if the version has none there.
  ///
  /// - Throws: `FilePlotProblem.Reason` for what can't be read; failures of git and the store.
  func bytes(_ path: WorkPath, _ version: PlotVersion) throws -> [UInt8]? {
    guard !path.isOutside else { throw FilePlotProblem.Reason.outside }
    guard let commit = version.commit else {
      return try present(path) ?? locked(path, workspace.readLock()) ?? keptByDVC(path, version)
    }
    if let bytes = try locked(path, lock(of: commit)) { return bytes }
    do {
      if let bytes = try workspace.repository?.blob(at: path.bytes, commit: commit, limit: PlotTable.sizeLimit) {
        return bytes
      }
    } catch GitError.blobTooLarge {
      throw FilePlotProblem.Reason.tooLarge(limit: PlotTable.sizeLimit)
    }
    return try keptByDVC(path, version)
  }

  private func present(_ path: WorkPath) throws -> [UInt8]? {
    let file = path.filePath(in: workspace.root)
    do {
      guard let status = try FileStatus(at: file, followingLinks: true), status.kind != .directory else { return nil }
      guard status.kind == .regular else { throw FilePlotProblem.Reason.unreadable("it is a device, socket or pipe") }
      return try FileOperations.contents(of: file, limit: PlotTable.sizeLimit)
    } catch let error as SystemCallError {
      if error.errno == .fileTooLarge { throw FilePlotProblem.Reason.tooLarge(limit: PlotTable.sizeLimit) }
      throw FilePlotProblem.Reason.unreadable("\(error.errno)")
    }
  }

  private func lock(of commit: String) throws -> LockFile {
    if let known = locks[commit] { return known }
    let lock = try workspace.lock(ofCommit: commit)
    locks[commit] = lock
    return lock
  }

  private func locked(_ path: WorkPath, _ lock: LockFile) throws -> [UInt8]? {
    guard let artifact = try workspace.lockedArtifact(path, in: lock), artifact.kind == .file else { return nil }
    if artifact.size > PlotTable.sizeLimit { throw FilePlotProblem.Reason.tooLarge(limit: PlotTable.sizeLimit) }
    guard let bytes = try stored.bytes(of: artifact, limit: PlotTable.sizeLimit) else {
      throw FilePlotProblem.Reason.absentContent
    }
    return bytes
  }

  // MARK: Folders

  /// The files in a folder that aren't hidden, sorted; none if the version has no folder there.
  func files(below folder: WorkPath, _ version: PlotVersion) throws -> [WorkPath] {
    if folder.isOutside { return [] }
    var found: Set<WorkPath> = []
    let lock: LockFile
    if let commit = version.commit {
      lock = try self.lock(of: commit)
      for file in try workspace.repository?.files(below: folder.isRoot ? [] : folder.bytes, commit: commit) ?? [] {
        found.insert(Self.path(file.path, in: folder))
      }
    } else {
      lock = try workspace.readLock()
      try walk(folder, into: &found)
    }
    if let kept = try dvc(version) {
      for output in kept.outputs where !output.hash.isFolder {
        let path = Self.path(output.path, in: kept.base)
        if path.isBelow(folder) { found.insert(path) }
      }
      for member in listing(at: folder, kept)?.members ?? [] { found.insert(Self.path(member.path, in: folder)) }
    }
    for entry in lock.entries(below: folder) where entry.kind != .tree { found.insert(entry.path) }
    if let tree = try workspace.lockedArtifact(folder, in: lock), tree.kind == .tree, let content = tree.content,
      try workspace.store.containsTree(content)
    {
      try TreeFiles.each(in: content, at: folder, workspace.store) { found.insert($0) }
    }
    // Hidden files are other tools', as `.gitignore`.
    return found.filter { path in
      path.components(below: folder)?.contains { $0.first == UInt8(ascii: ".") } == false
    }.sorted()
  }

  private static let walkLimit = 10_000

  private func walk(_ folder: WorkPath, into found: inout Set<WorkPath>) throws {
    var pending = [folder]
    while let folder = pending.popLast(), found.count < Self.walkLimit {
      let file = folder.filePath(in: workspace.root)
      guard try FileStatus(at: file, followingLinks: true)?.kind == .directory else { continue }
      for name in try FileOperations.nameBytes(in: file) where name.first != UInt8(ascii: ".") {
        let path = folder.appending(name)
        // Links to folders may lead round in circles.
        switch try FileStatus(at: path.filePath(in: workspace.root))?.kind {
        case .directory: pending.append(path)
        case .regular, .symbolicLink: found.insert(path)
        case .special, nil: break
        }
      }
    }
  }

  private static func path(_ bytes: [UInt8], in folder: WorkPath) -> WorkPath {
    WorkPath(normal: folder.isRoot ? bytes : folder.bytes + [0x2F] + bytes)
  }

  // MARK: What DVC keeps

  /// The bytes of what DVC's own files name in a version, from DVC's cache; nil if they name nothing there.
  private func keptByDVC(_ path: WorkPath, _ version: PlotVersion) throws -> [UInt8]? {
    guard let kept = try dvc(version) else { return nil }
    for output in kept.outputs {
      let place = Self.path(output.path, in: kept.base)
      if place == path, !output.hash.isFolder { return try cached(output.hash, kept.project) }
      guard output.hash.isFolder, let names = path.components(below: place) else { continue }
      guard let listing = listing(at: place, kept) else { throw FilePlotProblem.Reason.absentContent }
      let inside = Array(names.joined(separator: [0x2F]))
      guard let member = listing.members.first(where: { $0.path == inside }) else { return nil }
      return try cached(member.hash, kept.project)
    }
    return nil
  }

  private func listing(at folder: WorkPath, _ kept: KeptByDVC) -> DVCListing? {
    guard
      let output = kept.outputs.first(where: { $0.hash.isFolder && Self.path($0.path, in: kept.base) == folder })
    else { return nil }
    // A damaged listing is as good as none.
    return (try? kept.project.listing(output.hash))?.0
  }

  private func cached(_ hash: DVCHash, _ project: DVCProject) throws -> [UInt8] {
    for place in project.cache.places(of: hash) {
      guard try FileDigest.read(place, hash.algorithm, followingLinks: false)?.hash == hash,
        let bytes = try FileOperations.contents(of: place, limit: PlotTable.sizeLimit)
      else { continue }
      return bytes
    }
    throw FilePlotProblem.Reason.absentContent
  }

  private func dvc(_ version: PlotVersion) throws -> KeptByDVC? {
    if let known = kept[version] { return known }
    let here = FileOperations.resolved(workspace.context.directory) ?? workspace.root
    guard let root = try DVCProject.root(around: here, upTo: workspace.root) else { return nil }
    let base = workspace.inside(root)
    let project = DVCProject(root: root, configurations: workspace.dvcConfigurations)
    let found = KeptByDVC(base: base, project: project, outputs: try outputs(of: project, in: base, version.commit))
    kept[version] = found
    return found
  }

  private func outputs(of project: DVCProject, in base: WorkPath, _ commit: String?) throws -> [DVCOutput] {
    guard let commit else { return project.contents().outputs }
    guard let repository = workspace.repository else { return [] }
    let files = try repository.files(below: base.isRoot ? [] : base.bytes, commit: commit) ?? []
    return DVCProject.contents(of: files.map(\.path)) { path in
      // What git can't give is as if it weren't there.
      (try? repository.blob(
        at: Self.path(path, in: base).bytes, commit: commit, limit: PlotTable.sizeLimit)) ?? nil
    }.outputs
  }
}

/// The files that git has in a commit, for pipelines.
struct CommitFiles: ProjectFiles {
  let repository: GitRepository
  let commit: String

  func read(_ path: String, limit: Int) -> FileText {
    do throws(GitError) {
      return try repository.blob(at: Array(path.utf8), commit: commit, limit: limit).map { .bytes($0) } ?? .missing
    } catch {
      if case .blobTooLarge = error { return .tooLarge }
      return .unreadable("\(error)")
    }
  }
}
