internal import Glibc
internal import MLTBase
internal import SystemPackage

/// The standard streams of this process, put aside while a command has others.
struct RedirectedStreams {
  private let input: FileDescriptor
  private let output: FileDescriptor

  /// Puts others in their place: without a file, nothing comes in, and what goes out goes to stderr.
  init(input file: FilePath?, output target: FilePath?, isAppending: Bool) throws {
    input = FileDescriptor(rawValue: fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3))
    output = FileDescriptor(rawValue: fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3))
    do {
      let source = try attempting("open", file) { try FileDescriptor.open(file ?? "/dev/null", .readOnly) }
      try Self.put(source, STDIN_FILENO)
      guard let target else {
        guard dup2(STDERR_FILENO, STDOUT_FILENO) >= 0 else {
          throw SystemCallError("redirect", nil, Errno(rawValue: errno))
        }
        return
      }
      try FileOperations.createFolder(target.removingLastComponent())
      let sink = try attempting("create", target) {
        try FileDescriptor.open(
          target, .writeOnly, options: isAppending ? [.create, .append] : [.create, .truncate],
          permissions: FilePermissions(rawValue: 0o666))
      }
      try Self.put(sink, STDOUT_FILENO)
    } catch {
      restore()
      throw error
    }
  }

  private static func put(_ descriptor: FileDescriptor, _ number: CInt) throws {
    // A process that was started without the stream gets its number for the first file it opens.
    if descriptor.rawValue == number { return }
    try descriptor.closeAfter {
      guard dup2(descriptor.rawValue, number) >= 0 else {
        throw SystemCallError("redirect", nil, Errno(rawValue: errno))
      }
    }
  }

  /// Gives the process its own back.
  func restore() {
    // Nothing is left to do about a failure; the descriptors were valid.
    for (saved, number) in [(input, STDIN_FILENO), (output, STDOUT_FILENO)] where saved.rawValue >= 0 {
      _ = dup2(saved.rawValue, number)
      try? saved.close()
    }
  }
}
