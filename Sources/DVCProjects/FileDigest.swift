public import MLTBase
public import SystemPackage

/// What one reading of a file says of it: DVC's hash of its bytes and their content id.
public struct FileDigest: Hashable, Sendable {
  /// DVC's hash.
  public var hash: DVCHash
  /// The content id.
  public var content: ContentID
  /// The number of bytes.
  public var size: Int64

  /// Reads a file through.
  ///
  /// - Parameter followingLinks: whether a symbolic link at the path's end may be followed.
  /// - Returns: nil if there is no regular file.
  public static func read(
    _ path: FilePath, _ algorithm: DVCHash.Algorithm, followingLinks: Bool
  ) throws(SystemCallError) -> FileDigest? {
    guard try FileStatus(at: path, followingLinks: followingLinks)?.kind == .regular else { return nil }
    // A pipe that has taken the file's place must not make the call wait for a writer.
    var options: FileDescriptor.OpenOptions = [.closeOnExec, .nonBlocking]
    if !followingLinks { options.insert(.noFollow) }
    let descriptor = try attempting("open", path) {
      try FileDescriptor.open(path, .readOnly, options: options)
    }
    defer { try? descriptor.close() }  // only read from
    guard try FileStatus(of: descriptor, path: path).kind == .regular else { return nil }
    var hasher = DVCHasher(algorithm)
    var content = ContentHasher()
    var size: Int64 = 0
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: DVCHasher.pieceLength, alignment: 16)
    defer { buffer.deallocate() }
    while true {
      let count = try attempting("read", path) { try descriptor.read(into: buffer) }
      if count == 0 { break }
      let piece = UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(buffer)[..<count])
      hasher.update(piece)
      content.update(piece)
      size += Int64(count)
    }
    return FileDigest(hash: hasher.finalize(), content: content.finalize(), size: size)
  }
}
