public import MLTBase
public import SystemPackage

/// Sorts the keys of a log as they come, in bounded memory, and writes them as a key index.
///
/// Sorted stretches of entries go to a file without a name; at the end they are merged.
public final class KeyIndexBuilder {
  typealias Entry = KeyIndexFormat.Entry

  /// How many entries are sorted at a time: with what sorting needs beside them, 64 MiB.
  package static let standardStretch = 2 << 20

  private let folder: FilePath
  private let stretchLength: Int
  private var entries: [Entry] = []
  private var spare: [Entry] = []
  private var spill: TemporaryFile?
  private var stretches: [Range<Int64>] = []
  private var points: TemporaryFile?
  private var pointCount: Int64 = 0
  private var count: Int64 = 0

  /// Begins.
  ///
  /// - Parameter folder: a folder for files that are gone at the end, on the same file system as the index will be.
  public convenience init(temporaryFolder folder: FilePath) {
    self.init(temporaryFolder: folder, stretchLength: Self.standardStretch)
  }

  /// Sorts fewer entries at a time.
  package init(temporaryFolder folder: FilePath, stretchLength: Int) {
    self.folder = folder
    self.stretchLength = stretchLength
  }

  func add(_ hash: UInt64, row: Int64, offset: Int64) throws {
    guard row <= KeyIndexFormat.rowLimit else { throw LogError.tooManyRows }
    guard offset < KeyIndexFormat.offsetLimit else { throw LogError.tooLarge }
    entries.append(Entry(hash: hash, row: row, offset: offset))
    count += 1
    if entries.count == stretchLength { try spillEntries() }
  }

  func add(_ point: AccessPoint) throws {
    let file = try points ?? TemporaryFile(in: folder)
    points = file
    let number = pointCount
    var block = [UInt8](repeating: 0, count: KeyIndexFormat.blockLength)
    block.withUnsafeMutableBytes { block in
      KeyIndexFormat.store(UInt64(point.offset), in: block, at: 0)
      KeyIndexFormat.store(UInt64(point.packed), in: block, at: 8)
      KeyIndexFormat.store(UInt64(point.bits), in: block, at: 16)
      ContentHasher.contentID(of: point.window).withUnsafeBytes { hash in
        UnsafeMutableRawBufferPointer(rebasing: block[24..<56]).copyMemory(from: hash)
      }
      KeyIndexFormat.seal(block, number: number)
    }
    try file.append(block)
    try file.append(point.window)
    pointCount += 1
  }

  /// Writes the index; what stood at the path is replaced.
  ///
  /// Nothing is synced: what a crash leaves unwritten shows by its checksum, and is made again.
  ///
  /// - Parameters:
  ///   - content: the log's content id.
  ///   - reading: what the keys depend on beside it (``LogLayout/keyReading``).
  ///   - summary: what the log holds.
  public func write(
    to path: FilePath, content: ContentID, reading: ContentID, summary: LogSummary
  ) throws(SystemCallError) {
    let file = try NamedTemporaryFile(in: folder)
    do throws(SystemCallError) {
      try file.append([UInt8](repeating: 0, count: KeyIndexFormat.blockLength))
      try writeEntries(file)
      if let points {
        var place: Int64 = 0
        while true {
          let bytes = try points.read(at: place, count: 1 << 20)
          if bytes.isEmpty { break }
          try file.append(bytes)
          place += Int64(bytes.count)
        }
      }
      try file.flush()
      try file.write(header(content, reading, summary), at: 0)
      try file.rename(to: path)
    } catch {
      file.remove()
      throw error
    }
  }

  private func header(_ content: ContentID, _ reading: ContentID, _ summary: LogSummary) -> [UInt8] {
    var block = [UInt8](repeating: 0, count: KeyIndexFormat.blockLength)
    block.replaceSubrange(0..<8, with: KeyIndexFormat.magic)
    block.replaceSubrange(16..<48, with: content.bytes)
    block.replaceSubrange(48..<80, with: reading.bytes)
    block.withUnsafeMutableBytes { block in
      KeyIndexFormat.store(UInt64(KeyIndexFormat.version), in: block, at: 8)
      KeyIndexFormat.store(UInt64(count), in: block, at: 80)
      KeyIndexFormat.store(UInt64(summary.rows), in: block, at: 88)
      KeyIndexFormat.store(UInt64(summary.size), in: block, at: 96)
      KeyIndexFormat.store(UInt64(pointCount), in: block, at: 104)
      KeyIndexFormat.seal(block, number: 0)
    }
    return block
  }

  // MARK: Sorting

  private func spillEntries() throws(SystemCallError) {
    sort()
    let file: TemporaryFile
    if let spill { file = spill } else { file = try TemporaryFile(in: folder) }
    spill = file
    let start = file.count
    // A typed error doesn't pass through the closure.
    let result = entries.withUnsafeBytes { bytes in
      Result { () throws(SystemCallError) in try file.append(bytes) }
    }
    try result.get()
    stretches.append(start..<file.count)
    entries.removeAll(keepingCapacity: true)
  }

