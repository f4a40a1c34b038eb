internal import Journaling
internal import MLTBase
internal import ObjectStorage

/// Opens the contents of artifacts wherever their bytes are: in the store, in git, in the work tree.
final class StoredContents {
  private let workspace: Workspace
  // Opened for the first content that neither store nor git has.
  private lazy var catalog = Result { try workspace.makeCatalog() }

  init(workspace: Workspace) {
    self.workspace = workspace
  }

  /// The whole of a small content; nil if its bytes aren't to be had, or are more than `limit`.
  func bytes(of artifact: ArtifactRecord, limit: Int) throws -> [UInt8]? {
    guard artifact.size <= limit, let source = try source(of: artifact) else { return nil }
    return try source.read(at: 0, count: limit)
  }

  /// A content to be read where one wants; nil for folders and for what isn't to be had.
  func source(of artifact: ArtifactRecord) throws -> (any RandomAccessBytes)? {
    guard let content = artifact.content, artifact.kind == .file || artifact.kind == .link else { return nil }
    do {
      switch try workspace.bytesAreAvailable(content, artifact, catalog: { try self.catalog.get() }) {
      case .store: return try workspace.store.reading(content)
      case .git(let bytes): return BytesInMemory(bytes)
      case .workTree:
        return try WorkPath(text: artifact.path).map { try OpenFile($0.filePath(in: workspace.root)) }
      }
    } catch WorkspaceError.absentContent {
      return nil
    } catch StorageError.corrupt, StorageError.missing {
      return nil
    }
  }
}
