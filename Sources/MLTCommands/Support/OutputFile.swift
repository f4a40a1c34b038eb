internal import Lineage
internal import MLTBase
internal import SystemPackage

/// A file that somebody asked for with `-o` or its like.
enum OutputFile {
  /// Writes text to it; `-` is standard output.
  ///
  /// A file is replaced as a whole. What is there and no file, as a device, a pipe or a symbolic link, stays what it is and is
  /// written to.
  ///
  /// - Throws: `SystemCallError`.
  static func write(
    _ text: String, to name: String, _ session: Session, permissions: FilePermissions = FilePermissions(rawValue: 0o644)
  )
    throws(SystemCallError)
  {
    if name == "-" { return try session.show(text) }
    let path = session.context.directory.pushing(FilePath(name))
    guard let status = try FileStatus(at: path), status.kind != .regular else {
      return try FileOperations.replace(path, with: Array(text.utf8), permissions: permissions, sync: false)
    }
    try attempting("write", path) {
      let descriptor = try FileDescriptor.open(
        path, .writeOnly, options: [.create, .truncate, .closeOnExec], permissions: permissions)
      try descriptor.closeAfter { _ = try descriptor.writeAll(text.utf8) }
    }
  }
}
