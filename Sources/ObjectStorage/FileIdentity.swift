internal import MLTBase
public import SystemPackage

/// What a file holds, without storing it.
public enum FileIdentity {
  /// Reads a file through and names its content; a symbolic link is followed.
  ///
  /// - Throws: ``StorageError/unreadable(_:)``, or ``StorageError/notAFile(_:)``.
  public static func identify(_ path: FilePath) throws(StorageError) -> StoredFile {
    try IdentifyingSink().take(fileAt: path, followingLinks: true).file
  }
}

/// Names what a walk finds and keeps nothing.
final class IdentifyingSink: FolderSink {
  private let buffer = MemoryBlock(count: 256 << 10)

  func take(fileAt path: FilePath, followingLinks: Bool) throws(StorageError) -> SourceFile.Outcome {
    try SourceFile.readTwiceIfUnstable(path, followingLinks: followingLinks) { (source) throws(StorageError) in
      var hasher = ContentHasher()
      var size: Int64 = 0
      while true {
        let count = try source.read(into: buffer.bytes)
        hasher.update(buffer.prefix(count))
        size += Int64(count)
        if count < buffer.bytes.count { return (hasher.finalize(), size) }
      }
    }
  }

  func take(linkTarget: [UInt8]) throws(StorageError) -> ContentID {
    ContentHasher.contentID(of: linkTarget)
  }

  func take(_ tree: Tree) throws(StorageError) -> ContentID {
    tree.id
  }

  func needsFile(_ id: ContentID) throws(StorageError) -> Bool {
    false
  }
}
