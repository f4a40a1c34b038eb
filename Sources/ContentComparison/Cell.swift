/// A cell's value in eight bytes: enough to tell whether two are equal, and how far apart numbers and moments are.
///
/// A number is itself. All else hides among the values that are no numbers: nothing, a moment, true and false, and
/// texts by 50 bits of their hash.
struct Cell: Hashable {
  private static let box: UInt64 = 0xFFF8_0000_0000_0000
  private static let textMark: UInt64 = 1 << 50
  private static let payload: UInt64 = (1 << 48) - 1

  static let missing = Cell(bits: box)

  let bits: UInt64

  private init(bits: UInt64) {
    self.bits = bits
  }

  private init(tag: UInt64, _ payload: Int64) {
    bits = Self.box | tag << 48 | UInt64(bitPattern: payload) & Self.payload
  }

  private init(hash: UInt64) {
    bits = Self.box | Self.textMark | hash & (Self.textMark - 1)
  }

  @inline(__always)
  init(_ value: CellValue, _ text: UnsafeBufferPointer<UInt8>) {
    switch value {
    case .missing: self.init(bits: Self.box)
    case .integer(let whole):
      // Larger ones would be rounded: identifiers, most often.
      if whole.magnitude <= 1 << 53 {
        self.init(bits: Double(whole).bitPattern)
      } else {
        self.init(hash: ValueCounter.mix(UInt64(bitPattern: whole)))
      }
    case .real(let real): self.init(bits: real == 0 ? 0 : real.isNaN ? Self.box : real.bitPattern)
    case .boolean(let isTrue): self.init(tag: 3, isTrue ? 1 : 0)
    case .date(let seconds): self.init(tag: 1, seconds)
    case .dateTime(let seconds): self.init(tag: 2, Self.thousandths(seconds))
    case .time(let seconds): self.init(tag: 3, 2 + Self.thousandths(seconds))
    case .text, .nested: self.init(hash: ValueCounter.hash(text))
    }
  }

  private static func thousandths(_ seconds: Double) -> Int64 {
    let value = (seconds * 1000).rounded()
    return value.magnitude < 0x1p47 ? Int64(value) : 0
  }

  var isMissing: Bool { bits == Self.box }

  /// The number that this is; nil if it is none.
  @inline(__always)
  var number: Double? { bits < Self.box ? Double(bitPattern: bits) : nil }

  /// The moment that this is, in seconds.
  var seconds: Double? {
    guard bits >= Self.box, bits & Self.textMark == 0 else { return nil }
    let value = Int64(bitPattern: bits << 16) >> 16
    switch bits >> 48 & 3 {
    case 1: return Double(value)
    case 2: return Double(value) / 1000
    default: return nil
    }
  }
}
