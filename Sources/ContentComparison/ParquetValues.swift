/// The values of a page, or of a dictionary.
enum ParquetValues {
  case integers([Int64])
  case reals([Double])
  case booleans([Bool])
  /// Parts of some bytes.
  case texts([UInt8], [Range<Int>])

  var count: Int {
    switch self {
    case .integers(let values): values.count
    case .reals(let values): values.count
    case .booleans(let values): values.count
    case .texts(_, let ranges): ranges.count
    }
  }

  /// Reads values.
  ///
  /// - Parameters:
  ///   - count: how many there are.
  ///   - encoding: Parquet's number of how they are written.
  init(
    _ decoding: ParquetDecoding, _ column: ParquetColumn, count: Int, encoding: Int64
  ) throws(ContentProblem) {
    var decoding = decoding
    switch (encoding, column.physical) {
    case (0, .boolean):
      guard decoding.rest * 8 >= count else { throw ParquetDecoding.cut }
      let start = decoding.position
      self = .booleans((0..<count).map { (decoding.bytes[start + ($0 >> 3)] >> UInt8($0 & 7)) & 1 == 1 })
    case (3, .boolean):
      _ = try decoding.little(4)
      self = .booleans(try decoding.hybrid(1, count).map { $0 != 0 })
    case (0, .byteArray): self = try Self.plainTexts(&decoding, count)
    case (0, _): self = try Self.fixed(decoding, column, count, isSplit: false)
    case (9, .int32), (9, .int64), (9, .float), (9, .double), (9, .fixedBytes):
      self = try Self.fixed(decoding, column, count, isSplit: true)
    case (5, .int32), (5, .int64):
      let values = try decoding.deltas(limit: count)
      // Differences of 32 bits wrap at 32 bits.
      self = .integers(column.physical == .int32 ? values.map { Int64(Int32(truncatingIfNeeded: $0)) } : values)
    case (6, .byteArray): self = try Self.lengths(&decoding, count)
    case (7, .byteArray), (7, .fixedBytes): self = try Self.prefixes(&decoding, count)
    default: throw .unsupported("encoding \(encoding)")
    }
    guard self.count == count else { throw ParquetDecoding.cut }
  }

  private static func size(_ column: ParquetColumn) -> Int {
    switch column.physical {
    case .boolean: 1
    case .int32, .float: 4
    case .int64, .double: 8
    case .int96: 12
    case .byteArray, .fixedBytes: column.length
    }
  }

  private static func fixed(
    _ decoding: ParquetDecoding, _ column: ParquetColumn, _ count: Int, isSplit: Bool
  ) throws(ContentProblem) -> ParquetValues {
    let size = size(column)
    guard size > 0, decoding.rest / size >= count else { throw ParquetDecoding.cut }
    let (bytes, start) = (decoding.bytes, decoding.position)
    if column.physical == .fixedBytes || column.physical == .int96 {
      guard isSplit else {
        return .texts(bytes, (0..<count).map { (start + $0 * size)..<(start + ($0 + 1) * size) })
      }
      var joined: [UInt8] = []
      joined.reserveCapacity(count * size)
      for index in 0..<count {
        for part in 0..<size { joined.append(bytes[start + part * count + index]) }
      }
      return .texts(joined, (0..<count).map { ($0 * size)..<(($0 + 1) * size) })
    }
    let bits = bytes.withUnsafeBytes { raw in
      (0..<count).map { index -> UInt64 in
        if isSplit {
          var value: UInt64 = 0
          for part in 0..<size { value |= UInt64(raw[start + part * count + index]) << UInt64(8 * part) }
          return value
        }
        return size == 4
          ? UInt64(UInt32(littleEndian: raw.loadUnaligned(fromByteOffset: start + index * 4, as: UInt32.self)))
          : UInt64(littleEndian: raw.loadUnaligned(fromByteOffset: start + index * 8, as: UInt64.self))
      }
    }
    switch column.physical {
    case .float: return .reals(bits.map { Double(Float(bitPattern: UInt32(truncatingIfNeeded: $0))) })
    case .double: return .reals(bits.map { Double(bitPattern: $0) })
    case .int32: return .integers(bits.map { Int64(Int32(truncatingIfNeeded: $0)) })
    default: return .integers(bits.map { Int64(bitPattern: $0) })
    }
  }

  private static func plainTexts(
    _ decoding: inout ParquetDecoding, _ count: Int
  ) throws(ContentProblem) -> ParquetValues {
    guard decoding.rest / 4 >= count else { throw ParquetDecoding.cut }
    var ranges: [Range<Int>] = []
    ranges.reserveCapacity(count)
    for _ in 0..<count {
      let length = Int(try decoding.little(4))
      guard length <= decoding.rest else { throw ParquetDecoding.cut }
      ranges.append(decoding.position..<(decoding.position + length))
      decoding.position += length
    }
    return .texts(decoding.bytes, ranges)
  }

