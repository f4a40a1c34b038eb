public import MLTBase
public import SystemPackage

/// A reason why a command couldn't be run, or its spool not be read.
public enum TracingError: Error, Hashable, Sendable {
  /// There is no such program (`ENOENT`); a shell's exit status for it is 127.
  case notFound(program: [UInt8])
  /// The program can't be executed; a shell's exit status for it is 126.
  case notExecutable(program: [UInt8], errno: Errno)
  /// No command was given, or one of its strings holds a zero byte.
  case invalidRequest
  /// The keeper was killed, so that the command's end isn't known.
  case keeperLost
  /// The file isn't a spool, or of a version that isn't known.
  case notASpool(FilePath)
  /// A system call failed.
  case system(SystemCallError)
}

extension TracingError: CustomStringConvertible {
  /// A lower-case phrase for messages.
  public var description: String {
    switch self {
    case .notFound(let program): "cannot run '\(PathText.encode(program))': no such program"
    case .notExecutable(let program, let errno): "cannot run '\(PathText.encode(program))': \(errno)"
    case .invalidRequest: "cannot run an empty command or one with zero bytes"
    case .keeperLost: "cannot tell how the command ended: its keeper was killed"
    case .notASpool(let path): "cannot read '\(PathText.encode(path.bytes))': not a spool of a known version"
    case .system(let error): error.description
    }
  }
}
