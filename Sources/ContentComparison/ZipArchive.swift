/// A ZIP archive (APPNOTE.TXT 6.3.3) in memory, as NumPy writes it: stored or deflated, unencrypted, in one part.
struct ZipArchive {
  /// One file in it.
  struct Entry {
    let name: String
    fileprivate let method: Int
    fileprivate let packedSize: Int
    fileprivate let size: Int
    fileprivate let header: Int
  }

  let entries: [Entry]
  private let bytes: [UInt8]

  /// Reads the directory; nil if there is none, or one of a kind that isn't read.
  init?(_ bytes: [UInt8]) {
    self.bytes = bytes
    let endSize = 22
    guard bytes.count >= endSize else { return nil }
    let earliest = max(0, bytes.count - endSize - 0xFFFF)
    guard
      let end = stride(from: bytes.count - endSize, through: earliest, by: -1).first(where: {
        Self.number(bytes, $0, 4) == 0x0605_4B50
      })
    else { return nil }
    let count = Self.number(bytes, end + 10, 2) ?? 0
    var position = Self.number(bytes, end + 16, 4) ?? 0
    var entries: [Entry] = []
    for _ in 0..<count {
      guard Self.number(bytes, position, 4) == 0x0201_4B50, let flags = Self.number(bytes, position + 8, 2),
        let method = Self.number(bytes, position + 10, 2), let packed = Self.number(bytes, position + 20, 4),
        let size = Self.number(bytes, position + 24, 4), let nameLength = Self.number(bytes, position + 28, 2),
        let extra = Self.number(bytes, position + 30, 2), let comment = Self.number(bytes, position + 32, 2),
        let header = Self.number(bytes, position + 42, 4), flags & 1 == 0, position + 46 + nameLength <= bytes.count,
        // The sizes of an entry of 4 GiB stand elsewhere.
        packed != 0xFFFF_FFFF, size != 0xFFFF_FFFF, header != 0xFFFF_FFFF
      else { return nil }
      let name = String(decoding: bytes[(position + 46)..<(position + 46 + nameLength)], as: UTF8.self)
      entries.append(Entry(name: name, method: method, packedSize: packed, size: size, header: header))
      position += 46 + nameLength + extra + comment
    }
    self.entries = entries
  }

  /// Returns a file's bytes; nil if they can't be read.
  func contents(of entry: Entry) -> [UInt8]? {
    guard Self.number(bytes, entry.header, 4) == 0x0403_4B50, let name = Self.number(bytes, entry.header + 26, 2),
      let extra = Self.number(bytes, entry.header + 28, 2)
    else { return nil }
    let start = entry.header + 30 + name + extra
    guard entry.size <= ContentComparison.sizeLimit, start <= bytes.count, entry.packedSize <= bytes.count - start
    else { return nil }
    let packed = bytes[start..<(start + entry.packedSize)]
    switch entry.method {
    case 0: return entry.packedSize == entry.size ? Array(packed) : nil
    case 8: return Inflation.unpack(packed, size: entry.size)
    default: return nil
    }
  }

  private static func number(_ bytes: [UInt8], _ position: Int, _ size: Int) -> Int? {
    guard position >= 0, position <= bytes.count - size else { return nil }
    var number = 0
    for index in (0..<size).reversed() { number = number << 8 | Int(bytes[position + index]) }
    return number
  }
}
