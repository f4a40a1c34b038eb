public import MLTBase

/// The content that a file was found to have, with the status that shows whether it still has it.
public struct CachedContent: Hashable, Sendable {
  /// The file's path (``PathText``).
  public var path: String
  /// The file system's device number.
  public var device: UInt64
  /// The file's number within its file system.
  public var inode: UInt64
  /// The size in bytes.
  public var size: Int64
  /// The time of the last change of content, in nanoseconds since 1970.
  public var modified: Int64
  /// The time of the last change of content or status, in nanoseconds since 1970.
  public var changed: Int64
  /// The content.
  public var content: ContentID
  /// Whether the owner may execute the file.
  public var isExecutable: Bool
  /// When the status was taken, before the content was read.
  public var entered: Timestamp

  /// Takes the facts; `status` must have been taken, at `entered`, before the content was read.
  public init(path: String, status: FileStatus, content: ContentID, entered: Timestamp) {
    self.path = path
    device = status.device
    inode = status.inode
    size = status.size
    modified = status.modified
    changed = status.changed
    self.content = content
    isExecutable = status.isExecutable
    self.entered = entered
  }

  init(
    path: String, device: UInt64, inode: UInt64, size: Int64, modified: Int64, changed: Int64, content: ContentID,
    isExecutable: Bool, entered: Timestamp
  ) {
    self.path = path
    self.device = device
    self.inode = inode
    self.size = size
    self.modified = modified
    self.changed = changed
    self.content = content
    self.isExecutable = isExecutable
    self.entered = entered
  }

  /// How much older than the entry a file's times must be for the entry to be trusted, in nanoseconds.
  ///
  /// File systems take times from a clock that ticks every few milliseconds: a file that changes twice within a tick
  /// looks the same after both changes.
  public static let raciness: Int64 = 20_000_000

  /// Tells whether a file with this status certainly still has the content.
  public func holds(for status: FileStatus) -> Bool {
    guard status.kind == .regular, status.device == device, status.inode == inode, status.size == size,
      status.modified == modified, status.changed == changed, status.isExecutable == isExecutable
    else { return false }
    let (nanoseconds, overflow) = entered.microseconds.multipliedReportingOverflow(by: 1000)
    let (latest, underflow) = nanoseconds.subtractingReportingOverflow(Self.raciness)
    return !overflow && !underflow && modified < latest && changed < latest
  }
}
