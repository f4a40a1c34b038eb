internal import Glibc
internal import MLTBase
internal import Synchronization
public import SystemPackage

/// A remote that a ``TransportServer`` serves at the other end of a stream of bytes.
///
/// One call is on its way at a time; reads of one call are asked for ahead.
public final class StreamTransport: Transport {
  private static let ahead = 16

  // `@unchecked Sendable`: reached only through the mutex.
  private final class Connection: @unchecked Sendable {
    let channel: ByteChannel
    var failure: TransportError?

    init(_ channel: ByteChannel) {
      self.channel = channel
    }
  }

  private let connection: Mutex<Connection>

  /// Greets the other side.
  ///
  /// - Parameters:
  ///   - input: where the other side's bytes come from; stays the caller's.
  ///   - output: where bytes for it go; may be the same.
  /// - Throws: ``TransportError/notAServer(_:)``, ``TransportError/otherProtocol(version:)`` or
  ///   ``TransportError/connectionLost``.
  public init(input: FileDescriptor, output: FileDescriptor) throws(TransportError) {
    let channel = ByteChannel(input: input, output: output)
    try channel.greet()
    connection = Mutex(Connection(channel))
  }

  // What breaks the order of requests and answers ends the connection: nothing that follows could be believed.
  private func exchange<Success: Sendable>(
    _ body: (ByteChannel) throws(TransportError) -> Result<Success, TransportError>
  ) throws(TransportError) -> Success {
    let outcome = connection.withLock { connection -> Result<Success, TransportError> in
      if let failure = connection.failure { return .failure(failure) }
      do throws(TransportError) {
        return try body(connection.channel)
      } catch {
        connection.failure = error
        return .failure(error)
      }
    }
    return try outcome.get()
  }

  private static func receive(_ channel: ByteChannel) throws(TransportError) -> Frame {
    guard let frame = try channel.receive() else { throw .connectionLost }
    return frame
  }

  // The answer to a request that has nothing but an end, whose payload is given.
  private static func end(
    _ channel: ByteChannel, _ name: RemoteName
  ) throws(TransportError) -> Result<FrameReader, TransportError> {
    let frame = try receive(channel)
    switch frame.kind {
    case .done: return .success(FrameReader(frame))
    case .failed: return .failure(try failure(frame, name, nil))
    default: throw .violation(.unexpected(kind: frame.kind.rawValue))
    }
  }

  private static func failure(
    _ frame: Frame, _ name: RemoteName, _ folder: RemoteFolder?
  ) throws(TransportError) -> TransportError {
    var reader = FrameReader(frame)
    guard let failure = reader.failure(name, folder) else { throw .violation(.malformed(kind: frame.kind.rawValue)) }
    return failure
  }

  /// Returns the files of a folder, as ``Transport/list(_:)`` says.
  public func list(_ folder: RemoteFolder) throws(TransportError) -> [RemoteEntry] {
    try exchange { channel throws(TransportError) in
      try channel.send(Frame(.list, [folder.rawValue]))
      var entries: [RemoteEntry] = []
      while true {
        let frame = try Self.receive(channel)
        switch frame.kind {
        case .done: return .success(entries)
        case .failed: return .failure(try Self.failure(frame, .format, folder))
        case .entries:
          var reader = FrameReader(frame)
          while !reader.isAtEnd {
            guard let name = reader.name(), name.folder == folder, let size = reader.number(UInt64.self),
              let size = Int64(exactly: size), let modified = reader.number(Int64.self)
            else { throw .violation(.malformed(kind: frame.kind.rawValue)) }
            guard entries.count < FolderTransport.listLimit else { throw .violation(.wrongCount) }
            entries.append(RemoteEntry(name: name, size: size, modified: modified))
          }
        default: throw .violation(.unexpected(kind: frame.kind.rawValue))
        }
      }
    }
  }

