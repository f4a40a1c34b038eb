/// A file or link that a commit has.
public struct CommitFile: Hashable, Sendable {
  /// The path, from the folder that was asked for.
  public var path: [UInt8]
  /// Whether its owner may execute it.
  public var isExecutable: Bool
  /// Whether it is a symbolic link.
  public var isLink: Bool
}
