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

  /// Reads a file; a symbolic link is followed only if asked.
  func take(fileAt path: FilePath, followingLinks: Bool) throws(StorageError) -> SourceFile.Outcome {
    try SourceFile.readTwiceIfUnstable(path, followingLinks: followingLinks) { (source) throws(StorageError) in
      try take(source)
    }
  }

  func take(_ source: borrowing SourceFile) throws(StorageError) -> (id: ContentID, size: Int64) {
    var hasher = ContentHasher()
    var size: Int64 = 0
    while true {
      let count = try source.read(into: buffer.bytes, after: size)
      hasher.update(buffer.prefix(count))
      size += Int64(count)
      if count < buffer.bytes.count { return (hasher.finalize(), size) }
    }
  }

  func needsFile(_ id: ContentID) throws(StorageError) -> Bool {
    false
  }

  func prepare() throws(StorageError) -> PreparedObjects? {
    nil
  }

  func take(_ objects: PreparedObjects, _ range: Range<Int>) throws(StorageError) {}

  func stream(
    _ source: consuming SourceFile, through work: OrderedWork,
    _ completion: @escaping (ContentID?) throws(StorageError) -> Void
  ) throws(StorageError) {
    preconditionFailure("where nothing is prepared, one thread reads files of any size")
  }

  func take(linkTarget: [UInt8]) throws(StorageError) -> ContentID {
    ContentHasher.contentID(of: linkTarget)
  }

  func take(listing: UnsafeRawBufferPointer) throws(StorageError) -> ContentID {
    ContentHasher.contentID(of: listing)
  }
}