  /// Reads some ranges, as ``Transport/read(_:_:)`` says.
  public func read(_ requests: [ReadRequest], _ body: (Int, [UInt8]) -> Bool) throws(TransportError) {
    for request in requests where request.count < 0 || request.count > ReadRequest.sizeLimit || request.offset < 0 {
      throw .tooLarge(request.name, limit: ReadRequest.sizeLimit)
    }
    try exchange { channel throws(TransportError) in
      var sent = 0
      var failure: TransportError?
      var isStopped = false
      var received = 0
      while received < (isStopped ? sent : requests.count) {
        // Requests are short: sixteen of them fit any pipe, even while the other side doesn't read.
        while !isStopped, sent < requests.count, sent - received < Self.ahead {
          var payload = FrameWriter()
          payload.append(requests[sent].name)
          payload.append(UInt64(requests[sent].offset))
          payload.append(UInt64(requests[sent].count))
          try channel.send(Frame(.read, payload.bytes))
          sent += 1
        }
        switch try Self.data(requests[received], channel) {
        case .success(let bytes): if !isStopped { isStopped = !body(received, bytes) }
        case .failure(let error):
          failure = failure ?? error
          isStopped = true
        }
        received += 1
      }
      return failure.map { .failure($0) } ?? .success(())
    }
  }

  private static func data(
    _ request: ReadRequest, _ channel: ByteChannel
  ) throws(TransportError) -> Result<[UInt8], TransportError> {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(min(request.count, Frame.dataLimit * 16))
    while true {
      let frame = try receive(channel)
      switch frame.kind {
      case .data:
        guard frame.payload.count <= request.count - bytes.count, !frame.payload.isEmpty else {
          throw .violation(.wrongCount)
        }
        bytes += frame.payload
      case .done:
        guard bytes.count == request.count else { throw .violation(.wrongCount) }
        return .success(bytes)
      case .failed: return .failure(try failure(frame, request.name, nil))
      default: throw .violation(.unexpected(kind: frame.kind.rawValue))
      }
    }
  }

  /// Gives a new file its name if it is free, as ``Transport/put(_:_:)`` says.
  public func put(_ name: RemoteName, _ bytes: [UInt8]) throws(TransportError) -> Bool {
    guard bytes.count <= ReadRequest.sizeLimit else { throw .tooLarge(name, limit: ReadRequest.sizeLimit) }
    return try exchange { channel throws(TransportError) in
      var payload = FrameWriter()
      payload.append(name)
      payload.append(UInt64(bytes.count))
      try channel.send(Frame(.put, payload.bytes))
      try channel.sendData(bytes)
      switch try Self.end(channel, name) {
      case .failure(let error): return .failure(error)
      case .success(var reader):
        guard let flag = reader.number(UInt8.self), flag <= 1, reader.isAtEnd else {
          throw .violation(.malformed(kind: Frame.Kind.done.rawValue))
        }
        return .success(flag == 1)
      }
    }
  }

  /// Deletes a file, as ``Transport/delete(_:)`` says.
  public func delete(_ name: RemoteName) throws(TransportError) {
    try exchange { channel throws(TransportError) in
      var payload = FrameWriter()
      payload.append(name)
      try channel.send(Frame(.delete, payload.bytes))
      return try Self.end(channel, name).map { _ in }
    }
  }

  /// Returns the storage's present, as ``Transport/present()`` says.
  public func present() throws(TransportError) -> Int64 {
    try exchange { channel throws(TransportError) in
      try channel.send(Frame(.present))
      switch try Self.end(channel, .format) {
      case .failure(let error): return .failure(error)
      case .success(var reader):
        guard let time = reader.number(Int64.self) else {
          throw .violation(.malformed(kind: Frame.Kind.done.rawValue))
        }
        return .success(time)
      }
    }
  }

  /// Removes what unfinished puts left, as ``Transport/sweep(before:)`` says.
  public func sweep(before time: Int64) throws(TransportError) {
    try exchange { channel throws(TransportError) in
      var payload = FrameWriter()
      payload.append(time)
      try channel.send(Frame(.sweep, payload.bytes))
      return try Self.end(channel, .format).map { _ in }
    }
  }
}
