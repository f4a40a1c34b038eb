/// Bytes that can be read from any place, wherever they are kept.
public protocol RandomAccessBytes {
  /// The number of bytes.
  var size: Int64 { get }

  /// Returns the bytes from an offset on: `count` of them, or fewer where they end before.
  ///
  /// - Throws: what keeps the bytes from being read.
  func read(at offset: Int64, count: Int) throws -> [UInt8]
}
