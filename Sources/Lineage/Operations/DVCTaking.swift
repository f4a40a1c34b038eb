internal import DVCProjects
internal import GitAccess
internal import Journaling
internal import MLTBase
internal import ObjectStorage
internal import SystemPackage

/// Takes the outputs of a DVC project one after the other into the store, and decides what the lock file is to say.
struct DVCTaking {
  let workspace: Workspace
  let lock: LockFile
  let writer: ObjectWriter
  let isForced: Bool
  let isTrial: Bool
  private var finder: DVCContentFinder

  init(
    workspace: Workspace, project: DVCProject, lock: LockFile, writer: ObjectWriter, isForced: Bool, isTrial: Bool
  ) {
    self.workspace = workspace
    self.lock = lock
    self.writer = writer
    self.isForced = isForced
    self.isTrial = isTrial
    finder = DVCContentFinder(project)
  }

  /// Takes one output.
  mutating func take(_ output: DVCOutput, at path: WorkPath, _ report: inout DVCImportReport) throws {
    func problem(_ reason: DVCProblem.Reason) -> DVCProblem {
      DVCProblem(file: output.file, line: output.line, reason)
    }
    guard LockFile.isTrackable(path) else { return report.problems.append(problem(.unsafePath(path.text))) }
    if try isByGit(path) {
      // DVC's own record of a stage doesn't tell which of its outputs are left to git.
      if output.stage != nil { return report.leftToGit.append(path) }
      return report.problems.append(problem(.trackedByGit(path: path.text)))
    }
    var item = DVCImportReport.Item(path: path, output: output, outcome: .absent)
    var files: [[UInt8]: ContentID] = [:]
    do throws(Trouble) {
      if output.hash.isFolder { try takeFolder(&item, &files) } else { try takeFile(&item) }
    } catch {
      switch error {
      case .ofProject(let reason):
        report.problems += (finder.takeTroubles() + [reason]).map(problem)
        return
      case .ofStore(let error): throw error
      }
    }
    report.problems += finder.takeTroubles().map(problem)
    item.outcome = try outcome(of: item, holding: files)
    report.items.append(item)
  }

  private enum Trouble: Error {
    case ofProject(DVCProblem.Reason)
    case ofStore(any Error)
  }

  private func isByGit(_ path: WorkPath) throws -> Bool {
    guard let repository = workspace.repository else { return false }
    return try repository.isTracked(path.bytes) || repository.hasTracked(below: path.bytes)
  }

  // MARK: Bytes

  private mutating func takeFile(_ item: inout DVCImportReport.Item) throws(Trouble) {
    guard let found = finder.file(item.output.hash, at: item.path.filePath(in: workspace.root)) else { return }
    try store(found)
    item.provider = found.isCached ? .cache : .workTree
    item.artifact = ArtifactRecord(
      path: item.path.text, kind: .file, content: found.digest.content, size: found.digest.size,
      isExecutable: item.output.isExecutable, evidence: .declared, isStored: true)
  }

  private mutating func takeFolder(
    _ item: inout DVCImportReport.Item, _ contents: inout [[UInt8]: ContentID]
  ) throws(Trouble) {
    let folder: DVCContentFinder.Folder
    do throws(DVCProblem.Reason) {
      folder = try finder.folder(item.output.hash, at: item.path.filePath(in: workspace.root))
    } catch {
      throw .ofProject(error)
    }
    switch folder {
    case .unknown: return
    case .missing(let paths): item.missing = paths.map(PathText.encode)
    case .whole(let files):
      let assembly = TreeAssembly()
      for (member, found) in files {
        try store(found)
        contents[member.path] = found.digest.content
        assembly.add(
          member.path.split(separator: UInt8(ascii: "/")).map(Array.init),
          ContentCatalog.Identity(
            kind: .file, content: found.digest.content, size: found.digest.size, isExecutable: member.isExecutable))
      }
      do {
        let tree = try assembly.store(with: writer)
        item.artifact = ArtifactRecord(
          path: item.path.text, kind: .tree, content: tree.id, size: tree.size, count: tree.count,
          evidence: .declared, isStored: true)
      } catch {
        throw .ofStore(error)
      }
      let cached = files.count { $0.found.isCached }
      item.provider = cached == files.count ? .cache : cached == 0 ? .workTree : .both
    }
  }

  /// Stores a file that was just read and found right; one that has changed since is found out.
  private func store(_ found: DVCContentFinder.Found) throws(Trouble) {
    if isTrial { return }
    let stored: ContentID
    do throws(StorageError) {
      if try writer.containsFile(found.digest.content) { return }
      stored = try writer.addFile(at: found.file).content
    } catch {
      switch error {
      case .unreadable(let error): throw .ofProject(.unreadable(error.errno))
      case .notAFile: throw .ofProject(.damagedObject(found.file))
      default: throw .ofStore(error)
      }
    }
    guard stored == found.digest.content else { throw .ofProject(.damagedObject(found.file)) }
  }

  // MARK: The lock file

  /// Decides what becomes of an output, given what the lock file says of its path.
  private func outcome(
    of item: DVCImportReport.Item, holding files: [[UInt8]: ContentID]
  ) throws -> DVCImportReport.Outcome {
    if let standing = try workspace.lockedArtifact(item.path) {
      let isSame =
        if let artifact = item.artifact { artifact.content == standing.content } else {
          try DVCNaming(store: workspace.store).hash(of: standing, item.output.hash.algorithm) == item.output.hash
        }
      if isSame { return .unchanged }
      if !isForced || lock[item.path] == nil { return .conflict }
    } else if lock.tree(around: item.path) != nil {
      return .conflict
    }
    guard let artifact = item.artifact else { return .absent }
    if artifact.kind == .tree, !isForced {
      // Lines for files in the folder give way to one for the whole, unless they say something else.
      for entry in lock.entries(below: item.path) {
        let name = Array(entry.path.bytes.dropFirst(item.path.bytes.count + 1))
        if files[name] != entry.content { return .conflict }
      }
    }
    return .imported
  }
}
