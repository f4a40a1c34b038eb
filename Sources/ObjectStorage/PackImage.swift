internal import MLTBase

/// A pack in memory, to be put somewhere else.
package struct PackImage: Sendable {
  /// The pack's index.
  package let pack: Pack
  /// All its bytes.
  package let bytes: [UInt8]

  /// The index and the trailer.
  package var tail: ArraySlice<UInt8> {
    bytes.suffix(pack.count * PackFormat.recordLength + PackFormat.trailerLength)
  }
}

/// Puts a pack together in memory.
package struct PackImageBuilder {
  private var bytes: [UInt8] = []
  private var records: [PackFormat.Record] = []

  /// Starts without objects.
  package init() {}

  /// The number of objects.
  package var count: Int { records.count }

  /// Whether the pack should be finished and another begun.
  package var isFull: Bool { bytes.count >= PackWriter.targetLength || records.count >= PackWriter.targetCount }

  /// Adds an object's stored bytes; no object may be added twice.
  package mutating func append(_ record: PackFormat.Record, stored: UnsafeRawBufferPointer) {
    if bytes.isEmpty {
      // An object is at most 512 KiB, but for lists of millions.
      bytes.reserveCapacity(PackWriter.targetLength + PackWriter.targetCount * PackFormat.recordLength / 8)
      bytes += PackFormat.header()
    }
    var record = record
    record.offset = bytes.count
    bytes.append(contentsOf: stored)
    records.append(record)
  }

  /// Adds a chunk of random bytes, so that no other pack has the same name, and the index; the builder is then empty.
  package mutating func finish() -> PackImage {
    let salt = FileOperations.randomBytes(32)
    let key = ObjectKey(id: ContentHasher.contentID(of: salt), kind: .chunk)
    salt.withUnsafeBytes {
      append(
        PackFormat.Record(key: key, codec: .raw, storedLength: salt.count, rawLength: salt.count, offset: 0), stored: $0
      )
    }
    records.sort { $0.key < $1.key }
    let indexOffset = bytes.count
    for record in records { PackFormat.append(record, to: &bytes) }
    let checksum = bytes.withUnsafeBytes {
      ContentHasher.contentID(of: UnsafeRawBufferPointer(rebasing: $0[indexOffset...]))
    }
    bytes += PackFormat.trailer(indexOffset: indexOffset, recordCount: records.count, checksum: checksum)
    guard let pack = try? Pack(id: checksum, tail: bytes[indexOffset...]) else {
      preconditionFailure("the builder keeps the format's rules")
    }
    let image = PackImage(pack: pack, bytes: bytes)
    bytes = []
    records = []
    return image
  }
}