  private static func lengths(_ decoding: inout ParquetDecoding, _ count: Int) throws(ContentProblem) -> ParquetValues {
    var ranges: [Range<Int>] = []
    for length in try decoding.deltas(limit: count) {
      guard length >= 0, length <= Int64(decoding.rest) else { throw ParquetDecoding.cut }
      ranges.append(decoding.position..<(decoding.position + Int(length)))
      decoding.position += Int(length)
    }
    return .texts(decoding.bytes, ranges)
  }

  /// Texts that begin as the one before.
  private static func prefixes(_ decoding: inout ParquetDecoding, _ count: Int) throws(ContentProblem) -> ParquetValues
  {
    let shared = try decoding.deltas(limit: count)
    guard case .texts(let bytes, let ranges) = try lengths(&decoding, count), shared.count == ranges.count else {
      throw ParquetDecoding.cut
    }
    var joined: [UInt8] = []
    var places: [Range<Int>] = []
    var last = 0..<0
    for (prefix, range) in zip(shared, ranges) {
      guard prefix >= 0, prefix <= Int64(last.count), joined.count + Int(prefix) + range.count <= BlockCompression.limit
      else { throw ParquetDecoding.cut }
      let start = joined.count
      for place in last.lowerBound..<(last.lowerBound + Int(prefix)) { joined.append(joined[place]) }
      joined += bytes[range]
      last = start..<joined.count
      places.append(last)
    }
    return .texts(joined, places)
  }

  // MARK: One value

  /// What a value means, with its bytes if it is text.
  func value(_ index: Int, _ column: ParquetColumn, _ body: (CellValue, UnsafeBufferPointer<UInt8>) -> Void) {
    let none = UnsafeBufferPointer<UInt8>(start: nil, count: 0)
    switch self {
    case .booleans(let values): body(.boolean(values[index]), none)
    case .reals(let values): Self.pass(values[index], body)
    case .integers(let values): body(Self.meaning(values[index], column), none)
    case .texts(let bytes, let ranges):
      bytes.withUnsafeBufferPointer { all in
        let text = UnsafeBufferPointer(rebasing: all[ranges[index]])
        switch column.meaning {
        case .decimal(let scale): Self.pass(Self.decimal(text, scale), body)
        case .half where text.count == 2:
          Self.pass(ArrayElement.half(UInt16(text[0]) | UInt16(text[1]) << 8), body)
        case .uuid: Array(Self.hex(text).utf8).withUnsafeBufferPointer { body(.text, $0) }
        case _ where column.physical == .int96: body(Self.moment(text), none)
        default: body(.text, text)
        }
      }
    }
  }

  private static func pass(_ real: Double, _ body: (CellValue, UnsafeBufferPointer<UInt8>) -> Void) {
    let none = UnsafeBufferPointer<UInt8>(start: nil, count: 0)
    if real.isNaN {
      Array("NaN".utf8).withUnsafeBufferPointer { body(.missing, $0) }
    } else {
      body(.real(real), none)
    }
  }

  private static func meaning(_ value: Int64, _ column: ParquetColumn) -> CellValue {
    switch column.meaning {
    case .date:
      let (seconds, overflow) = value.multipliedReportingOverflow(by: 86_400)
      return overflow ? .integer(value) : .date(seconds)
    case .time(let units): return .time(Double(value) / units)
    case .moment(let units): return .dateTime(Double(value) / units)
    case .decimal(let scale): return .real(Double(value) / power(scale))
    case .unsigned:
      if column.physical == .int32 { return .integer(Int64(UInt32(truncatingIfNeeded: value))) }
      return value < 0 ? .real(Double(UInt64(bitPattern: value))) : .integer(value)
    case .plain, .half, .uuid: return .integer(value)
    }
  }

  private static func power(_ scale: Int) -> Double {
    var power = 1.0
    for _ in 0..<min(max(scale, 0), 300) { power *= 10 }
    return power
  }

  /// A whole number of any length, the highest byte first.
  private static func decimal(_ bytes: UnsafeBufferPointer<UInt8>, _ scale: Int) -> Double {
    guard let first = bytes.first else { return 0 }
    var value = first >= 0x80 ? -1.0 : 0
    for byte in bytes.prefix(64) { value = value * 256 + Double(byte) }
    return value / power(scale)
  }

  /// Nanoseconds of a day, and the day by Julius Scaliger's count.
  private static func moment(_ bytes: UnsafeBufferPointer<UInt8>) -> CellValue {
    guard bytes.count == 12 else { return .missing }
    var nanoseconds: UInt64 = 0
    for index in (0..<8).reversed() { nanoseconds = nanoseconds << 8 | UInt64(bytes[index]) }
    var day: UInt32 = 0
    for index in (8..<12).reversed() { day = day << 8 | UInt32(bytes[index]) }
    return .dateTime(
      (Double(Int32(bitPattern: day)) - 2_440_588) * 86_400 + Double(Int64(bitPattern: nanoseconds)) / 1e9)
  }

  private static func hex(_ bytes: UnsafeBufferPointer<UInt8>) -> String {
    let digits = Array("0123456789abcdef")
    return String(bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] })
  }
}
