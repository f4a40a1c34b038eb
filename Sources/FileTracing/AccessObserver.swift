public import MLTBase
public import SystemPackage

/// A change that is about to destroy what a file holds, and waits until an observer has looked at it.
public struct Barrier: Hashable, Sendable {
  /// The kinds of change.
  public enum Kind: UInt32, Hashable, Sendable {
    /// The file is being opened for writing as it is.
    case changing = 1
    /// The file, read before by the command, is being emptied or cut.
    case truncating = 2
    /// The file (read before) or symbolic link is being removed or renamed away.
    case removing = 3
    /// Another file is being renamed over the file (read before) or symbolic link.
    case replacing = 4
  }

  /// The kind of change.
  public var kind: Kind
  /// The absolute path of the file, which still holds its bytes.
  public var path: [UInt8]
  /// The process that waits.
  public var process: Int32
  /// Whether the path itself is a symbolic link that is about to go.
  public var isSymbolicLink: Bool
  /// Whether the change is made by a run inside this one.
  public var belongsToInnerScope: Bool

  /// Takes the facts.
  public init(
    kind: Kind, path: [UInt8], process: Int32 = 0, isSymbolicLink: Bool = false, belongsToInnerScope: Bool = false
  ) {
    self.kind = kind
    self.path = path
    self.process = process
    self.isSymbolicLink = isSymbolicLink
    self.belongsToInnerScope = belongsToInnerScope
  }
}

/// One who is told of a command's file accesses while ``CommandSession`` runs it.
///
/// All calls come from the thread that runs the session, one after the other.
public protocol AccessObserver: AnyObject {
  /// Takes note that the command can't be followed, and why; the command starts when this returns.
  func refused(_ errno: Errno)

  /// Tells that the command has been started.
  func started(pid: Int32)

  /// Tells of an access, in the order they happened: all that came before a barrier, then the barrier; the rest after
  /// the command's end.
  func observe(_ event: AccessEvent)

  /// Tells that a file's content is about to be lost; the process that is about to change it waits for the answer.
  ///
  /// - Returns: the name of the content before the change, which comes back as ``AccessEvent/Kind/preimage(_:_:)``; nil
  ///   if it couldn't be taken.
  func beforeChange(_ barrier: Barrier) -> ContentID?
}

extension AccessObserver {
  /// Does nothing.
  public func refused(_ errno: Errno) {}

  /// Does nothing.
  public func started(pid: Int32) {}
}
