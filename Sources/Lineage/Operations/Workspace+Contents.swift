internal import GitAccess
internal import Journaling
internal import LineageIndexing
internal import MLTBase
internal import ObjectStorage
internal import SystemPackage

/// Where a content's bytes were found.
enum ByteSource {
  case store
  case git([UInt8])
  case workTree
}

extension Workspace {
  /// Calls `body` with the bytes of a file, in pieces, checked against their content id.
  ///
  /// The bytes come from the store, from git, or from the work tree if what stands there is that content.
  ///
  /// - Throws: ``WorkspaceError/unsuitablePointer(_:wanted:)`` for a folder or run,
  ///   ``WorkspaceError/absentContent(_:path:)`` if nobody has the bytes; what `body` throws.
  public func readContents(of pointer: String, _ body: (UnsafeRawBufferPointer) throws -> Void) throws {
    let artifact = try artifact(of: pointer).artifact
    guard artifact.kind != .tree, let content = artifact.content else {
      throw WorkspaceError.unsuitablePointer(pointer, wanted: .file)
    }
    switch try fetchingMissing({ [artifact] }, { try bytesAreAvailable(content, artifact) }) {
    case .store: try store.readFile(content, body)
    case .git(let bytes): try bytes.withUnsafeBytes(body)
    case .workTree:
      guard let path = WorkPath(text: artifact.path) else {
        throw WorkspaceError.absentContent(content, path: artifact.path)
      }
      try readWorkTree(path, expecting: content, body)
    }
  }

  private static let largestBlob = 1 << 30

  /// Finds where a content's bytes can be had.
  ///
  /// - Parameter catalog: gives what knows the work tree's contents, for those who ask often; nil for one of its own.
  func bytesAreAvailable(
    _ content: ContentID, _ artifact: ArtifactRecord, catalog: (() throws -> ContentCatalog)? = nil
  ) throws -> ByteSource {
    let isStored =
      try artifact.kind == .tree ? store.containsTree(content) : store.containsFile(content)
    if isStored { return .store }
    if let bytes = try gitBytes(of: content, at: artifact.path) { return .git(bytes) }
    if let path = WorkPath(text: artifact.path) {
      let catalog = try catalog?() ?? makeCatalog()
      if try catalog.identity(of: path)?.content == content { return .workTree }
    }
    throw WorkspaceError.absentContent(content, path: artifact.path)
  }

  /// Looks for a content in the commits of the runs that read it from git.
  private func gitBytes(of content: ContentID, at text: String) throws -> [UInt8]? {
    guard let repository, let path = WorkPath(text: text), !path.isOutside else { return nil }
    var commits: [String] = []
    if let head = try repository.head().commit { commits.append(head) }
    for reading in try index.readers(content: content).prefix(20) where reading.artifact.isInGit {
      if let commit = try index.run(reading.run)?.git?.commit, !commits.contains(commit) { commits.append(commit) }
    }
    for commit in commits {
      guard let bytes = try repository.blob(at: path.bytes, commit: commit, limit: Self.largestBlob) else { continue }
      if ContentHasher.contentID(of: bytes) == content { return bytes }
    }
    return nil
  }

  private func readWorkTree(
    _ path: WorkPath, expecting content: ContentID, _ body: (UnsafeRawBufferPointer) throws -> Void
  ) throws {
    let file = path.filePath(in: root)
    let descriptor = try attempting("open", file) {
      try FileDescriptor.open(file, .readOnly, options: [.closeOnExec])
    }
    defer { try? descriptor.close() }  // only read from
    var hasher = ContentHasher()
    var buffer = [UInt8](repeating: 0, count: 1 << 20)
    while true {
      let count = try attempting("read", file) { try buffer.withUnsafeMutableBytes { try descriptor.read(into: $0) } }
      if count == 0 { break }
      try buffer.withUnsafeBytes { bytes in
        let piece = UnsafeRawBufferPointer(rebasing: bytes[..<count])
        hasher.update(piece)
        try body(piece)
      }
    }
    guard hasher.finalize() == content else { throw WorkspaceError.absentContent(content, path: path.text) }
  }
}
