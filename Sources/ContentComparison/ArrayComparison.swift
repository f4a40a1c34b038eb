/// Compares NumPy's arrays element by element.
enum ArrayComparison {
  /// Compares two files with an array each; false if one isn't one.
  static func compare(_ before: [UInt8], _ after: [UInt8], _ difference: inout ContentDifference) -> Bool {
    guard let left = ArrayFile(before[...]), let right = ArrayFile(after[...]) else { return false }
    compare(left, right, name: "", &difference)
    return true
  }

  /// Compares two archives of arrays; false if one isn't one.
  static func compareArchives(_ before: [UInt8], _ after: [UInt8], _ difference: inout ContentDifference) -> Bool {
    guard let left = ZipArchive(before), let right = ZipArchive(after) else { return false }
    for entry in left.entries where !right.entries.contains(where: { $0.name == entry.name }) {
      difference.note("array '\(short(entry.name))' is gone")
    }
    for entry in right.entries {
      let name = short(entry.name)
      guard let earlier = left.entries.first(where: { $0.name == entry.name }) else {
        difference.note("array '\(name)' is new")
        continue
      }
      guard let mine = left.contents(of: earlier), let yours = right.contents(of: entry) else { return false }
      if mine == yours {
        if let array = ArrayFile(mine[...]), array.kind != nil { difference.values += array.count }
        continue
      }
      if let array = ArrayFile(mine[...]), let other = ArrayFile(yours[...]) {
        compare(array, other, name: name, &difference)
      } else {
        difference.note("'\(entry.name)' differs")
      }
    }
    return true
  }

  private static func short(_ name: String) -> String {
    name.hasSuffix(".npy") ? String(name.dropLast(4)) : name
  }

  private static func compare(
    _ left: ArrayFile, _ right: ArrayFile, name: String, _ difference: inout ContentDifference
  ) {
    let title = name.isEmpty ? "" : "array '\(name)': "
    guard left.shape == right.shape else {
      return difference.note("\(title)shape \(text(left.shape)) against \(text(right.shape))")
    }
    guard let kind = left.kind, let other = right.kind else {
      if left.type != right.type {
        difference.note("\(title)type \(left.type) against \(right.type)")
      } else if left.data != right.data {
        difference.note("\(title)elements of type \(left.type) differ")
      }
      return
    }
    // Another width of the same numbers is another result for whoever reads them.
    if kind != other { difference.note("\(title)type \(left.type) against \(right.type)") }
    let parts: [Int]
    switch (kind, other) {
    case (.complex, .complex): parts = [0, 1]
    case (.complex, _), (_, .complex): return
    default: parts = [0]
    }
    left.data.withUnsafeBytes { mine in
      right.data.withUnsafeBytes { yours in
        for position in 0..<left.count {
          // Where one is stored by columns and the other by rows, the same element stands elsewhere.
          let place =
            left.isFortranOrder == right.isFortranOrder
            ? position : transposed(position, left.shape, left.isFortranOrder)
          for part in parts {
            let first = Element(mine, kind, position, part, left.isBigEndian)
            let second = Element(yours, other, place, part, right.isBigEndian)
            first.compare(second, &difference) {
              name + "[" + indices(position, left.shape, left.isFortranOrder) + "]"
            }
          }
        }
      }
    }
  }

  private static func text(_ shape: [Int]) -> String {
    "(" + shape.map { "\($0)" }.joined(separator: ", ") + (shape.count == 1 ? "," : "") + ")"
  }

  private static func split(_ position: Int, _ shape: [Int], _ isFortranOrder: Bool) -> [Int] {
    var rest = position
    var found = [Int](repeating: 0, count: shape.count)
    for axis in isFortranOrder ? Array(shape.indices) : shape.indices.reversed() {
      found[axis] = rest % shape[axis]
      rest /= shape[axis]
    }
    return found
  }

  private static func indices(_ position: Int, _ shape: [Int], _ isFortranOrder: Bool) -> String {
    split(position, shape, isFortranOrder).map { "\($0)" }.joined(separator: ", ")
  }

  /// Where an element stands in an array of the other order.
  private static func transposed(_ position: Int, _ shape: [Int], _ isFortranOrder: Bool) -> Int {
    let indices = split(position, shape, isFortranOrder)
    var place = 0
    for axis in isFortranOrder ? Array(shape.indices) : shape.indices.reversed() {
      place = place * shape[axis] + indices[axis]
    }
    return place
  }
}

/// One number of an array: whole numbers keep all their digits.
private enum Element {
  case whole(Int64)
  case unsigned(UInt64)
  case real(Double)

  init(_ data: UnsafeRawBufferPointer, _ kind: ArrayFile.Kind, _ index: Int, _ part: Int, _ isBigEndian: Bool) {
    switch kind {
    case .bool: self = .whole(data[index] == 0 ? 0 : 1)
    case .signed(let size):
      let bits = Self.bits(data, index * size, size, isBigEndian)
      let shift = UInt64(64 - 8 * size)
      self = .whole(Int64(bitPattern: bits << shift) >> Int64(shift))
    case .unsigned(let size): self = .unsigned(Self.bits(data, index * size, size, isBigEndian))
    case .float(let size): self = .real(Self.float(Self.bits(data, index * size, size, isBigEndian), size))
    case .complex(let size):
      let half = size / 2
      self = .real(Self.float(Self.bits(data, index * size + part * half, half, isBigEndian), half))
    }
  }

  private static func bits(_ data: UnsafeRawBufferPointer, _ offset: Int, _ size: Int, _ isBigEndian: Bool) -> UInt64 {
    var bits: UInt64 = 0
    for index in 0..<size {
      let byte = data[offset + (isBigEndian ? index : size - 1 - index)]
      bits = bits << 8 | UInt64(byte)
    }
    return bits
  }

  private static func float(_ bits: UInt64, _ size: Int) -> Double {
    switch size {
    case 8: Double(bitPattern: bits)
    case 4: Double(Float(bitPattern: UInt32(truncatingIfNeeded: bits)))
    default: half(UInt16(truncatingIfNeeded: bits))
    }
  }

  // IEEE 754 binary16, whose Swift type isn't there on every platform.
  private static func half(_ bits: UInt16) -> Double {
    let exponent = Int(bits >> 10 & 0x1F)
    let fraction = Double(bits & 0x3FF) / 1024
    let magnitude: Double =
      switch exponent {
      case 0: fraction * 0x1p-14
      case 31: bits & 0x3FF == 0 ? .infinity : .nan
      default: Double(sign: .plus, exponent: exponent - 15, significand: 1 + fraction)
      }
    return bits & 0x8000 == 0 ? magnitude : -magnitude
  }

  private var value: Double {
    switch self {
    case .whole(let value): Double(value)
    case .unsigned(let value): Double(value)
    case .real(let value): value
    }
  }

  func compare(_ other: Element, _ difference: inout ContentDifference, at place: () -> String) {
    switch (self, other) {
    case (.whole(let mine), .whole(let yours)):
      difference.values += 1
      if mine == yours { return }
      let distance = mine > yours ? UInt64(bitPattern: mine &- yours) : UInt64(bitPattern: yours &- mine)
      difference.note(Double(distance), largest: Double(max(mine.magnitude, yours.magnitude)), at: place())
    case (.unsigned(let mine), .unsigned(let yours)):
      difference.values += 1
      if mine == yours { return }
      difference.note(
        Double(mine > yours ? mine - yours : yours - mine), largest: Double(max(mine, yours)), at: place())
    default: difference.compare(value, other.value, at: place())
    }
  }
}
