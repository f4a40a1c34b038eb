internal import CTracing
internal import MLTBase
internal import SystemPackage

/// The place of this run within the run around it, whose keeper follows both.
struct OuterScope: ~Copyable {
  private let connection: FileDescriptor
  private let spool: FileDescriptor
  private let id: UInt32
  private let start: UInt64

  /// Registers this process with the keeper that serves a name.
  ///
  /// - Throws: the reason why it doesn't take us in; `connectionRefused` when there is no such keeper.
  init(name: String) throws(Errno) {
    var connection: CInt = -1
    var spool: CInt = -1
    var reply = mlt_message()
    let error = mlt_scope_register(name, &connection, &spool, &reply)
    guard error == 0 else { throw Errno(rawValue: error) }
    self.connection = FileDescriptor(rawValue: connection)
    self.spool = FileDescriptor(rawValue: spool)
    id = UInt32(bitPattern: reply.value)
    start = reply.offset
  }

  deinit {
    try? connection.close()  // sockets and read-only files have nothing to report
    try? spool.close()
  }

  /// Ends the scope and hands over its events.
  ///
  /// - Returns: the number of events that are known to be missing.
  func end(_ body: (AccessEvent) -> Void) -> Int {
    var reply = mlt_message()
    // A keeper that is gone has taken an unknown number of events with it; those before stand in its spool.
    let isLost = mlt_scope_end(connection.rawValue, &reply) != 0
    var cursor = SpoolCursor(spool, at: start)
    cursor.drain(to: isLost ? .max : reply.offset) { record in
      if case .event(let event, scope: id) = record { body(event) }
    }
    return isLost ? 1 : Int(clamping: reply.dropped) + (cursor.isBroken ? 1 : 0)
  }
}
