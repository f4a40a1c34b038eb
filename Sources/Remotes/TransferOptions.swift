/// How far a transfer has come.
public struct TransferProgress: Hashable, Sendable {
  /// The objects that are done.
  public var objects = 0
  /// The objects that are known to be needed.
  public var objectsTotal = 0
  /// The bytes that are done, as they are stored.
  public var bytes: Int64 = 0
  /// The bytes that are known to be needed; for a fetch the number grows as folders are read.
  public var bytesTotal: Int64 = 0
  /// The journal's events that are done.
  public var events: Int64 = 0

  /// Starts with nothing.
  public init() {}
}

/// Who is told of a transfer and can stop it.
public struct TransferOptions: Sendable {
  /// Told after each piece, on the caller's thread; nil for nobody.
  public var progress: (@Sendable (TransferProgress) -> Void)?
  /// Asked before each piece whether to stop; what is done by then stays, and a repeat goes on from there.
  public var isCancelled: (@Sendable () -> Bool)?

  /// Takes both.
  public init(
    progress: (@Sendable (TransferProgress) -> Void)? = nil, isCancelled: (@Sendable () -> Bool)? = nil
  ) {
    self.progress = progress
    self.isCancelled = isCancelled
  }

  func check() throws(RemoteError) {
    if isCancelled?() == true { throw .cancelled }
  }
}
