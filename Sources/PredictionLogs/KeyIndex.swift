internal import Glibc
public import MLTBase
public import SystemPackage

/// A key index that is open for looking keys up (`docs/design/key-index-format.md`).
///
/// It is read block by block, a few of them for a key; each is checked as it is read. What it says is where a key may stand: the row has to be
/// looked at.
public final class KeyIndex {
  typealias Entry = KeyIndexFormat.Entry

  /// Where a row with the key may be found.
  public struct Place: Hashable, Sendable {
    /// The row's number among the log's rows, from 1 on.
    public let row: Int64
    /// Where it begins in the log's unpacked bytes.
    public let offset: Int64
  }

  private let descriptor: FileDescriptor
  private let path: FilePath
  private let count: Int64
  /// How many rows the log has.
  public let rows: Int64
  /// How many bytes the log has, unpacked.
  public let size: Int64
  private let points: Int64

  private var blocks: Int64 { Self.blocks(of: count) }

  /// Opens an index.
  ///
  /// - Returns: nil if there is none, or it is of another log, reading or version.
  /// - Throws: ``LogError/damagedIndex``; `SystemCallError` if it can't be read.
  public init?(at path: FilePath, content: ContentID, reading: ContentID) throws {
    let descriptor: FileDescriptor
    do {
      descriptor = try FileDescriptor.open(path, .readOnly, options: [.closeOnExec])
    } catch Errno.noSuchFileOrDirectory {
      return nil
    } catch {
      throw SystemCallError("open", path, error as? Errno ?? .ioError)
    }
    let header: Header?
    do {
      header = try Self.header(descriptor, path, content, reading)
    } catch {
      try? descriptor.close()  // only read from
      throw error
    }
    guard let header else {
      try? descriptor.close()  // only read from
      return nil
    }
    self.descriptor = descriptor
    self.path = path
    (count, rows, size, points) = (header.count, header.rows, header.size, header.points)
  }

  private struct Header {
    var count: Int64
    var rows: Int64
    var size: Int64
    var points: Int64
  }

  private static func blocks(of count: Int64) -> Int64 {
    let perBlock = Int64(KeyIndexFormat.entriesPerBlock)
    return count / perBlock + (count % perBlock == 0 ? 0 : 1)
  }

  // Nil for an index of something else.
  private static func header(
    _ descriptor: FileDescriptor, _ path: FilePath, _ content: ContentID, _ reading: ContentID
  ) throws -> Header? {
    let length = try FileStatus(of: descriptor, path: path).size
    let bytes = try attempting("read", path) { try descriptor.bytes(at: 0, count: KeyIndexFormat.blockLength) }
    guard bytes.count == KeyIndexFormat.blockLength, bytes.starts(with: KeyIndexFormat.magic) else {
      throw LogError.damagedIndex
    }
    let numbers = try bytes.withUnsafeBytes { bytes in
      guard KeyIndexFormat.isWhole(bytes, number: 0) else { throw LogError.damagedIndex }
      return [8, 80, 88, 96, 104].map { KeyIndexFormat.load(bytes, at: $0) }
    }
    guard numbers[0] == UInt64(KeyIndexFormat.version), Array(bytes[16..<48]) == content.bytes,
      Array(bytes[48..<80]) == reading.bytes
    else { return nil }
    // Beyond these no index of ours can be; with them nothing below overflows.
    guard numbers[1] <= UInt64(KeyIndexFormat.rowLimit), numbers[3] <= UInt64(Int64.max),
      numbers[4] <= UInt64(KeyIndexFormat.rowLimit)
    else { throw LogError.damagedIndex }
    let header = Header(
      count: Int64(numbers[1]), rows: Int64(clamping: numbers[2]), size: Int64(numbers[3]), points: Int64(numbers[4]))
    let blocks = 1 + blocks(of: header.count) + header.points * Int64(KeyIndexFormat.blocksPerPoint)
    guard length == blocks * Int64(KeyIndexFormat.blockLength) else { throw LogError.damagedIndex }
    return header
  }

  deinit {
    try? descriptor.close()  // only read from
  }

