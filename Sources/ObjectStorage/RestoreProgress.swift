/// How far writing files from a store has come.
public struct RestoreProgress: Hashable, Sendable {
  /// The number of files that are as they should be, written or found so; links too.
  public var filesDone: Int64 = 0
  /// The number of files that had to be written.
  public var filesWritten: Int64 = 0
  /// The number of bytes that were written.
  public var bytesWritten: Int64 = 0

  /// Starts with nothing.
  public init() {}
}
