internal import MLTBase

/// An array in NumPy's format (`numpy.lib.format`, versions 1 to 3), read in place.
struct ArrayFile {
  static let magic: [UInt8] = [0x93] + Array("NUMPY".utf8)

  /// What the elements are.
  enum Kind: Equatable {
    case bool
    case signed(Int)
    case unsigned(Int)
    case float(Int)
    case complex(Int)
  }

  /// The type as the file names it, as `<f8`.
  let type: String
  /// The elements' kind; nil for one that can't be compared number by number.
  let kind: Kind?
  let isBigEndian: Bool
  let isFortranOrder: Bool
  let shape: [Int]
  /// How many elements there are.
  let count: Int
  /// The elements' bytes.
  let data: ArraySlice<UInt8>

  /// Where the elements begin in the file.
  let dataOffset: Int

  /// Reads a file; nil if it isn't one.
  ///
  /// - Parameter isHead: whether the bytes are only the first of the file, with the whole header.
  init?(_ bytes: ArraySlice<UInt8>, isHead: Bool = false) {
    guard bytes.starts(with: Self.magic), bytes.count >= 10 else { return nil }
    let start = bytes.startIndex
    let isLong = bytes[start + 6] > 1
    guard !isLong || bytes.count >= 12 else { return nil }
    let prefix = isLong ? 12 : 10
    var length = 0
    for index in (8..<prefix).reversed() { length = length << 8 | Int(bytes[start + index]) }
    guard length <= bytes.count - prefix, length <= 1 << 20,
      let header = String(validating: bytes[(start + prefix)..<(start + prefix + length)], as: UTF8.self),
      let type = Self.quoted("descr", in: header), let order = Self.value("fortran_order", in: header),
      let shape = Self.numbers("shape", in: header)
    else { return nil }
    self.type = type
    self.shape = shape
    isFortranOrder = order.hasPrefix("True")
    isBigEndian = type.hasPrefix(">")
    data = bytes[(start + prefix + length)...]
    dataOffset = prefix + length
    var count = 1
    for extent in shape {
      let (product, overflow) = count.multipliedReportingOverflow(by: extent)
      guard !overflow else { return nil }
      count = product
    }
    self.count = count
    kind = Self.kind(type)
    if let kind {
      let (size, overflow) = count.multipliedReportingOverflow(by: Self.size(kind))
      guard !overflow, isHead || size <= data.count else { return nil }
    }
  }

  private static func kind(_ type: String) -> Kind? {
    guard let size = Int(type.dropFirst(2)) else { return nil }
    switch (type.dropFirst().first, size) {
    case ("b", 1): return .bool
    case ("i", 1), ("i", 2), ("i", 4), ("i", 8): return .signed(size)
    case ("u", 1), ("u", 2), ("u", 4), ("u", 8): return .unsigned(size)
    case ("f", 2), ("f", 4), ("f", 8): return .float(size)
    case ("c", 8), ("c", 16): return .complex(size)
    default: return nil
    }
  }

  static func size(_ kind: Kind) -> Int {
    switch kind {
    case .bool: 1
    case .signed(let size), .unsigned(let size), .float(let size), .complex(let size): size
    }
  }

  // MARK: The header, a Python literal

  private static func value(_ key: String, in header: String) -> Substring? {
    guard let found = header.firstRange(of: "'\(key)':") else { return nil }
    return header[found.upperBound...].drop { $0 == " " }
  }

  private static func quoted(_ key: String, in header: String) -> String? {
    guard let value = value(key, in: header), let quote = value.first else { return nil }
    // A list describes elements of several fields.
    guard quote == "'" || quote == "\"" else { return String(value.prefix { $0 != "]" }) + "]" }
    return String(value.dropFirst().prefix { $0 != quote })
  }

  private static func numbers(_ key: String, in header: String) -> [Int]? {
    guard let value = value(key, in: header), value.first == "(" else { return nil }
    var numbers: [Int] = []
    for part in value.dropFirst().prefix(while: { $0 != ")" }).split(separator: ",") {
      let digits = part.filter { $0 != " " && $0 != "L" }
      if digits.isEmpty { continue }
      guard let number = Int(digits), number >= 0 else { return nil }
      numbers.append(number)
    }
    return numbers.count <= 64 ? numbers : nil
  }
}
