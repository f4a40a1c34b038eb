/// How far reading files and folders for a store has come.
public struct IngestProgress: Hashable, Sendable {
  /// The number of files and links that were met.
  public var filesSeen: Int64 = 0
  /// The number of files that were read: those that weren't known.
  public var filesRead: Int64 = 0
  /// The number of bytes that were read.
  public var bytesRead: Int64 = 0
  /// The number of bytes that were added to packs: new ones, compressed.
  public var bytesStored: Int64 = 0

  /// Starts with nothing.
  public init() {}
}
