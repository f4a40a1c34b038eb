internal import MLTBase

/// The chunks that make up a file, in order.
///
/// Kept in its stored form: 36 bytes a chunk, so that a file of 100 GiB takes 30 MB.
struct Recipe {
  /// One piece of the file.
  struct Piece: Hashable {
    var id: ContentID
    var length: Int
  }

  private static let headerLength = 12
  private static let pieceLength = ContentID.byteCount + 4
  /// The most chunks that fit an object of the kind.
  static let countLimit = (ObjectKind.recipe.sizeLimit - headerLength - ContentID.byteCount) / pieceLength

  private var pieces: [UInt8] = []
  private(set) var size: Int64 = 0

  /// Starts without chunks.
  init() {}

  /// The number of chunks.
  var count: Int { pieces.count / Self.pieceLength }

  /// Adds a chunk at the end.
  mutating func append(_ id: ContentID, length: Int) {
    id.withUnsafeBytes { pieces.append(contentsOf: $0) }
    withUnsafeBytes(of: UInt32(length).littleEndian) { pieces.append(contentsOf: $0) }
    size += Int64(length)
  }

  /// The chunk at `index`.
  subscript(index: Int) -> Piece {
    let start = index * Self.pieceLength
    guard let id = ContentID(bytes: pieces[start..<start + ContentID.byteCount]) else {
      preconditionFailure("a slice of 32 bytes makes an id")
    }
    return Piece(id: id, length: Int(Self.number(pieces[(start + ContentID.byteCount)..<(start + Self.pieceLength)])))
  }

  /// The object's bytes.
  var bytes: [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(Self.headerLength + pieces.count + ContentID.byteCount)
    withUnsafeBytes(of: UInt64(size).littleEndian) { bytes.append(contentsOf: $0) }
    withUnsafeBytes(of: UInt32(count).littleEndian) { bytes.append(contentsOf: $0) }
    bytes += pieces
    bytes += ContentHasher.contentID(of: bytes).bytes
    return bytes
  }

  /// Reads an object's bytes; nil if they break a rule of the format.
  init?(_ bytes: UnsafeRawBufferPointer) {
    let frame = Self.headerLength + ContentID.byteCount
    guard bytes.count >= frame, (bytes.count - frame) % Self.pieceLength == 0 else { return nil }
    let end = bytes.count - ContentID.byteCount
    let checksum = ContentHasher.contentID(of: UnsafeRawBufferPointer(rebasing: bytes[..<end]))
    guard checksum.withUnsafeBytes({ $0.elementsEqual(bytes[end...]) }) else { return nil }
    pieces = Array(bytes[Self.headerLength..<end])
    guard Self.number(bytes[8..<12]) == UInt64(count) else { return nil }
    for index in 0..<count {
      let length = self[index].length
      guard length > 0, length <= Chunker.maximum else { return nil }
      size += Int64(length)  // at most 7 million chunks of 512 KiB: no overflow
    }
    guard Self.number(bytes[0..<8]) == UInt64(size) else { return nil }
  }

  private static func number(_ bytes: some Collection<UInt8>) -> UInt64 {
    bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) }
  }
}
