internal import MLTBase
internal import SystemPackage

/// What can be read of a pack whose header, trailer or index is damaged.
///
/// The records that look right are taken for an index: each object is verified by its own hash when it is read. Where a
/// file was cut short its index is gone, and nothing can be found in it.
struct PackSalvage {
  /// The pack, with the records that look right.
  let pack: Pack
  /// Whether the index is undamaged, so that a list of chunks is that of the file it is said to be of.
  let isIndexSound: Bool

  /// Looks into the file at `path`; nil if no record can be found.
  init?(path: FilePath) throws(StorageError) {
    let file = try PackHandle(path)
    let status = try stored { () throws(SystemCallError) in try FileStatus(of: file.descriptor, path: path) }
    let end = status.size - Int64(PackFormat.trailerLength)
    guard status.kind == .regular, end > PackFormat.headerLength,
      let trailer = try file.bytes(at: end, count: PackFormat.trailerLength)
    else { return nil }
    let most = Int(
      min((end - Int64(PackFormat.headerLength)) / Int64(PackFormat.recordLength), Int64(PackFormat.recordLimit)))
    let length = most * PackFormat.recordLength
    let block = MemoryBlock(count: max(1, length))
    guard most > 0, try file.read(into: block.bytes, at: end - Int64(length), count: length) else { return nil }
    let tail = Tail(bytes: block.prefix(length), end: Int(end))
    let name = path.lastComponent?.string
    // The number of records stands in the trailer, follows from the offset there, and shows in the records.
    let walked = tail.plausibleCount
    let candidates = [Self.number(trailer[8..<16]), Self.count(offset: Self.number(trailer[0..<8]), end), walked]
    let exact = candidates.compactMap { $0 }.first { count in
      count > 0 && count <= most && Pack.fileName(ContentHasher.contentID(of: tail.index(count))) == name
    }
    let count = exact ?? candidates.compactMap { $0 }.first { $0 > 0 && $0 <= most && tail.isPlausible($0) } ?? walked
    guard let index = tail.salvagedIndex(count) else { return nil }
    isIndexSound = exact != nil
    pack = Pack(path: path, id: ContentHasher.contentID(of: tail.index(count)), index: index)
  }

  private static func number(_ bytes: ArraySlice<UInt8>) -> Int? {
    Int(exactly: bytes.reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) })
  }

  private static func count(offset: Int?, _ end: Int64) -> Int? {
    guard let offset, offset >= PackFormat.headerLength, offset < end else { return nil }
    return (Int(end) - offset) / PackFormat.recordLength
  }

  // The bytes before the trailer, a whole number of records long.
  private struct Tail {
    var bytes: UnsafeRawBufferPointer
    // Where they end in the file.
    var end: Int

    func index(_ count: Int) -> UnsafeRawBufferPointer {
      UnsafeRawBufferPointer(rebasing: bytes.suffix(count * PackFormat.recordLength))
    }

    // The record that is `number` from the end, counted from 1, of an index of `count` records.
    private func record(_ number: Int, of count: Int) -> PackFormat.Record? {
      let start = bytes.count - number * PackFormat.recordLength
      return PackFormat.record(
        UnsafeRawBufferPointer(rebasing: bytes[start..<start + PackFormat.recordLength]),
        indexOffset: end - count * PackFormat.recordLength)
    }

    /// How many records there are at the end, one after the other, that look right.
    var plausibleCount: Int {
      var count = 0
      var next: ObjectKey?
      while (count + 1) * PackFormat.recordLength <= bytes.count, let record = record(count + 1, of: count + 1) {
        if let next, next <= record.key { break }
        next = record.key
        count += 1
      }
      return count
    }

    /// Whether most records of an index of that many look right.
    func isPlausible(_ count: Int) -> Bool {
      (1...count).count { record($0, of: count) != nil } * 2 > count
    }

    /// An index of the records that look right.
    func salvagedIndex(_ count: Int) -> PackIndex? {
      guard count > 0 else { return nil }
      var records = (1...count).compactMap { record($0, of: count) }
      records.sort { $0.key < $1.key }
      var bytes: [UInt8] = []
      var previous: ObjectKey?
      var kept = 0
      for record in records where record.key != previous {
        PackFormat.append(record, to: &bytes)
        previous = record.key
        kept += 1
      }
      guard kept > 0 else { return nil }
      let block = MemoryBlock(count: bytes.count)
      block.bytes.copyBytes(from: bytes)
      return PackIndex(block, count: kept, indexOffset: end - count * PackFormat.recordLength)
    }
  }
}
