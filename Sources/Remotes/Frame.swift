internal import MLTBase
internal import SystemPackage

/// What is said over a stream: a kind and its payload (`docs/design/remote-format.md`, "Over a stream").
struct Frame {
  /// The kinds of frame.
  enum Kind: UInt8 {
    case list = 1
    case read = 2
    case put = 3
    case delete = 4
    case present = 5
    case sweep = 6
    case done = 16
    case entries = 17
    case data = 18
    case failed = 19
  }

  static let version: UInt32 = 1
  static let dataLimit = 1 << 20
  static let lengthLimit = dataLimit + 64
  static let greeting = Array("mltwire\n".utf8)

  var kind: Kind
  var payload: [UInt8]

  init(_ kind: Kind, _ payload: [UInt8] = []) {
    self.kind = kind
    self.payload = payload
  }
}

/// Puts a frame's payload together.
struct FrameWriter {
  private(set) var bytes: [UInt8] = []

  mutating func append(_ number: some FixedWidthInteger) {
    withUnsafeBytes(of: number.littleEndian) { bytes.append(contentsOf: $0) }
  }

  mutating func append(_ name: RemoteName) {
    let text = Array(name.text.utf8)  // at most 119 bytes
    bytes.append(UInt8(text.count))
    bytes += text
  }

  /// Appends text, cut to what its length can say.
  mutating func append(text: [UInt8]) {
    let text = text.prefix(4096)
    append(UInt16(text.count))
    bytes += text
  }
}

/// Takes a frame's payload apart; every call gives nil for what isn't there.
struct FrameReader {
  private var rest: ArraySlice<UInt8>

  init(_ frame: Frame) {
    rest = frame.payload[...]
  }

  var isAtEnd: Bool { rest.isEmpty }

  mutating func number<Number: FixedWidthInteger>(_: Number.Type = Number.self) -> Number? {
    let size = Number.bitWidth / 8
    guard rest.count >= size else { return nil }
    var number = Number.zero
    withUnsafeMutableBytes(of: &number) { $0.copyBytes(from: rest.prefix(size)) }
    rest = rest.dropFirst(size)
    return Number(littleEndian: number)
  }

  mutating func name() -> RemoteName? {
    guard let count = number(UInt8.self), rest.count >= Int(count) else { return nil }
    let text = String(validating: rest.prefix(Int(count)), as: UTF8.self)
    rest = rest.dropFirst(Int(count))
    return text.flatMap { RemoteName($0) }
  }

  mutating func text() -> [UInt8]? {
    guard let count = number(UInt16.self), rest.count >= Int(count) else { return nil }
    defer { rest = rest.dropFirst(Int(count)) }
    return Array(rest.prefix(Int(count)))
  }
}

extension FrameWriter {
  /// Appends a failure; what the request names isn't repeated.
  mutating func append(_ error: TransportError) {
    let (reason, cause): (UInt8, SystemCallError?) =
      switch error {
      case .noFolder(let path): (1, SystemCallError("open", path, .noSuchFileOrDirectory))
      case .missing: (2, nil)
      case .truncated: (3, nil)
      case .notAFile: (4, nil)
      case .tooLarge: (5, nil)
      case .tooMany: (6, nil)
      case .readOnly(let cause): (7, cause)
      case .full(let cause): (8, cause)
      case .denied(let cause): (9, cause)
      case .system(let cause), .notStarted(let cause): (10, cause)
      case .connectionLost, .otherProtocol, .notAServer, .violation: (11, nil)
      }
    append(reason)
    append(cause?.errno.rawValue ?? 0)
    append(text: Array((cause?.operation ?? "").utf8))
    append(text: cause?.path?.bytes ?? [])
  }
}

extension FrameReader {
  /// Reads a failure of a request for `name` or `folder`.
  mutating func failure(_ name: RemoteName, _ folder: RemoteFolder?) -> TransportError? {
    guard let reason = number(UInt8.self), let code = number(CInt.self), let operation = text(), let path = text(),
      isAtEnd
    else { return nil }
    let cause = SystemCallError(
      PathText.encode(operation), path.isEmpty ? nil : FilePath(bytes: path), Errno(rawValue: code))
    return switch reason {
    case 1: .noFolder(cause.path ?? "")
    case 2: .missing(name)
    case 3: .truncated(name)
    case 4: .notAFile(name)
    case 5: .tooLarge(name, limit: ReadRequest.sizeLimit)
    case 6: .tooMany(folder ?? .packs, limit: FolderTransport.listLimit)
    case 7: .readOnly(cause)
    case 8: .full(cause)
    case 9: .denied(cause)
    case 10: .system(cause)
    default: .connectionLost
    }
  }
}
