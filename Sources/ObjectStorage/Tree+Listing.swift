internal import MLTBase

extension Tree {
  static let header = Array("mlt tree 1\n".utf8)
  private static let space: UInt8 = 0x20

  /// The canonical listing, whose hash names the tree.
  public var canonicalBytes: [UInt8] {
    var bytes = Self.header
    bytes.reserveCapacity(bytes.count + entries.reduce(0) { $0 + 80 + $1.name.count })
    for entry in entries {
      bytes.append(entry.mode.rawValue)
      bytes.append(Self.space)
      bytes += entry.content.hex.utf8
      bytes.append(Self.space)
      bytes += String(entry.size).utf8
      bytes.append(Self.space)
      bytes += String(entry.count).utf8
      bytes.append(Self.space)
      bytes += entry.name
      bytes.append(0)
    }
    return bytes
  }

  /// Reads a canonical listing.
  ///
  /// - Throws: ``StorageError/invalidTree(_:)`` if the bytes break any rule of the format.
  public init(canonicalBytes bytes: [UInt8]) throws(StorageError) {
    do {
      try self.init(listing: bytes[...])
    } catch {
      throw .invalidTree(error)
    }
  }

  init(listing bytes: ArraySlice<UInt8>) throws(TreeProblem) {
    guard bytes.starts(with: Self.header) else { throw .header }
    var rest = bytes.dropFirst(Self.header.count)
    var entries: [TreeEntry] = []
    while !rest.isEmpty {
      guard
        let mode = Self.field(&rest, upTo: Self.space), mode.count == 1,
        let mode = mode.first.flatMap({ TreeEntry.Mode(rawValue: $0) }),
        let digits = Self.field(&rest, upTo: Self.space), digits.count == ContentID.byteCount * 2,
        let content = Self.contentID(digits),
        let size = Self.field(&rest, upTo: Self.space).flatMap({ Self.number($0) }),
        let count = Self.field(&rest, upTo: Self.space).flatMap({ Self.number($0) }),
        let name = Self.field(&rest, upTo: 0)
      else { throw .entry }
      entries.append(TreeEntry(mode: mode, content: content, size: size, count: count, name: Array(name)))
    }
    try self.init(sorted: entries)
  }

  // Takes the bytes before the next `end`, and that, off the rest; nil if there is none.
  private static func field(_ rest: inout ArraySlice<UInt8>, upTo end: UInt8) -> ArraySlice<UInt8>? {
    guard let index = rest.firstIndex(of: end) else { return nil }
    let field = rest[..<index]
    rest = rest[(index + 1)...]
    return field
  }

  private static func number(_ digits: ArraySlice<UInt8>) -> Int64? {
    guard let first = digits.first, digits.count == 1 || first != 0x30 else { return nil }
    var value: Int64 = 0
    for digit in digits {
      guard (0x30...0x39).contains(digit) else { return nil }
      let (tens, overflows) = value.multipliedReportingOverflow(by: 10)
      let (sum, overflowsToo) = tens.addingReportingOverflow(Int64(digit - 0x30))
      guard !overflows, !overflowsToo else { return nil }
      value = sum
    }
    return value
  }

  private static func contentID(_ digits: ArraySlice<UInt8>) -> ContentID? {
    // A text made of them first would take longer than reading all else of an entry.
    withUnsafeTemporaryAllocation(byteCount: ContentID.byteCount, alignment: 1) { bytes in
      var count = 0
      var high: UInt8?
      for digit in digits {
        guard let value = value(ofHex: digit), count < bytes.count else { return nil }
        if let first = high {
          bytes[count] = first << 4 | value
          count += 1
          high = nil
        } else {
          high = value
        }
      }
      return high == nil ? ContentID(UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(bytes)[..<count])) : nil
    }
  }

  private static func value(ofHex digit: UInt8) -> UInt8? {
    switch digit {
    case 0x30...0x39: digit - 0x30
    case 0x61...0x66: digit - 0x61 + 10
    default: nil
    }
  }
}
