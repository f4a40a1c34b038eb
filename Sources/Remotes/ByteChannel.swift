internal import Glibc
internal import MLTBase
internal import SystemPackage

/// Frames over two file descriptors, or over one that goes both ways.
///
/// Used by one thread at a time.
final class ByteChannel {
  private let input: FileDescriptor
  private let output: FileDescriptor
  private var buffer = [UInt8](repeating: 0, count: 256 << 10)
  private var start = 0
  private var end = 0
  // A socket can say that nobody listens any more without a signal.
  private var isSocket = true

  init(input: FileDescriptor, output: FileDescriptor) {
    self.input = input
    self.output = output
  }

  /// Tells the other side who this is and learns who it is.
  func greet() throws(TransportError) {
    var hello = FrameWriter()
    hello.append(Frame.version)
    hello.append(UInt32(0))
    do throws(TransportError) {
      try write(Frame.greeting + hello.bytes)
    } catch .connectionLost {
      // What the other side said before it ended tells more.
    }
    let answer = try bytes(16)
    guard answer.starts(with: Frame.greeting) else { throw .notAServer(answer) }
    let version = answer[8..<12].reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
    guard version == Frame.version else { throw .otherProtocol(version: version) }
  }

  /// Sends a frame.
  func send(_ frame: Frame) throws(TransportError) {
    try send(frame.kind, frame.payload[...])
  }

  /// Sends a frame whose payload is a part of something.
  func send(_ kind: Frame.Kind, _ payload: ArraySlice<UInt8>) throws(TransportError) {
    var head = FrameWriter()
    head.append(UInt32(payload.count + 1))
    head.append(kind.rawValue)
    if payload.count < 4096 { return try write(head.bytes + payload) }
    try write(head.bytes)
    try write(payload)
  }

  /// Sends bytes as data frames.
  func sendData(_ bytes: [UInt8]) throws(TransportError) {
    var rest = bytes[...]
    while !rest.isEmpty {
      try send(.data, rest.prefix(Frame.dataLimit))
      rest = rest.dropFirst(Frame.dataLimit)
    }
  }

  /// Receives a frame; nil if the other side has ended between frames.
  func receive() throws(TransportError) -> Frame? {
    if start == end, try !fill() { return nil }
    let length = try bytes(4).reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
    guard length >= 1, length <= UInt32(Frame.lengthLimit) else { throw .violation(.frameLength(length)) }
    let number = try bytes(1)[0]
    guard let kind = Frame.Kind(rawValue: number) else { throw .violation(.unexpected(kind: number)) }
    return Frame(kind, try bytes(Int(length) - 1))
  }

  private func bytes(_ count: Int) throws(TransportError) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(count)
    while bytes.count < count {
      if start == end, try !fill() { throw .connectionLost }
      let piece = min(count - bytes.count, end - start)
      bytes += buffer[start..<start + piece]
      start += piece
    }
    return bytes
  }

  private func fill() throws(TransportError) -> Bool {
    do {
      end = try buffer.withUnsafeMutableBytes { try input.read(into: $0) }
    } catch {
      end = 0
      start = 0
      let code = error as? Errno ?? .ioError
      throw code == .connectionReset ? .connectionLost : .system(SystemCallError("read from the other side", nil, code))
    }
    start = 0
    return end > 0
  }

  private func write(_ bytes: [UInt8]) throws(TransportError) { try write(bytes[...]) }

  private func write(_ bytes: ArraySlice<UInt8>) throws(TransportError) {
    var code: Errno?
    bytes.withUnsafeBytes { bytes in
      var rest = bytes
      while !rest.isEmpty {
        var count = isSocket ? Glibc.send(output.rawValue, rest.baseAddress, rest.count, CInt(MSG_NOSIGNAL)) : -1
        if isSocket, count < 0, errno == ENOTSOCK { isSocket = false }
        if !isSocket { count = Glibc.write(output.rawValue, rest.baseAddress, rest.count) }
        if count < 0, errno == EINTR { continue }
        if count < 0 {
          code = Errno(rawValue: errno)
          return
        }
        rest = UnsafeRawBufferPointer(rebasing: rest[count...])
      }
    }
    switch code {
    case nil: return
    case .brokenPipe, .connectionReset: throw .connectionLost
    case let code?: throw .system(SystemCallError("write to the other side", nil, code))
    }
  }
}
