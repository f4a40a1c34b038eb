internal import Journaling
internal import LineageIndexing
internal import MLTBase
internal import ObjectStorage
internal import SystemPackage

/// The bytes that runs of mixtures made, and what else has to be laid out where it never stood.
final class MixtureContents {
  /// Where contents are to be had that are nowhere recorded.
  private(set) var files = RemadeFiles()
  private let workspace: Workspace
  private let folder: FilePath

  /// - Parameter folder: where they are kept; made when needed.
  init(_ workspace: Workspace, _ folder: FilePath) {
    self.workspace = workspace
    self.folder = folder
  }

  /// Keeps bytes.
  func add(_ bytes: [UInt8], as content: ContentID) throws {
    let file = try place(of: content)
    try FileOperations.replace(file, with: bytes, sync: false)
    files.note(content, at: file)
  }

  /// Keeps what the runs of a scratch folder wrote.
  func collect(_ scratch: Workspace) throws -> [WorkPath: MixedFile] {
    try scratch.index.catchUp(scratch.journal)
    let catalog = try scratch.makeCatalog()
    var paths: Set<WorkPath> = []
    for run in try scratch.index.runs(RunQuery()) {
      for output in try scratch.index.files(of: run.id, role: .output) where output.kind != .uri {
        guard let path = WorkPath(text: output.path), !path.isOutside else { continue }
        if output.kind == .tree, let content = output.content, try scratch.store.containsTree(content) {
          try TreeFiles.each(in: content, at: path, scratch.store) { paths.insert($0) }
        } else {
          paths.insert(path)
        }
      }
    }
    var found: [WorkPath: MixedFile] = [:]
    for path in paths.sorted() {
      guard let identity = try catalog.identity(of: path), identity.kind == .file else { continue }
      let copy = try place(of: identity.content)
      if try FileStatus(at: copy) == nil { try FileCopy.copy(path.filePath(in: scratch.root), to: copy) }
      files.note(identity.content, at: copy)
      found[path] = MixedFile(
        content: identity.content, mode: identity.isExecutable ? .executable : .file,
        record: identity.record(at: path, evidence: .observed))
    }
    return found
  }

  /// Makes sure that the bytes of a file can be laid out at any path.
  ///
  /// - Throws: ``WorkspaceError/absentContent(_:path:)``.
  func provide(_ file: MixedFile) throws {
    guard files.source(of: file.content) == nil, file.mode != .link else { return }
    let copy = try place(of: file.content)
    let artifact = file.record
    switch try workspace.bytesAreAvailable(file.content, artifact) {
    case .store: try workspace.store.restoreFile(file.content, to: copy)
    case .git(let bytes): try FileOperations.replace(copy, with: bytes, sync: false)
    case .workTree:
      guard let path = WorkPath(text: artifact.path) else { return }
      try FileCopy.copy(path.filePath(in: workspace.root), to: copy)
    }
    files.note(file.content, at: copy)
  }

  /// The bytes of a file; nil if there are more than the limit.
  ///
  /// - Throws: ``WorkspaceError/absentContent(_:path:)``.
  func bytes(of file: MixedFile, limit: Int) throws -> [UInt8]? {
    guard file.record.size <= Int64(limit) else { return nil }
    try provide(file)
    guard let source = files.source(of: file.content) else { return nil }
    return try FileOperations.contents(of: source, limit: limit)
  }

  private func place(of content: ContentID) throws -> FilePath {
    try FileOperations.createFolder(folder)
    return folder.appending(content.hex)
  }
}
