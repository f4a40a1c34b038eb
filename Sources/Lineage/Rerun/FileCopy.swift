internal import MLTBase
internal import SystemPackage

/// Copies single files, sharing their bytes where the file system can.
enum FileCopy {
  /// Copies a file to a place where nothing or a file stands, with its permission to execute.
  static func copy(_ source: FilePath, to target: FilePath) throws {
    let input = try attempting("open", source) { try FileDescriptor.open(source, .readOnly, options: [.closeOnExec]) }
    try input.closeAfter {
      let isExecutable = try FileStatus(of: input, path: source).isExecutable
      let output = try attempting("create", target) {
        try FileDescriptor.open(
          target, .writeOnly, options: [.create, .truncate, .closeOnExec, .noFollow],
          permissions: FilePermissions(rawValue: isExecutable ? 0o777 : 0o666))
      }
      try output.closeAfter {
        if FileOperations.clone(input, into: output) { return }
        var buffer = [UInt8](repeating: 0, count: 1 << 20)
        while true {
          let count = try attempting("read", source) { try buffer.withUnsafeMutableBytes { try input.read(into: $0) } }
          if count == 0 { return }
          try attempting("write", target) { _ = try output.writeAll(buffer[..<count]) }
        }
      }
    }
  }
}