  /// Returns where rows with a key may be found, in the log's order.
  ///
  /// - Parameter limit: the most to return.
  /// - Throws: ``LogError/damagedIndex``; `SystemCallError` if it can't be read.
  public func places(of key: [UInt8], limit: Int) throws -> [Place] {
    let hash = key.withUnsafeBytes { KeyHash.of($0) }
    var found: [Place] = []
    guard var block = try firstBlock(reaching: hash) else { return [] }
    while block < blocks {
      for entry in try entries(block) where entry.hash >= hash {
        guard entry.hash == hash, found.count < limit else { return found }
        found.append(Place(row: entry.row, offset: entry.offset))
      }
      block += 1
    }
    return found
  }

  /// The first block whose last entry isn't below a hash; nil if there is none.
  ///
  /// Hashes are spread evenly, so that the place of one is nearly known; a few steps of it are followed by halving.
  private func firstBlock(reaching hash: UInt64) throws -> Int64? {
    var (low, high) = (Int64(0), blocks)
    var (lowest, highest) = (0.0, 281_474_976_710_656.0)
    var steps = 0
    while low < high {
      var middle = low + (high - low) / 2
      if steps < 8, highest > lowest {
        let guess = Double(low) + Double(high - low) * (Double(hash) - lowest) / (highest - lowest)
        middle = min(max(low, Int64(min(max(guess, 0), 9e15))), high - 1)
      }
      steps += 1
      let entries = try entries(middle)
      guard let first = entries.first, let last = entries.last else { throw LogError.damagedIndex }
      if last.hash < hash {
        low = middle + 1
        lowest = Double(last.hash)
      } else if first.hash < hash {
        return middle
      } else {
        high = middle
        highest = Double(first.hash)
      }
    }
    return low < blocks ? low : nil
  }

  private func entries(_ block: Int64) throws -> [Entry] {
    let number = block + 1
    let bytes = try self.block(number)
    let before = block * Int64(KeyIndexFormat.entriesPerBlock)
    let here = Int(min(Int64(KeyIndexFormat.entriesPerBlock), count - before))
    return try bytes.withUnsafeBytes { bytes in
      guard KeyIndexFormat.isWhole(bytes, number: number) else { throw LogError.damagedIndex }
      return (0..<here).map { index in
        let place = index * KeyIndexFormat.entryLength
        return Entry(high: KeyIndexFormat.load(bytes, at: place), low: KeyIndexFormat.load(bytes, at: place + 8))
      }
    }
  }

  private func block(_ number: Int64) throws -> [UInt8] {
    let place = number * Int64(KeyIndexFormat.blockLength)
    let bytes = try attempting("read", path) { try descriptor.bytes(at: place, count: KeyIndexFormat.blockLength) }
    guard bytes.count == KeyIndexFormat.blockLength else { throw LogError.damagedIndex }
    return bytes
  }

  // MARK: Compressed logs

  /// The last place of a compressed log, at or before an offset, from which it can be unpacked; nil for its beginning.
  func accessPoint(before offset: Int64) throws -> AccessPoint? {
    var (low, high) = (Int64(0), points)
    while low < high {
      let middle = low + (high - low) / 2
      if try point(middle).point.offset <= offset { low = middle + 1 } else { high = middle }
    }
    if low == 0 { return nil }
    var (point, hash) = try point(low - 1)
    let start = (firstBlock(ofPoint: low - 1) + 1) * Int64(KeyIndexFormat.blockLength)
    point.window = try attempting("read", path) { try descriptor.bytes(at: start, count: AccessPoint.windowLength) }
    guard ContentHasher.contentID(of: point.window).bytes == hash else { throw LogError.damagedIndex }
    return point
  }

  private func firstBlock(ofPoint point: Int64) -> Int64 { 1 + blocks + point * Int64(KeyIndexFormat.blocksPerPoint) }

  private func point(_ number: Int64) throws -> (point: AccessPoint, windowHash: [UInt8]) {
    let bytes = try block(firstBlock(ofPoint: number))
    return try bytes.withUnsafeBytes { block in
      guard KeyIndexFormat.isWhole(block, number: number) else { throw LogError.damagedIndex }
      let point = AccessPoint(
        offset: Int64(clamping: KeyIndexFormat.load(block, at: 0)),
        packed: Int64(clamping: KeyIndexFormat.load(block, at: 8)),
        bits: UInt8(KeyIndexFormat.load(block, at: 16) & 7), window: [])
      return (point, Array(block[24..<56]))
    }
  }
}
