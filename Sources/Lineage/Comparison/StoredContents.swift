internal import GitAccess
internal import Journaling
internal import MLTBase
internal import ObjectStorage

/// Opens the contents of artifacts wherever their bytes are: in the store, in git, in the work tree.
final class StoredContents {
  private let workspace: Workspace
  // Opened for the first content that neither store nor git has.
  private lazy var catalog = Result { try workspace.makeCatalog() }
  private lazy var present = catalog.map { PresentListings($0) }

  /// Commits that may have what nobody else has: those that a request names.
  var commits: Set<String> = []

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
      return try committed(content, at: artifact.path)
    } catch StorageError.corrupt, StorageError.missing {
      return nil
    }
  }

  private func committed(_ content: ContentID, at text: String) throws -> BytesInMemory? {
    guard let path = WorkPath(text: text), !path.isOutside else { return nil }
    for commit in commits.sorted() {
      guard let bytes = try workspace.repository?.blob(at: path.bytes, commit: commit, limit: Self.largestBlob),
        ContentHasher.contentID(of: bytes) == content
      else { continue }
      return BytesInMemory(bytes)
    }
    return nil
  }

  private static let largestBlob = 1 << 30

  /// The listing of a folder; nil if it isn't to be had.
  func listing(_ content: ContentID, at path: WorkPath) throws -> Tree? {
    if let known = try workspace.stored(content, path) { return known }
    guard try FileStatus(at: path.filePath(in: workspace.root))?.kind == .directory else { return nil }
    return try present.get().listing(content, path)
  }
}
