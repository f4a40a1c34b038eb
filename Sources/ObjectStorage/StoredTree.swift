public import MLTBase
public import SystemPackage

/// A folder that was read through.
public struct StoredTree: Hashable, Sendable {
  /// Something below the folder that the tree is without.
  public struct Skipped: Hashable, Sendable {
    /// Why it was left out.
    public enum Reason: Hashable, Sendable {
      /// It is a socket, a device or a named pipe.
      case special
      /// It is named as git or this program name their own data.
      case reservedName
      /// It can't be read, or went away meanwhile.
      case unreadable(Errno)
    }

    /// The path's bytes, relative to the folder.
    public var path: [UInt8]
    /// Why it was left out.
    public var reason: Reason

    /// Takes the facts.
    public init(path: [UInt8], reason: Reason) {
      self.path = path
      self.reason = reason
    }
  }

  /// The id of the folder's tree.
  public var content: ContentID
  /// The number of bytes of all files and links below.
  public var size: Int64
  /// The number of all files and links below.
  public var count: Int64
  /// What was left out, in the order of the walk; what ``FolderOptions/isIgnored`` names isn't listed.
  public var skipped: [Skipped]
  /// The relative paths of files that changed while they were read (``StoredFile/wasUnstable``).
  public var unstable: [[UInt8]]

  /// Takes the facts.
  public init(content: ContentID, size: Int64, count: Int64, skipped: [Skipped], unstable: [[UInt8]]) {
    self.content = content
    self.size = size
    self.count = count
    self.skipped = skipped
    self.unstable = unstable
  }
}
