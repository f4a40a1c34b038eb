/// Bytes in memory, read from any place like those of a file.
public struct BytesInMemory: RandomAccessBytes, Hashable, Sendable {
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
