internal import Journaling
internal import MLTBase
internal import ObjectStorage
internal import ProvenanceExchange
internal import SystemPackage

/// A crate's folder while it is made: under a temporary name beside its own, which it gets when it is whole.
final class CrateFolder {
  /// The name of the file with the crate's metadata.
  static let metadataName = "ro-crate-metadata.json"

  private let place: FilePath
  private let temporary: FilePath
  private let workspace: Workspace
  private var isDone = false
  private var asksRemote = true
  /// How many files and folders were put into it.
  private(set) var included = 0
  /// Paths whose bytes couldn't be, or mustn't.
  private(set) var absent: Set<String> = []

  /// Begins.
  ///
  /// - Throws: ``ExportError/occupied(_:)`` unless there is nothing at the place, or an empty folder.
  init(_ place: FilePath, _ workspace: Workspace) throws {
    self.place = place
    self.workspace = workspace
    if let status = try FileStatus(at: place) {
      guard status.kind == .directory, try FileOperations.nameBytes(in: place).isEmpty else {
        throw ExportError.occupied(place)
      }
    }
    let name = FileOperations.temporaryPrefix + Hex.encode(FileOperations.randomBytes(8))
    temporary = place.removingLastComponent().appending(name)
    try FileOperations.createFolder(temporary)
  }

  deinit {
    if !isDone { try? FileOperations.removeTree(temporary) }  // half a crate is of no use
  }

  /// The file with the crate's metadata.
  var metadata: FilePath { temporary.appending(Self.metadataName) }

  /// Gives the folder its name.
  func finish() throws(SystemCallError) {
    try FileOperations.rename(temporary, to: place)
    isDone = true
  }

  // MARK: Contents

  /// Puts the bytes of an artifact into the crate.
  ///
  /// - Parameters:
  ///   - artifact: as it was recorded.
  ///   - path: by which it is told.
  /// - Returns: the path's bytes from the crate's top; nil if it isn't there.
  func put(_ artifact: ArtifactRecord, toldAs path: String) throws -> [UInt8]? {
    guard let content = artifact.content, artifact.kind != .uri, artifact.kind != .link else { return nil }
    let inside = Self.path(of: path, content)
    let target = temporary.pushing(FilePath(bytes: inside) ?? "contents")
    guard try isPut(content, artifact, at: target) else {
      absent.insert(path)
      return nil
    }
    included += 1
    return inside + (artifact.kind == .tree ? [UInt8(ascii: "/")] : [])
  }

  /// Puts bytes that are at hand into the crate, as the file of a pipeline.
  func put(_ bytes: [UInt8], toldAs path: String) throws -> [UInt8] {
    let inside = Self.path(of: path, ContentHasher.contentID(of: bytes))
    let target = temporary.pushing(FilePath(bytes: inside) ?? "contents")
    try FileOperations.createFolder(target.removingLastComponent())
    try FileOperations.replace(target, with: bytes, sync: false)
    return inside
  }

  private static let nameLimit = 255

  // One place for each version of each path, so that none is in another's way. Names that come from others never lead out of it.
  private static func path(of path: String, _ content: ContentID) -> [UInt8] {
    let version = ContentHasher.contentID(of: Array("\(content.hex) \(path)".utf8))
    let names = CrateWriter.path(inCrate: path).utf8.split(separator: UInt8(ascii: "/")).map { name -> [UInt8] in
      if name.allSatisfy({ $0 == UInt8(ascii: ".") }) { return Array("dots".utf8) }
      if name.count <= nameLimit { return Array(name) }
      return Array("long-\(ContentHasher.contentID(of: Array(name)).hex.prefix(32))".utf8)
    }
    return Array("contents/\(version.hex.prefix(32))/".utf8) + Array(names.joined(separator: [UInt8(ascii: "/")]))
  }

  private func isPut(_ content: ContentID, _ artifact: ArtifactRecord, at target: FilePath) throws -> Bool {
    do {
      return try artifact.kind == .tree
        ? putTree(content, artifact, at: target) : putFile(content, artifact, at: target)
    } catch let error as SystemCallError where error.errno == .fileNameTooLong {
      return false
    }
  }

  private func putFile(_ content: ContentID, _ artifact: ArtifactRecord, at target: FilePath) throws -> Bool {
    guard let path = WorkPath(text: artifact.path), !Redaction.isKeyFile(path.name),
      let source = try source(of: content, artifact)
    else { return false }
    try FileOperations.createFolder(target.removingLastComponent())
    switch source {
    case .store:
      try workspace.store.restoreFile(content, to: target, isCancelled: workspace.monitor.isCancelled)
    case .git(let bytes): try FileOperations.replace(target, with: bytes, sync: false)
    case .workTree:
      try FileCopy.copy(path.filePath(in: workspace.root), to: target)
      // Somebody may have written to it since it was looked at.
      guard try Self.contentID(of: target) == content else {
        try FileOperations.remove(target)
        return false
      }
    }
    return true
  }

  private static func contentID(of path: FilePath) throws(SystemCallError) -> ContentID {
    try attempting("read", path) {
      let file = try FileDescriptor.open(path, .readOnly, options: [.closeOnExec])
      return try file.closeAfter {
        var hasher = ContentHasher()
        var buffer = [UInt8](repeating: 0, count: 1 << 20)
        while case let count = try buffer.withUnsafeMutableBytes({ try file.read(into: $0) }), count > 0 {
          buffer.withUnsafeBytes { hasher.update(UnsafeRawBufferPointer(rebasing: $0[..<count])) }
        }
        return hasher.finalize()
      }
    }
  }

  private func putTree(_ content: ContentID, _ artifact: ArtifactRecord, at target: FilePath) throws -> Bool {
    guard case .store? = try source(of: content, artifact),
      let files = try OriginFinder(index: workspace.index, store: workspace.store).files(of: content),
      !files.keys.contains(where: { path in
        Redaction.isKeyFile(path.split(separator: UInt8(ascii: "/")).last.map(Array.init) ?? [])
      })
    else { return false }
    try FileOperations.createFolder(target.removingLastComponent())
    do {
      try workspace.store.restoreTree(content, to: target, isCancelled: workspace.monitor.isCancelled)
    } catch StorageError.missing, StorageError.unsafeEntry {
      try FileOperations.removeTree(target)
      return false
    }
    return true
  }

  /// Where bytes can be had, from the default remote if nowhere here; nil if nobody has them.
  private func source(of content: ContentID, _ artifact: ArtifactRecord) throws -> ByteSource? {
    do {
      guard asksRemote else { return try workspace.bytesAreAvailable(content, artifact) }
      return try workspace.fetchingMissing({ [artifact] }, { try workspace.bytesAreAvailable(content, artifact) })
    } catch let error as WorkspaceError {
      // Whyever nobody has them, they aren't in the crate, which says so. That some mayn't be taken is for the user to decide.
      if case .unsignedRuns = error { throw error }
      // A remote that can't be reached isn't waited for a thousand times.
      asksRemote = !workspace.notices.contains { if case .remoteUnreachable = $0 { true } else { false } }
      return nil
    }
  }
}
