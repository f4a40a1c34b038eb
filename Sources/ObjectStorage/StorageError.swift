public import MLTBase
public import SystemPackage

/// Why the store couldn't do what it was asked.
public enum StorageError: Error, Hashable, Sendable {
  /// A system call on the store's own files or on a restored file failed: disk full, for one.
  case system(SystemCallError)
  /// A file or folder that was to be stored or identified can't be read.
  case unreadable(SystemCallError)
  /// What was to be stored or identified as a file is something else: a folder, device, socket or pipe.
  case notAFile(FilePath)
  /// The folder has no store in it.
  case notAStore(FilePath)
  /// No pack has the object.
  case missing(ContentID, ObjectKind)
  /// Bytes in a pack aren't what they must be.
  case corrupt(Corruption)
  /// A pack was written by a newer version.
  case unsupportedVersion(FilePath, UInt32)
  /// An object is larger than the caller or the format permits.
  case tooLarge(ContentID, limit: Int64)
  /// Entries don't make a tree.
  case invalidTree(TreeProblem)
  /// A tree has an entry that must not be written to a folder; the path is relative to that folder.
  case unsafeEntry([UInt8], UnsafeEntry)
  /// A tree has more folders in it than are ever written.
  case tooManyFolders(ContentID, limit: Int64)
  /// A folder with something in it is where a file is to be restored.
  case folderInTheWay(FilePath)
  /// Something else is where a file is to be restored than the caller said may be replaced.
  case changedMeanwhile(FilePath)
  /// An object can't be looked up by fewer than four or more than 64 lowercase hexadecimal digits, or by anything else.
  case invalidPrefix(String)
  /// An earlier failure, or ending it, left the writer unable to go on.
  case writerEnded
  /// An object that an operation counted on was collected before the operation's facts were written; it is to be repeated.
  case collectedMeanwhile(ContentID)
  /// Another process collects, merges or repairs; the path is that of its lock.
  case busy(FilePath)
  /// The caller asked to stop.
  case cancelled
}

/// Where bytes of the store are damaged, and how.
public struct Corruption: Error, Hashable, Sendable {
  /// What is wrong with the bytes.
  public enum Damage: Hashable, Sendable {
    /// A pack's header, trailer or size is wrong: cut short, most often.
    case frame
    /// A pack's index doesn't match its checksum or name, or breaks the format's rules.
    case index
    /// The file ended before the object's bytes did.
    case truncated
    /// An object's bytes can't be decompressed to the length they should have.
    case compression
    /// An object's bytes have another hash.
    case hash
    /// A recipe breaks the format's rules, or doesn't add up to the file it is for.
    case recipe
    /// A tree breaks the format's rules.
    case tree(TreeProblem)
  }

  /// The pack, where the damage lies in one.
  public var pack: FilePath?
  /// The object, where it is one object's.
  public var object: ContentID?
  /// What is wrong.
  public var damage: Damage

  /// Takes the facts.
  public init(pack: FilePath?, object: ContentID?, damage: Damage) {
    self.pack = pack
    self.object = object
    self.damage = damage
  }
}

/// Which rule of a tree is broken.
public enum TreeProblem: Hashable, Sendable {
  /// The listing's first line is missing or of another version.
  case header
  /// An entry isn't written as the format says.
  case entry
  /// A name is empty, too long, `.`, `..`, or has a zero or a slash.
  case name([UInt8])
  /// Names are out of order, or one is there twice.
  case order([UInt8])
  /// A size or count is negative, too large in sum, or not 1 for a file.
  case figures([UInt8])
}

/// Why an entry of a tree isn't written to a folder.
public enum UnsafeEntry: Hashable, Sendable {
  /// The name is one that git or this program keeps its own data under.
  case reservedName
  /// A symbolic link leads out of the folder.
  case linkLeadsOut
  /// A symbolic link has no target or one that can't be a path.
  case linkTarget
}

extension StorageError: CustomStringConvertible {
  /// A lower-case phrase for messages.
  public var description: String {
    switch self {
    case .system(let error), .unreadable(let error): error.description
    case .notAFile(let path): "'\(path.text)' is not a regular file"
    case .notAStore(let path): "no store in '\(path.text)'"
    case .missing(let id, let kind): "\(kind.noun) '\(id.short)' is not in the store"
    case .corrupt(let corruption): corruption.description
    case .unsupportedVersion(let path, let version): "pack '\(path.text)' has format version \(version)"
    case .tooLarge(let id, let limit): "object '\(id.short)' is larger than \(limit) bytes"
    case .invalidTree(let problem): "invalid tree: \(problem)"
    case .unsafeEntry(let path, let reason): "refusing to restore '\(PathText.encode(path))': \(reason)"
    case .tooManyFolders(let id, let limit): "tree '\(id.short)' has more than \(limit) folders in it"
    case .folderInTheWay(let path): "folder '\(path.text)' is in the way"
    case .changedMeanwhile(let path): "'\(path.text)' has changed meanwhile"
    case .invalidPrefix(let prefix): "'\(prefix)' is not the beginning of a content id"
    case .writerEnded: "the store's writer has ended"
    case .collectedMeanwhile(let id): "object '\(id.short)' was collected while it was being used"
    case .busy(let path): "another process is working on the packs: '\(path.text)' is locked"
    case .cancelled: "cancelled"
    }
  }
}

extension Corruption: CustomStringConvertible {
  /// A lower-case phrase for messages.
  public var description: String {
    let reason =
      switch damage {
      case .frame: "header or trailer is damaged, or the file is truncated"
      case .index: "index is damaged"
      case .truncated: "file is truncated"
      case .compression: "compressed bytes are damaged"
      case .hash: "bytes have another hash"
      case .recipe: "list of chunks is damaged"
      case .tree(let problem): "listing is damaged: \(problem)"
      }
    let subject =
      switch (object, pack) {
      case (let object?, let pack?): "object '\(object.short)' in pack '\(pack.text)'"
      case (let object?, nil): "object '\(object.short)'"
      case (nil, let pack?): "pack '\(pack.text)'"
      case (nil, nil): "store"
      }
    return "cannot read \(subject): \(reason)"
  }
}

extension TreeProblem: CustomStringConvertible {
  /// A lower-case phrase for messages.
  public var description: String {
    switch self {
    case .header: "first line is not that of a tree"
    case .entry: "malformed entry"
    case .name(let name): "illegal name '\(PathText.encode(name))'"
    case .order(let name): "name '\(PathText.encode(name))' is out of order or there twice"
    case .figures(let name): "size or count of '\(PathText.encode(name))' is impossible"
    }
  }
}

extension UnsafeEntry: CustomStringConvertible {
  /// A lower-case phrase for messages.
  public var description: String {
    switch self {
    case .reservedName: "the name is reserved"
    case .linkLeadsOut: "the link leads out of the folder"
    case .linkTarget: "the link's target is not a path"
    }
  }
}

/// Runs a system call on the store's own files.
func stored<Result: ~Copyable>(_ body: () throws(SystemCallError) -> Result) throws(StorageError) -> Result {
  do { return try body() } catch { throw .system(error) }
}

/// Runs a system call on a file that is to be stored.
func readable<Result>(_ body: () throws(SystemCallError) -> Result) throws(StorageError) -> Result {
  do { return try body() } catch { throw .unreadable(error) }
}
