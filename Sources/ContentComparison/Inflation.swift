/// Unpacks DEFLATE (RFC 1951).
///
/// By hand, since what is compared is in memory and small, and the library for it has its home elsewhere.
struct Inflation {
  private let bytes: ArraySlice<UInt8>
  private var position: Int
  private var buffer: UInt32 = 0
  private var bufferedBits = 0
  private var output: [UInt8] = []
  private let size: Int

  private struct Damaged: Error {}

  /// Returns the unpacked bytes; nil if they are damaged or not `size` of them.
  static func unpack(_ bytes: ArraySlice<UInt8>, size: Int) -> [UInt8]? {
    var inflation = Inflation(bytes, size)
    do {
      try inflation.run()
    } catch {
      return nil
    }
    return inflation.output.count == size ? inflation.output : nil
  }

  private init(_ bytes: ArraySlice<UInt8>, _ size: Int) {
    self.bytes = bytes
    self.size = size
    position = bytes.startIndex
    // A size that is only claimed costs nothing.
    output.reserveCapacity(min(size, 16 << 20))
  }

  private mutating func run() throws {
    var isLast = false
    while !isLast {
      isLast = try bits(1) == 1
      switch try bits(2) {
      case 0: try copyStored()
      case 1: try decode(Self.fixedLengths, Self.fixedDistances)
      case 2:
        let (lengths, distances) = try dynamicCodes()
        try decode(lengths, distances)
      default: throw Damaged()
      }
    }
  }

  private mutating func bits(_ count: Int) throws -> Int {
    while bufferedBits < count {
      guard position < bytes.endIndex else { throw Damaged() }
      buffer |= UInt32(bytes[position]) << UInt32(bufferedBits)
      position += 1
      bufferedBits += 8
    }
    let value = buffer & ((1 << UInt32(count)) - 1)
    buffer >>= UInt32(count)
    bufferedBits -= count
    return Int(value)
  }

  private mutating func append(_ byte: UInt8) throws {
    guard output.count < size else { throw Damaged() }
    output.append(byte)
  }

  private mutating func copyStored() throws {
    (buffer, bufferedBits) = (0, 0)
    guard bytes.endIndex - position >= 4 else { throw Damaged() }
    let length = Int(bytes[position]) | Int(bytes[position + 1]) << 8
    let check = Int(bytes[position + 2]) | Int(bytes[position + 3]) << 8
    position += 4
    guard length == check ^ 0xFFFF, bytes.endIndex - position >= length, size - output.count >= length else {
      throw Damaged()
    }
    output += bytes[position..<(position + length)]
    position += length
  }

  // MARK: Codes

  /// A canonical Huffman code: how many codes there are of each length, and the symbols in order.
  private struct Code {
    var counts = [Int](repeating: 0, count: 16)
    var symbols: [Int] = []

    init(_ lengths: [Int]) {
      for length in lengths { counts[length] += 1 }
      counts[0] = 0
      var offsets = [Int](repeating: 0, count: 17)
      for length in 1..<16 { offsets[length + 1] = offsets[length] + counts[length] }
      symbols = [Int](repeating: 0, count: lengths.count)
      for (symbol, length) in lengths.enumerated() where length > 0 {
        symbols[offsets[length]] = symbol
        offsets[length] += 1
      }
    }
  }

  private mutating func symbol(_ code: borrowing Code) throws -> Int {
    var (value, first, index) = (0, 0, 0)
    for length in 1..<16 {
      value |= try bits(1)
      let count = code.counts[length]
      if value - count < first {
        guard index + (value - first) >= 0, index + (value - first) < code.symbols.count else { throw Damaged() }
        return code.symbols[index + (value - first)]
      }
      index += count
      first = (first + count) << 1
      value <<= 1
    }
    throw Damaged()
  }

  private static let fixedLengths = Code(
    (0..<288).map { $0 < 144 ? 8 : $0 < 256 ? 9 : $0 < 280 ? 7 : 8 })
  private static let fixedDistances = Code([Int](repeating: 5, count: 30))
  private static let order = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15]

  private mutating func dynamicCodes() throws -> (lengths: Code, distances: Code) {
    let (literals, distances, codes) = (try bits(5) + 257, try bits(5) + 1, try bits(4) + 4)
    guard literals <= 286 else { throw Damaged() }
    var lengths = [Int](repeating: 0, count: 19)
    for index in 0..<codes { lengths[Self.order[index]] = try bits(3) }
    let code = Code(lengths)
    var all: [Int] = []
    while all.count < literals + distances {
      let next = try symbol(code)
      switch next {
      case 0..<16: all.append(next)
      case 16:
        guard let last = all.last else { throw Damaged() }
        all += [Int](repeating: last, count: try bits(2) + 3)
      case 17: all += [Int](repeating: 0, count: try bits(3) + 3)
      default: all += [Int](repeating: 0, count: try bits(7) + 11)
      }
    }
    guard all.count == literals + distances else { throw Damaged() }
    return (Code(Array(all[..<literals])), Code(Array(all[literals...])))
  }

  private static let lengthBases = [
    3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258,
  ]
  private static let lengthBits = [
    0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0,
  ]
  private static let distanceBases = [
    1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049, 3073, 4097, 6145,
    8193, 12289, 16385, 24577,
  ]

  private mutating func decode(_ lengths: borrowing Code, _ distances: borrowing Code) throws {
    while true {
      let next = try symbol(lengths)
      if next < 256 {
        try append(UInt8(next))
      } else if next == 256 {
        return
      } else {
        guard next - 257 < Self.lengthBases.count else { throw Damaged() }
        let length = Self.lengthBases[next - 257] + (try bits(Self.lengthBits[next - 257]))
        let place = try symbol(distances)
        guard place < Self.distanceBases.count else { throw Damaged() }
        let distance = Self.distanceBases[place] + (try bits(max(0, place / 2 - 1)))
        guard distance <= output.count else { throw Damaged() }
        for _ in 0..<length { try append(output[output.count - distance]) }
      }
    }
  }
}
