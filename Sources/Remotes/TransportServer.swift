internal import MLTBase
public import SystemPackage

/// Serves a remote to a ``StreamTransport`` at the other end of a stream of bytes.
public struct TransportServer {
  // What is read from the disk at once for one request.
  private static let pieceLength = 4 << 20

  private let transport: any Transport
  private let channel: ByteChannel

  /// Takes what is served and where requests come from and answers go.
  public init(_ transport: any Transport, input: FileDescriptor, output: FileDescriptor) {
    self.transport = transport
    channel = ByteChannel(input: input, output: output)
  }

  /// Answers requests until the other side ends the stream.
  ///
  /// - Throws: ``TransportError/violation(_:)`` if the other side breaks a rule, ``TransportError/connectionLost`` if it
  ///   ends in the middle of a frame, ``TransportError/notAServer(_:)`` and ``TransportError/otherProtocol(version:)``.
  public func run() throws(TransportError) {
    try channel.greet()
    while let frame = try channel.receive() {
      var reader = FrameReader(frame)
      let malformed = TransportError.violation(.malformed(kind: frame.kind.rawValue))
      switch frame.kind {
      case .list:
        guard let number = reader.number(UInt8.self), let folder = RemoteFolder(rawValue: number), reader.isAtEnd else {
          throw malformed
        }
        try answer { channel throws(TransportError) in try list(folder) }
      case .read:
        guard let name = reader.name(), let offset = reader.number(UInt64.self), let count = reader.number(UInt64.self),
          let offset = Int64(exactly: offset), count <= UInt64(ReadRequest.sizeLimit), reader.isAtEnd
        else { throw malformed }
        try answer { channel throws(TransportError) in
          try read(ReadRequest(name, offset: offset, count: Int(count)))
        }
      case .put:
        guard let name = reader.name(), let length = reader.number(UInt64.self),
          length <= UInt64(ReadRequest.sizeLimit), reader.isAtEnd
        else { throw malformed }
        let bytes = try data(Int(length))
        try answer { channel throws(TransportError) in
          let isPut = try Self.onTransport { () throws(TransportError) in try transport.put(name, bytes) }
          return isPut.map { [$0 ? 1 : 0] }
        }
      case .delete:
        guard let name = reader.name(), reader.isAtEnd else { throw malformed }
        try answer { channel throws(TransportError) in
          try Self.onTransport { () throws(TransportError) in try transport.delete(name) }.map { [] }
        }
      case .present:
        guard reader.isAtEnd else { throw malformed }
        try answer { channel throws(TransportError) in
          try Self.onTransport { () throws(TransportError) in try transport.present() }.map { time in
            var payload = FrameWriter()
            payload.append(time)
            return payload.bytes
          }
        }
      case .sweep:
        guard let time = reader.number(Int64.self), reader.isAtEnd else { throw malformed }
        try answer { channel throws(TransportError) in
          try Self.onTransport { () throws(TransportError) in try transport.sweep(before: time) }.map { [] }
        }
      case .done, .entries, .data, .failed: throw .violation(.unexpected(kind: frame.kind.rawValue))
      }
    }
  }

  // Keeps apart what the other side is told of and what ends the connection.
  private static func onTransport<Success>(
    _ body: () throws(TransportError) -> Success
  ) throws(TransportError) -> Result<Success, TransportError> {
    do throws(TransportError) {
      return .success(try body())
    } catch {
      return .failure(error)
    }
  }

  private func answer(
    _ body: (ByteChannel) throws(TransportError) -> Result<[UInt8], TransportError>
  ) throws(TransportError) {
    switch try body(channel) {
    case .success(let payload): try channel.send(Frame(.done, payload))
    case .failure(let error):
      var payload = FrameWriter()
      payload.append(error)
      try channel.send(Frame(.failed, payload.bytes))
    }
  }

  private func list(_ folder: RemoteFolder) throws(TransportError) -> Result<[UInt8], TransportError> {
    let entries: [RemoteEntry]
    do throws(TransportError) {
      entries = try transport.list(folder)
    } catch {
      return .failure(error)
    }
    var payload = FrameWriter()
    for entry in entries {
      payload.append(entry.name)
      payload.append(UInt64(max(0, entry.size)))
      payload.append(entry.modified)
      if payload.bytes.count > 64 << 10 {
        try channel.send(Frame(.entries, payload.bytes))
        payload = FrameWriter()
      }
    }
    if !payload.bytes.isEmpty { try channel.send(Frame(.entries, payload.bytes)) }
    return .success([])
  }

  private func read(_ request: ReadRequest) throws(TransportError) -> Result<[UInt8], TransportError> {
    var pieces: [ReadRequest] = []
    var done = 0
    repeat {
      let count = min(request.count - done, Self.pieceLength)
      let (offset, overflow) = request.offset.addingReportingOverflow(Int64(done))
      guard !overflow else { return .failure(.truncated(request.name)) }
      pieces.append(ReadRequest(request.name, offset: offset, count: count))
      done += count
    } while done < request.count
    var broken: TransportError?
    do throws(TransportError) {
      try transport.read(pieces) { _, bytes in
        do throws(TransportError) {
          try channel.sendData(bytes)
          return true
        } catch {
          broken = error
          return false
        }
      }
    } catch {
      return .failure(error)
    }
    if let broken { throw broken }
    return .success([])
  }

  // All of it is read, whatever becomes of it.
  private func data(_ length: Int) throws(TransportError) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(min(length, 64 << 20))
    while bytes.count < length {
      guard let frame = try channel.receive() else { throw .connectionLost }
      guard frame.kind == .data else { throw .violation(.unexpected(kind: frame.kind.rawValue)) }
      guard !frame.payload.isEmpty, frame.payload.count <= length - bytes.count else { throw .violation(.wrongCount) }
      bytes += frame.payload
    }
    return bytes
  }
}
