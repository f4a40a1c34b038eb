public import MLTBase

/// A stored file that is read in places, without reading all of it.
///
/// Of the file's chunks those are read that a place needs, each verified as always. That the chunks make this file isn't
/// asked: that takes reading all of them, as ``ObjectStore/readFile(_:_:)`` does.
public final class FileReading: RandomAccessBytes {
  /// The file's content.
  public let content: ContentID
  /// The number of its bytes.
  public let size: Int64

  private let store: ObjectStore
  private let chunks: [Recipe.Piece]
  // Where each chunk begins.
  private let offsets: [Int64]
  // The chunk that was read last: who reads in order asks for each chunk several times.
  private var latest: (index: Int, bytes: [UInt8])?

  init(_ store: ObjectStore, _ content: ContentID, _ chunks: [Recipe.Piece]) {
    self.store = store
    self.content = content
    self.chunks = chunks
    var offsets: [Int64] = []
    offsets.reserveCapacity(chunks.count)
    var end: Int64 = 0
    for chunk in chunks {
      offsets.append(end)
      end += Int64(chunk.length)  // at most 7 million chunks of 512 KiB: no overflow
    }
    self.offsets = offsets
    size = end
  }

  /// Returns the bytes from an offset on: `count` of them, or fewer where the file ends before.
  ///
  /// - Throws: ``StorageError/missing(_:_:)``, ``StorageError/corrupt(_:)`` or ``StorageError/system(_:)``.
  public func read(at offset: Int64, count: Int) throws(StorageError) -> [UInt8] {
    guard offset >= 0, offset < size, count > 0 else { return [] }
    let end = offset + min(Int64(count), size - offset)
    var bytes: [UInt8] = []
    bytes.reserveCapacity(Int(end - offset))
    var index = chunk(at: offset)
    while index < chunks.count, offsets[index] < end {
      let chunk = try self.chunk(index)
      let from = Int(max(0, offset - offsets[index]))
      let to = Int(min(Int64(chunk.count), end - offsets[index]))
      bytes += chunk[from..<to]
      index += 1
    }
    return bytes
  }

  /// The chunk that has the byte at an offset.
  private func chunk(at offset: Int64) -> Int {
    var (low, high) = (0, offsets.count)
    while high - low > 1 {
      let middle = (low + high) / 2
      if offsets[middle] <= offset { low = middle } else { high = middle }
    }
    return low
  }

  private func chunk(_ index: Int) throws(StorageError) -> [UInt8] {
    if let latest, latest.index == index { return latest.bytes }
    let piece = chunks[index]
    let bytes = try store.withReader { (reader) throws(StorageError) in Array(try reader.read(piece.id, .chunk)) }
    guard bytes.count == piece.length else {
      throw .corrupt(Corruption(pack: nil, object: content, damage: .recipe))
    }
    latest = (index, bytes)
    return bytes
  }
}

extension ObjectStore {
  /// Opens a file for reading in places.
  ///
  /// - Throws: ``StorageError/missing(_:_:)``, ``StorageError/corrupt(_:)`` or ``StorageError/system(_:)``.
  public func reading(_ id: ContentID) throws(StorageError) -> FileReading {
    if let place = try packs.find(ObjectKey(id: id, kind: .chunk)).first {
      return FileReading(self, id, [Recipe.Piece(id: id, length: place.record.rawLength)])
    }
    return try withReader { (reader) throws(StorageError) in
      guard let recipe = try reader.recipe(id) else { throw try reader.missing(id, .recipe) }
      return FileReading(self, id, (0..<recipe.count).map { recipe[$0] })
    }
  }
}
