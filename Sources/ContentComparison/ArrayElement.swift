/// One number of an array: whole numbers keep all their digits.
enum ArrayElement {
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

  /// IEEE 754 binary16, whose Swift type isn't there on every platform.
  static func half(_ bits: UInt16) -> Double {
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

  /// The number as a cell of a table.
  var cell: CellValue {
    switch self {
    case .whole(let value): .integer(value)
    case .unsigned(let value): value > UInt64(Int64.max) ? .real(Double(value)) : .integer(Int64(value))
    case .real(let value): value.isNaN ? .missing : .real(value)
    }
  }

  private var value: Double {
    switch self {
    case .whole(let value): Double(value)
    case .unsigned(let value): Double(value)
    case .real(let value): value
    }
  }

  func compare(_ other: ArrayElement, _ difference: inout ContentDifference, at place: () -> String) {
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
