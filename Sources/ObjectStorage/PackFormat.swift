internal import MLTBase

/// The fixed parts of a pack, as `docs/design/store-format.md` lays them out.
package enum PackFormat {
  static let version: UInt32 = 1
  package static let headerLength = 16
  static let recordLength = 52
  package static let trailerLength = 64
  /// The most records a reader takes: 54 MB of index.
  static let recordLimit = 1 << 20

  private static let headerMagic = Array("mltpack\n".utf8)
  private static let trailerMagic = Array("mltpend\n".utf8)

  /// How an object's bytes are stored.
  package enum Codec: UInt8, Sendable {
    case raw = 0
    case zstd = 1
  }

  /// Where one object is in a pack.
  package struct Record: Sendable {
    /// The object.
    package var key: ObjectKey
    /// How its bytes are stored.
    package var codec: Codec
    /// The number of stored bytes.
    package var storedLength: Int
    /// The number of the object's bytes.
    package var rawLength: Int
    /// The stored bytes' distance from the pack's begin.
    package var offset: Int
  }

  /// What a pack's last bytes say.
  struct Trailer {
    var indexOffset: Int
    var recordCount: Int
    var checksum: ContentID
  }

  static func header() -> [UInt8] {
    var bytes = headerMagic
    append(version, to: &bytes)
    append(UInt32(0), to: &bytes)
    return bytes
  }

  /// Reads a header: the version, nil if this isn't a pack's.
  static func version(ofHeader bytes: [UInt8]) -> UInt32? {
    guard bytes.count == headerLength, bytes.starts(with: headerMagic), number(bytes[12..<16]) == 0 else { return nil }
    return UInt32(number(bytes[8..<12]))
  }

  static func append(_ record: Record, to bytes: inout [UInt8]) {
    record.key.id.withUnsafeBytes { bytes.append(contentsOf: $0) }
    bytes.append(record.key.kind.rawValue)
    bytes.append(record.codec.rawValue)
    append(UInt16(0), to: &bytes)
    append(UInt32(record.storedLength), to: &bytes)
    append(UInt32(record.rawLength), to: &bytes)
    append(UInt64(record.offset), to: &bytes)
  }

  /// Reads one record whose stored bytes must end before `indexOffset`; nil if it breaks a rule of the format.
  static func record(_ bytes: UnsafeRawBufferPointer, indexOffset: Int) -> Record? {
    guard
      bytes.count == recordLength, bytes[34] == 0, bytes[35] == 0,
      let id = ContentID(UnsafeRawBufferPointer(rebasing: bytes[0..<32])),
      let kind = ObjectKind(rawValue: bytes[32]),
      let codec = Codec(rawValue: bytes[33])
    else { return nil }
    let stored = Int(UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: 36, as: UInt32.self)))
    let raw = Int(UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: 40, as: UInt32.self)))
    let offset = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: 44, as: UInt64.self))
    guard
      raw <= kind.sizeLimit, codec == .raw ? stored == raw : stored < raw,
      offset >= headerLength, offset <= indexOffset, stored <= indexOffset - Int(offset)
    else { return nil }
    return Record(
      key: ObjectKey(id: id, kind: kind), codec: codec, storedLength: stored, rawLength: raw, offset: Int(offset))
  }

  static func trailer(indexOffset: Int, recordCount: Int, checksum: ContentID) -> [UInt8] {
    var bytes: [UInt8] = []
    append(UInt64(indexOffset), to: &bytes)
    append(UInt64(recordCount), to: &bytes)
    bytes += checksum.bytes
    append(UInt64(indexOffset + recordCount * recordLength + trailerLength), to: &bytes)
    bytes += trailerMagic
    return bytes
  }

  /// Reads the trailer of a file of `length` bytes; nil if it doesn't fit that file.
  static func trailer(_ bytes: [UInt8], fileLength: Int64) -> Trailer? {
    guard
      bytes.count == trailerLength, bytes[56...].elementsEqual(trailerMagic),
      fileLength >= 0, number(bytes[48..<56]) == UInt64(fileLength),
      let checksum = ContentID(bytes: bytes[16..<48])
    else { return nil }
    let offset = number(bytes[0..<8])
    let count = number(bytes[8..<16])
    guard
      count <= recordLimit, offset >= headerLength, offset <= fileLength,
      offset + count * UInt64(recordLength) + UInt64(trailerLength) == UInt64(fileLength)
    else { return nil }
    return Trailer(indexOffset: Int(offset), recordCount: Int(count), checksum: checksum)
  }

  private static func append(_ value: some FixedWidthInteger, to bytes: inout [UInt8]) {
    withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
  }

  private static func number(_ bytes: ArraySlice<UInt8>) -> UInt64 {
    bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) }
  }
}
