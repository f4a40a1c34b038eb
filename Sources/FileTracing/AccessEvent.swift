public import MLTBase

/// One access to a file by a followed process, as it was asked of the kernel.
///
/// Events are noted before the kernel answers: accesses that could be seen to fail (a missing file removed, say) are left
/// out, but a few that failed for other reasons remain. Paths are absolute, without `.` and doubled slashes, and lead
/// over the symbolic links the process named.
public struct AccessEvent: Hashable, Sendable {
  /// How a file was opened for writing.
  public struct WriteFlags: OptionSet, Hashable, Sendable {
    /// The bits as the spool holds them.
    public let rawValue: UInt16
    /// Takes the bits.
    public init(rawValue: UInt16) { self.rawValue = rawValue }

    /// The file didn't exist before.
    public static let created = WriteFlags(rawValue: 1)
    /// What it held was dropped at opening.
    public static let truncated = WriteFlags(rawValue: 2)
    /// Every write goes to the end.
    public static let append = WriteFlags(rawValue: 4)
    /// The open succeeds only for a new file.
    public static let exclusive = WriteFlags(rawValue: 8)
    /// The file can be read through the same descriptor.
    public static let readWrite = WriteFlags(rawValue: 16)
  }

  /// Ways out of sight.
  public enum Elsewhere: UInt16, Hashable, Sendable {
    /// A program asked for io_uring, whose opens can't be followed, and was refused (`ENOSYS`).
    case ioUringRefused = 1
    /// A program made a system call of the x32 kind and was refused (`ENOSYS`).
    case foreignCallRefused = 2
    /// A process lives in another mount namespace (a container), so that its paths aren't ours.
    case otherNamespace = 3
    /// A process' memory can't be read, so that its paths are unknown.
    case unreadableProcess = 4
    /// A path couldn't be resolved.
    case unresolvedPath = 5
  }

  /// What was done to which path.
  public enum Kind: Hashable, Sendable {
    /// A file was opened for reading; only the first time is reported.
    case read([UInt8])
    /// A file was looked for and wasn't there; only the first time is reported.
    case missed([UInt8])
    /// A file was opened for writing.
    case write([UInt8], WriteFlags)
    /// A file or folder was renamed, or two exchanged their names.
    case renamed(from: [UInt8], to: [UInt8], exchanged: Bool)
    /// A file got a further name.
    case linked(from: [UInt8], to: [UInt8])
    /// A symbolic link holding `target` was made.
    case symlinked([UInt8], target: [UInt8])
    /// A file or symbolic link was removed.
    case removed([UInt8])
    /// A folder was removed.
    case removedFolder([UInt8])
    /// A folder was made.
    case createdFolder([UInt8])
    /// A file was cut or extended to a length, by its path.
    case truncated([UInt8])
    /// A program or script was executed; privileged when it asks for rights that following takes away.
    case executed([UInt8], isPrivileged: Bool)
    /// What a file held before a change, as ``AccessObserver/beforeChange(_:)`` had answered.
    case preimage([UInt8], ContentID)
    /// A folder was opened for reading, most likely to be listed; a process' first and second time are reported.
    case listed([UInt8])
    /// A connection to another machine was made; only the first time to each address is reported.
    case connected(String)
    /// Something happened that can't be followed.
    case elsewhere(Elsewhere)
  }

  /// What was done to which path.
  public var kind: Kind
  /// The process that did it.
  public var process: Int32
  /// The moment on the monotonic clock, in nanoseconds.
  public var time: UInt64

  /// Takes the facts.
  public init(_ kind: Kind, process: Int32, time: UInt64) {
    self.kind = kind
    self.process = process
    self.time = time
  }
}