  /// Sorts by the hash, digit by digit from the last: rows come in their order, and stay in it.
  private func sort() {
    let digit = 12
    if entries.count < 1 << digit { return entries.sort() }
    if spare.count < entries.count { spare = [Entry](repeating: Entry(high: 0, low: 0), count: entries.count) }
    var places = [Int](repeating: 0, count: 1 << digit)
    for shift in stride(from: 16, to: 64, by: digit) {
      for index in places.indices { places[index] = 0 }
      for entry in entries { places[Int(entry.high >> UInt64(shift)) & (1 << digit - 1)] += 1 }
      var total = 0
      for index in places.indices { (places[index], total) = (total, total + places[index]) }
      entries.withUnsafeBufferPointer { entries in
        spare.withUnsafeMutableBufferPointer { spare in
          for entry in entries {
            let bucket = Int(entry.high >> UInt64(shift)) & (1 << digit - 1)
            spare[places[bucket]] = entry
            places[bucket] += 1
          }
        }
      }
      let count = entries.count
      swap(&entries, &spare)
      // The last stretch may be shorter than those before it.
      if entries.count > count { entries.removeLast(entries.count - count) }
    }
  }

  // MARK: Merging

  private func writeEntries(_ file: NamedTemporaryFile) throws(SystemCallError) {
    sort()
    var block = EntryBlock(file)
    guard let spill else {
      for entry in entries { try block.add(entry) }
      return try block.finish()
    }
    var heads: [StretchReader] = []
    for range in stretches {
      var head = StretchReader(spill, range)
      if try head.advance() { heads.append(head) }
    }
    var rest = StretchReader(entries)
    if try rest.advance() { heads.append(rest) }
    // The least head stands first; its children are at twice its place, and one and two more.
    for place in stride(from: heads.count / 2 - 1, through: 0, by: -1) { Self.sink(&heads, from: place) }
    while !heads.isEmpty {
      try block.add(heads[0].current)
      if try !heads[0].advance() {
        heads.swapAt(0, heads.count - 1)
        heads.removeLast()
      }
      Self.sink(&heads, from: 0)
    }
    try block.finish()
  }

  private static func sink(_ heads: inout [StretchReader], from start: Int) {
    var place = start
    while true {
      var least = place
      for child in [2 * place + 1, 2 * place + 2]
      where child < heads.count && heads[child].current < heads[least].current {
        least = child
      }
      if least == place { return }
      heads.swapAt(place, least)
      place = least
    }
  }

  /// Reads a sorted stretch.
  private struct StretchReader {
    private static let bufferLength: Int64 = 256 << 10

    private(set) var current = Entry(high: 0, low: 0)
    private let file: TemporaryFile?
    private var range: Range<Int64>
    private var buffer: [Entry] = []
    private var place = 0

    init(_ file: TemporaryFile, _ range: Range<Int64>) {
      self.file = file
      self.range = range
    }

    init(_ entries: [Entry]) {
      file = nil
      range = 0..<0
      buffer = entries
    }

    /// Goes to the next entry.
    ///
    /// - Returns: whether there is one.
    mutating func advance() throws(SystemCallError) -> Bool {
      if place == buffer.count {
        guard let file, !range.isEmpty else { return false }
        let count = min(Self.bufferLength, Int64(range.count))
        let bytes = try file.read(at: range.lowerBound, count: Int(count))
        buffer = bytes.withUnsafeBytes { Array($0.bindMemory(to: Entry.self)) }
        range = (range.lowerBound + count)..<range.upperBound
        place = 0
        if buffer.isEmpty { return false }
      }
      current = buffer[place]
      place += 1
      return true
    }
  }

  /// Collects entries into blocks.
  private struct EntryBlock {
    private let file: NamedTemporaryFile
    private var bytes = [UInt8](repeating: 0, count: KeyIndexFormat.blockLength)
    private var count = 0
    private var number: Int64 = 1

    init(_ file: NamedTemporaryFile) {
      self.file = file
    }

    mutating func add(_ entry: Entry) throws(SystemCallError) {
      let place = count * KeyIndexFormat.entryLength
      bytes.withUnsafeMutableBytes { bytes in
        KeyIndexFormat.store(entry.high, in: bytes, at: place)
        KeyIndexFormat.store(entry.low, in: bytes, at: place + 8)
      }
      count += 1
      if count == KeyIndexFormat.entriesPerBlock { try write() }
    }

    mutating func finish() throws(SystemCallError) {
      if count > 0 { try write() }
    }

    private mutating func write() throws(SystemCallError) {
      let (used, number) = (count * KeyIndexFormat.entryLength, number)
      bytes.withUnsafeMutableBytes { bytes in
        for place in used..<(KeyIndexFormat.entriesPerBlock * KeyIndexFormat.entryLength) { bytes[place] = 0 }
        KeyIndexFormat.seal(bytes, number: number)
      }
      try file.append(bytes)
      self.number += 1
      count = 0
    }
  }
}
