/// Bytes that can be read from any place, wherever they are kept.
public protocol ContentSource {
  /// The number of bytes.
  var size: Int64 { get }

  /// Returns the bytes from an offset on: `count` of them, or fewer where the content ends before.
  ///
  /// - Throws: what keeps the bytes from being read.
  func read(at offset: Int64, count: Int) throws -> [UInt8]
}

/// Bytes in memory, as a source.
public struct BytesSource: ContentSource, Hashable, Sendable {
  private let bytes: [UInt8]

  /// Takes the bytes.
  public init(_ bytes: [UInt8]) {
    self.bytes = bytes
  }

  /// The number of bytes.
  public var size: Int64 { Int64(bytes.count) }

  /// Returns the bytes from an offset on; fewer than `count` at the end.
  public func read(at offset: Int64, count: Int) -> [UInt8] {
    guard offset >= 0, offset < size, count > 0 else { return [] }
    let start = Int(offset)
    return Array(bytes[start..<(start + min(count, bytes.count - start))])
  }
}
