package import MLTBase

/// A pack put together from the format page alone, right or wrong as the test wishes.
package struct HandmadePack {
  private struct Object {
    var id: ContentID
    var kind: UInt8
    var codec: UInt8
    var stored: [UInt8]
    var rawLength: Int
  }

  private var objects: [Object] = []

  package init() {}

  package mutating func add(_ id: ContentID, kind: UInt8, codec: UInt8 = 0, stored: [UInt8], rawLength: Int? = nil) {
    objects.append(Object(id: id, kind: kind, codec: codec, stored: stored, rawLength: rawLength ?? stored.count))
  }

  package mutating func add(chunk bytes: [UInt8]) -> ContentID {
    let id = ContentHasher.contentID(of: bytes)
    add(id, kind: 0, stored: bytes)
    return id
  }

  /// Adds a folder's listing.
  ///
  /// - Parameter entries: mode, content, size and name of each, in the order in which they are to stand there.
  package mutating func add(
    tree entries: [(mode: Character, content: ContentID, size: Int, name: String)]
  ) -> ContentID {
    var bytes = Array("mlt tree 1\n".utf8)
    for entry in entries { bytes += Array("\(entry.mode) \(entry.content.hex) \(entry.size) 1 \(entry.name)\0".utf8) }
    let id = ContentHasher.contentID(of: bytes)
    add(id, kind: 2, stored: bytes)
    return id
  }

  /// Adds a list of chunks that claims to make a file.
  package mutating func add(recipeOf file: ContentID, _ chunks: [[UInt8]]) {
    var bytes = Self.bytes(UInt64(chunks.reduce(0) { $0 + $1.count })) + Self.bytes(UInt32(chunks.count))
    for chunk in chunks { bytes += ContentHasher.contentID(of: chunk).bytes + Self.bytes(UInt32(chunk.count)) }
    bytes += ContentHasher.contentID(of: bytes).bytes
    add(file, kind: 1, stored: bytes)
  }

  private static func bytes(_ number: some FixedWidthInteger) -> [UInt8] {
    withUnsafeBytes(of: number.littleEndian) { Array($0) }
  }

  /// The pack's name and bytes.
  package func built() -> (id: ContentID, bytes: [UInt8]) {
    var bytes = Array("mltpack\n".utf8) + [1, 0, 0, 0, 0, 0, 0, 0]
    var records: [(object: Object, offset: Int)] = []
    for object in objects {
      records.append((object, bytes.count))
      bytes += object.stored
    }
    records.sort { $0.object.id == $1.object.id ? $0.object.kind < $1.object.kind : $0.object.id < $1.object.id }
    let start = bytes.count
    for (object, offset) in records {
      bytes += object.id.bytes + [object.kind, object.codec, 0, 0]
      bytes +=
        Self.bytes(UInt32(object.stored.count)) + Self.bytes(UInt32(object.rawLength)) + Self.bytes(UInt64(offset))
    }
    let id = ContentHasher.contentID(of: Array(bytes[start...]))
    bytes += Self.bytes(UInt64(start)) + Self.bytes(UInt64(records.count)) + id.bytes
    bytes += Self.bytes(UInt64(bytes.count + 16)) + Array("mltpend\n".utf8)
    return (id, bytes)
  }
}
