internal import MLTBase

/// Bytes that are handed out in order, block by block.
protocol ByteStream: AnyObject {
  /// Returns the next block, never an empty one; nil at the end.
  func next() throws -> [UInt8]?

  /// Whether there would have been more after the end, known once it is reached.
  var isCut: Bool { get }
}

extension ByteStream {
  /// Passes over what is left of a line, where a stream begins somewhere in a file.
  ///
  /// - Returns: what follows in the same block; nil if no line ends.
  func restAfterLine() throws -> [UInt8]? {
    while let block = try next() {
      if let end = block.firstIndex(of: UInt8(ascii: "\n")) { return Array(block[(end + 1)...]) }
    }
    return nil
  }
}

/// A range of a source.
final class SourceStream: ByteStream {
  private static let block: Int64 = 1 << 20

  private let source: any RandomAccessBytes
  private var position: Int64
  private let end: Int64

  var isCut: Bool { end < source.size }

  init(_ source: any RandomAccessBytes, _ range: Range<Int64>) {
    self.source = source
    position = range.lowerBound
    end = range.upperBound
  }

  func next() throws -> [UInt8]? {
    guard position < end else { return nil }
    let bytes = try source.read(at: position, count: Int(min(Self.block, end - position)))
    position += Int64(bytes.count)
    return bytes.isEmpty ? nil : bytes
  }
}

/// The first bytes of another stream.
final class HeadStream: ByteStream {
  private let stream: any ByteStream
  private var rest: Int64
  private(set) var isCut = false

  init(_ stream: any ByteStream, _ limit: Int64) {
    self.stream = stream
    rest = limit
  }

  func next() throws -> [UInt8]? {
    guard !isCut, let bytes = try stream.next() else { return nil }
    if Int64(bytes.count) <= rest {
      rest -= Int64(bytes.count)
      return bytes
    }
    isCut = true
    let part = Array(bytes.prefix(Int(rest)))
    rest = 0
    return part.isEmpty ? nil : part
  }
}
