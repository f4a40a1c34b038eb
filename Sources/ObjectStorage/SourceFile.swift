internal import Glibc
package import MLTBase
package import SystemPackage

/// A file that is being read for the store, watched for changes meanwhile.
package struct SourceFile: ~Copyable {
  package let path: FilePath
  package let descriptor: FileDescriptor
  /// The file's status when it was opened.
  package let status: FileStatus

  /// Opens a regular file.
  init(_ path: FilePath, followingLinks: Bool) throws(StorageError) {
    // A pipe that has taken a file's place must not make the call wait for a writer.
    var options: FileDescriptor.OpenOptions = [.closeOnExec, .nonBlocking]
    if !followingLinks { options.insert(.noFollow) }
    let opened = try readable { () throws(SystemCallError) in
      try attempting("open", path) { try FileDescriptor.open(path, .readOnly, options: options) }
    }
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

  /// Reads until `target` is full or the file ends, and returns the number of bytes.
  func read(into target: UnsafeMutableRawBufferPointer) throws(StorageError) -> Int {
    var done = 0
    while done < target.count {
      let rest = UnsafeMutableRawBufferPointer(rebasing: target[done...])
      let got = try readable { () throws(SystemCallError) in
        try attempting("read", path) { try descriptor.read(into: rest) }
      }
      if got == 0 { break }
      done += got
    }
    return done
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
    var attempt = 0
    while true {
      attempt += 1
      let source = try SourceFile(path, followingLinks: followingLinks)
      let (id, size) = try body(source)
      let isStable = try source.isUnchanged(afterReading: size)
      guard isStable || attempt == 2 else { continue }
      let file = StoredFile(
        content: id, size: size, isExecutable: source.status.isExecutable, wasUnstable: !isStable)
      return Outcome(file: file, status: isStable ? source.status : nil)
    }
  }
}
