public import ObjectStorage
public import Remotes

/// What somebody who waits is told, and how they stop what goes on.
public struct Monitor: Sendable {
  /// Called now and then with what has been read and stored of one file or folder.
  public var stored: (@Sendable (IngestProgress) -> Void)?
  /// Called now and then with what has been written of one file or folder.
  public var restored: (@Sendable (RestoreProgress) -> Void)?
  /// Called now and then with what has been sent or received.
  public var transferred: (@Sendable (TransferProgress) -> Void)?
  /// Called with what a check of a run has printed, when it is done.
  public var checked: (@Sendable ([UInt8]) -> Void)?
  /// Whether to stop, leaving everything sound.
  public var isCancelled: (@Sendable () -> Bool)?

  /// Tells nobody and goes on to the end.
  public init() {}
}
