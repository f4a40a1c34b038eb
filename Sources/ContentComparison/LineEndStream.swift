/// A text whose lines end with carriage returns alone, with newlines in their place.
final class LineEndStream: ByteStream {
  private let stream: any ByteStream

  var isCut: Bool { stream.isCut }

  init(_ stream: any ByteStream) {
    self.stream = stream
  }

  func next() throws -> [UInt8]? { try stream.next().map(Self.unified) }

  /// The same bytes with newlines for carriage returns.
  static func unified(_ bytes: [UInt8]) -> [UInt8] {
    bytes.map { $0 == UInt8(ascii: "\r") ? UInt8(ascii: "\n") : $0 }
  }
}
