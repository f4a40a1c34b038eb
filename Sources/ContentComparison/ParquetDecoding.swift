/// The encodings of numbers in Parquet's pages (`Encodings.md` of its specification).
struct ParquetDecoding {
  let bytes: [UInt8]
  var position: Int
  let end: Int

  init(_ bytes: [UInt8], _ range: Range<Int>) {
    self.bytes = bytes
    position = range.lowerBound
    end = range.upperBound
  }

  var rest: Int { end - position }

  static let cut = ContentProblem.damaged("a page ends early")

  mutating func little(_ count: Int) throws(ContentProblem) -> UInt64 {
    guard rest >= count else { throw Self.cut }
    var value: UInt64 = 0
    for index in 0..<count { value |= UInt64(bytes[position + index]) << UInt64(8 * index) }
    position += count
    return value
  }

  mutating func unsigned() throws(ContentProblem) -> UInt64 {
    var value: UInt64 = 0
    for shift in stride(from: UInt64(0), to: 70, by: 7) {
      guard rest > 0 else { throw Self.cut }
      let byte = bytes[position]
      position += 1
      value |= UInt64(byte & 0x7F) << shift
      if byte & 0x80 == 0 { return value }
    }
    throw .damaged("a page has a number that is too long")
  }

  mutating func signed() throws(ContentProblem) -> Int64 {
    let value = try unsigned()
    return Int64(bitPattern: value >> 1) ^ -Int64(bitPattern: value & 1)
  }

  /// How many bits a number up to `maximum` takes.
  static func width(_ maximum: Int) -> Int { Int.bitWidth - maximum.leadingZeroBitCount }

  /// Runs and packed groups, for levels, indices and truth values.
  mutating func hybrid(_ width: Int, _ count: Int) throws(ContentProblem) -> [Int32] {
    guard width <= 32 else { throw .damaged("a page has numbers of \(width) bits") }
    if width == 0 { return [Int32](repeating: 0, count: count) }
    var values: [Int32] = []
    values.reserveCapacity(count)
    while values.count < count {
      let header = try unsigned()
      let wanted = count - values.count
      if header & 1 == 0 {
        let value = Int32(truncatingIfNeeded: try little((width + 7) / 8))
        let run = Int(clamping: header >> 1)
        guard run > 0 else { throw .damaged("a page has an empty run") }
        values.append(contentsOf: repeatElement(value, count: min(run, wanted)))
      } else {
        let groups = Int(clamping: header >> 1)
        guard groups > 0 else { throw .damaged("a page has an empty run") }
        // The last group may be cut short where nothing is in it.
        let available = min(min(groups, Int.max / 64) * 8, rest * 8 / width, wanted)
        guard available > 0 else { throw Self.cut }
        for index in 0..<available { values.append(Int32(truncatingIfNeeded: bits(index * width, width))) }
        position += min(rest, min(groups, Int.max / 64) * width)
        if available < min(wanted, groups * 8) { throw Self.cut }
      }
    }
    return values
  }

  /// Bits counted from the position, the lowest first; those past the end are 0.
  private func bits(_ offset: Int, _ width: Int) -> UInt64 {
    var value: UInt64 = 0
    var taken = 0
    var place = position + (offset >> 3)
    var skip = offset & 7
    while taken < width, place < end {
      value |= (UInt64(bytes[place]) >> UInt64(skip)) << UInt64(taken)
      taken += 8 - skip
      skip = 0
      place += 1
    }
    return width >= 64 ? value : value & ((1 << UInt64(width)) - 1)
  }

  /// Differences, packed in blocks.
  mutating func deltas(limit: Int) throws(ContentProblem) -> [Int64] {
    let block = Int(clamping: try unsigned())
    let parts = Int(clamping: try unsigned())
    let total = Int(clamping: try unsigned())
    var value = try signed()
    guard block > 0, block <= 1 << 20, parts > 0, parts <= 1 << 12, block % parts == 0, (block / parts) % 8 == 0 else {
      throw .damaged("a page has blocks of a wrong size")
    }
    guard total <= limit else { throw .damaged("a page has more values than it says") }
    let size = block / parts
    var values: [Int64] = []
    values.reserveCapacity(total)
    if total > 0 { values.append(value) }
    while values.count < total {
      let least = try signed()
      guard rest >= parts else { throw Self.cut }
      let widths = Array(bytes[position..<(position + parts)])
      position += parts
      for width in widths where values.count < total {
        guard width <= 64 else { throw .damaged("a page has numbers of \(width) bits") }
        let length = size * Int(width) / 8
        let wanted = min(size, total - values.count)
        guard rest * 8 >= wanted * Int(width) else { throw Self.cut }
        for index in 0..<wanted {
          value = value &+ least &+ Int64(bitPattern: bits(index * Int(width), Int(width)))
          values.append(value)
        }
        position += min(rest, length)
      }
    }
    return values
  }
}
