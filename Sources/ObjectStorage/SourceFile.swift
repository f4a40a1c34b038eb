internal import Glibc
package import MLTBase
package import SystemPackage

/// A file that is being read for the store, watched for changes meanwhile.
package struct SourceFile: ~Copyable {
  package let path: FilePath
  package let descriptor: FileDescriptor
  /// The file's status when it was opened.
  package let status: FileStatus

  // The kernel's own files say they are empty; this much of one is read.
  private static let unsizedLimit: Int64 = 64 << 20

  /// Opens a regular file.
  init(_ path: FilePath, followingLinks: Bool) throws(StorageError) {
    // A pipe that has taken a file's place must not make the call wait for a writer.
    var options: FileDescriptor.OpenOptions = [.closeOnExec, .nonBlocking]
    if !followingLinks { options.insert(.noFollow) }
    let opened = try readable { () throws(SystemCallError) in
      try attempting("open", path) { try FileDescriptor.open(path, .readOnly, options: options) }
    }
    try self.init(opened, path)
  }

  /// Opens a regular file in an open folder; a symbolic link isn't followed.
  init(_ name: UnsafePointer<CChar>, in folder: FolderHandle, path: FilePath) throws(StorageError) {
    let opened: FileDescriptor
    do throws(Errno) {
      opened = try folder.openFile(name)
    } catch {
      throw .unreadable(SystemCallError("open", path, error))
    }
    try self.init(opened, path)
  }

  private init(_ opened: FileDescriptor, _ path: FilePath) throws(StorageError) {
    do throws(StorageError) {
      let status = try readable { () throws(SystemCallError) in try FileStatus(of: opened, path: path) }
      guard status.kind == .regular else { throw StorageError.notAFile(path) }
      self.path = path
      self.status = status
      descriptor = opened
    } catch {
      try? opened.close()  // nothing was written
      throw error
    }
  }

  /// The most bytes to read: one that grows while it is read is read to where it ended, and found to have changed.
  var limit: Int64 { status.size > 0 ? status.size : Self.unsizedLimit }

  /// Reads until `target` is full, the file ends, or its limit is reached; returns the number of bytes.
  ///
  /// - Parameter done: how many were read before.
  func read(into target: UnsafeMutableRawBufferPointer, after done: Int64) throws(StorageError) -> Int {
    let wanted = Int(min(Int64(target.count), limit - done))
    var count = 0
    while count < wanted {
      let rest = UnsafeMutableRawBufferPointer(rebasing: target[count..<wanted])
      let got = try readable { () throws(SystemCallError) in
        try attempting("read", path) { try descriptor.read(into: rest) }
      }
      if got == 0 { break }
      count += got
    }
    return count
  }

  /// Whether the file is as it was when it was opened, having given `size` bytes.
  func isUnchanged(afterReading size: Int64) throws(StorageError) -> Bool {
    let now = try readable { () throws(SystemCallError) in try FileStatus(of: descriptor, path: path) }
    return now.size == size && now.size == status.size && now.modified == status.modified
      && now.changed == status.changed
  }

  deinit {
    try? descriptor.close()  // nothing was written
  }

  /// What reading a file through gave.
  package struct Outcome {
    package var file: StoredFile
    /// The status of the file that holds these bytes; nil if it was unstable.
    package var status: FileStatus?
  }

  /// Reads a file with `body`, once more if it changed meanwhile.
  package static func readTwiceIfUnstable(
    _ path: FilePath, followingLinks: Bool,
    _ body: (borrowing SourceFile) throws(StorageError) -> (id: ContentID, size: Int64)
  ) throws(StorageError) -> Outcome {
    try readTwiceIfUnstable(
      opening: { () throws(StorageError) in try SourceFile(path, followingLinks: followingLinks) }, body)
  }

  /// Reads a file that `opening` opens with `body`, once more if it changed meanwhile.
  static func readTwiceIfUnstable(
    opening: () throws(StorageError) -> SourceFile,
    _ body: (borrowing SourceFile) throws(StorageError) -> (id: ContentID, size: Int64)
  ) throws(StorageError) -> Outcome {
    var attempt = 0
    while true {
      attempt += 1
      let source = try opening()
      let (id, size) = try body(source)
      let isStable = try source.isUnchanged(afterReading: size)
      guard isStable || attempt == 2 else { continue }
      let file = StoredFile(
        content: id, size: size, isExecutable: source.status.isExecutable, wasUnstable: !isStable)
      return Outcome(file: file, status: isStable ? source.status : nil)
    }
  }
}
