internal import MLTBase
internal import SystemPackage

/// A file that is written beside its path and put there when it is whole; what isn't a file, as `/dev/stdout` and pipes, is written to
/// as it is.
final class ReplacementFile {
  private let path: FilePath
  private let temporary: FilePath?
  private let descriptor: FileDescriptor
  private var isOpen = true

  /// Begins.
  init(_ path: FilePath) throws(SystemCallError) {
    self.path = path
    if let status = try FileStatus(at: path, followingLinks: true), status.kind != .regular {
      temporary = nil
      descriptor = try attempting("open", path) {
        try FileDescriptor.open(path, .writeOnly, options: [.closeOnExec])
      }
      return
    }
    // What a link leads to is replaced, and not the link.
    let place = FileOperations.resolved(path) ?? path
    let name = FileOperations.temporaryPrefix + Hex.encode(FileOperations.randomBytes(8))
    let temporary = place.removingLastComponent().appending(name)
    self.temporary = temporary
    descriptor = try attempting("write", path) {
      try FileDescriptor.open(
        temporary, .writeOnly, options: [.create, .exclusiveCreate, .closeOnExec],
        permissions: FilePermissions(rawValue: 0o666))
    }
  }

  deinit {
    if isOpen { try? descriptor.close() }  // what was written isn't wanted any more
    if isOpen, let temporary { try? FileOperations.remove(temporary) }
  }

  /// Writes bytes.
  func write(_ bytes: UnsafeRawBufferPointer) throws(SystemCallError) {
    try attempting("write", path) { _ = try descriptor.writeAll(bytes) }
  }

  /// Puts the file in its place.
  func finish() throws(SystemCallError) {
    if let temporary {
      try FileOperations.synchronize(descriptor, path)
      try FileOperations.rename(temporary, to: FileOperations.resolved(path) ?? path)
    }
    isOpen = false
    try attempting("close", path) { try descriptor.close() }
  }
}
