internal import MLTBase

/// Gathers a document's bytes and gives them away in large pieces.
public final class DocumentOutput {
  private static let pieceSize = 1 << 16

  private var buffer: [UInt8] = []
  private let take: (UnsafeRawBufferPointer) throws -> Void
  /// How many bytes were written.
  public private(set) var count: Int64 = 0

  /// Begins.
  ///
  /// - Parameter take: is given the bytes, in order.
  public init(_ take: @escaping (UnsafeRawBufferPointer) throws -> Void) {
    self.take = take
  }

  /// Writes bytes.
  public func write(_ bytes: some Sequence<UInt8>) throws {
    let before = buffer.count
    buffer += bytes
    count += Int64(buffer.count - before)
    if buffer.count >= Self.pieceSize { try flush() }
  }

  /// Writes bytes.
  public func write(_ bytes: UnsafeRawBufferPointer) throws {
    buffer.append(contentsOf: bytes)
    count += Int64(bytes.count)
    if buffer.count >= Self.pieceSize { try flush() }
  }

  /// Writes a text.
  public func write(_ text: String) throws {
    try write(text.utf8)
  }

  /// Writes a value on a line of its own.
  func line(_ value: JSON) throws {
    try write(value.canonicalBytes + [UInt8(ascii: "\n")])
  }

  /// Gives away what was gathered.
  public func flush() throws {
    if buffer.isEmpty { return }
    try buffer.withUnsafeBytes(take)
    buffer.removeAll(keepingCapacity: true)
  }
}
