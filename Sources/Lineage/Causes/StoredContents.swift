internal import ContentComparison
internal import Journaling
internal import LineageIndexing
internal import MLTBase
internal import ObjectStorage
internal import SystemPackage

/// Opens the contents of artifacts wherever their bytes are: in the store, in git, in the work tree.
struct StoredContents {
  let workspace: Workspace

  /// The whole of a small content; nil if its bytes aren't to be had, or are more than `limit`.
  func bytes(of artifact: ArtifactRecord, limit: Int) throws -> [UInt8]? {
    guard artifact.size <= limit, let source = try source(of: artifact) else { return nil }
    return try source.read(at: 0, count: limit)
  }

  /// A content to be read where one wants; nil for folders and for what isn't to be had.
  func source(of artifact: ArtifactRecord) throws -> (any ContentSource)? {
    guard let content = artifact.content, artifact.kind == .file || artifact.kind == .link else { return nil }
    do {
      switch try workspace.bytesAreAvailable(content, artifact) {
      case .store: return StoredSource(file: try workspace.store.reading(content))
      case .git(let bytes): return BytesSource(bytes)
      case .workTree:
        return try WorkPath(text: artifact.path).map { try PresentSource($0.filePath(in: workspace.root)) }
      }
    } catch WorkspaceError.absentContent {
      return nil
    } catch StorageError.corrupt, StorageError.missing {
      return nil
    }
  }
}

/// A stored file, as a source.
private struct StoredSource: ContentSource {
  let file: FileReading

  var size: Int64 { file.size }

  func read(at offset: Int64, count: Int) throws -> [UInt8] { try file.read(at: offset, count: count) }
}

/// A file of the work tree, as a source; held open, so that it is one file throughout.
private final class PresentSource: ContentSource {
  private let path: FilePath
  private let descriptor: FileDescriptor
  let size: Int64

  init(_ path: FilePath) throws {
    self.path = path
    let descriptor = try attempting("open", path) {
      try FileDescriptor.open(path, .readOnly, options: [.closeOnExec])
    }
    do {
      size = try FileStatus(of: descriptor, path: path).size
    } catch {
      try? descriptor.close()  // only read from
      throw error
    }
    self.descriptor = descriptor
  }

  deinit { try? descriptor.close() }

  func read(at offset: Int64, count: Int) throws -> [UInt8] {
    let length = Int(clamping: max(0, min(Int64(count), size - offset)))
    if length == 0 { return [] }
    var bytes = [UInt8](repeating: 0, count: length)
    var filled = 0
    while filled < length {
      let got = try attempting("read", path) {
        try bytes.withUnsafeMutableBytes {
          try descriptor.read(
            fromAbsoluteOffset: offset + Int64(filled), into: UnsafeMutableRawBufferPointer(rebasing: $0[filled...]))
        }
      }
      if got == 0 { break }
      filled += got
    }
    bytes.removeLast(length - filled)
    return bytes
  }
}
