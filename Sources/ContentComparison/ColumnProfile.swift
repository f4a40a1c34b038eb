/// What most of a column's cells hold.
public enum ColumnKind: String, Hashable, Sendable, CaseIterable {
  /// Whole numbers.
  case integer
  /// Numbers, not all of them whole.
  case real
  /// True and false.
  case boolean
  /// Days.
  case date
  /// Days with a time.
  case dateTime = "date-time"
  /// Times of day.
  case time
  /// Text.
  case text
  /// Several kinds at once.
  case mixed
  /// Lists and objects.
  case nested
  /// Nothing but missing values.
  case empty

  /// Whether the values have an order and distances: numbers, days and times.
  public var isMeasure: Bool {
    switch self {
    case .integer, .real, .date, .dateTime, .time: true
    case .boolean, .text, .mixed, .nested, .empty: false
    }
  }
}

/// A value and how often it occurs.
public struct ValueCount: Hashable, Sendable {
  /// The value as text, cut after 80 bytes.
  public var value: String
  /// How often it occurs.
  public var count: Int64

  /// Takes both.
  public init(value: String, count: Int64) {
    self.value = value
    self.count = count
  }
}

/// What a column's numbers are like; days and times count in seconds, since 1970 or since midnight.
public struct NumberSummary: Hashable, Sendable {
  /// The shares of numbers that lie below each of ``quantiles``.
  public static let quantileShares = [0.05, 0.25, 0.5, 0.75, 0.95]

  /// How many finite numbers there are.
  public var count: Int64
  /// The least.
  public var least: Double
  /// The greatest.
  public var greatest: Double
  /// The arithmetic mean.
  public var mean: Double
  /// The standard deviation; 0 for a single number.
  public var deviation: Double
  /// What a share of the numbers lies below: ``quantileShares``; from 4,096 of them where there are more.
  public var quantiles: [Double]
  /// How many are 0.
  public var zeros: Int64
  /// How many are below 0.
  public var negatives: Int64
  /// How many infinite ones there are beside.
  public var infinite: Int64

  /// What half of the numbers lie below.
  public var median: Double { quantiles.count == 5 ? quantiles[2] : mean }
}

/// What a column of a table is like.
public struct ColumnProfile: Hashable, Sendable {
  /// The column's name.
  public var name: String
  /// What its cells hold.
  public var kind: ColumnKind
  /// How many rows were looked at.
  public var count: Int64
  /// In how many of them nothing is said.
  public var missing: Int64
  /// How that is spelt, the commonest first; the empty text where nothing stands.
  public var missingSpellings: [ValueCount]
  /// What the numbers are like, in columns of numbers, days or times.
  public var numbers: NumberSummary?
  /// The first text in the order of bytes, cut after 64 of them.
  public var least: String?
  /// The last text.
  public var greatest: String?
  /// How many bytes the texts have, on average.
  public var meanLength: Double?
  /// How many different values there are; an estimate where ``isDistinctExact`` is false.
  public var distinct: Int64
  /// Whether the values were counted one by one.
  public var isDistinctExact: Bool
  /// The commonest values, the commonest first: all of them where there are at most 64, ten where they were counted,
  /// else none.
  public var common: [ValueCount]
  /// In a mixed column, how many cells are of the rarer kind.
  public var odd: Int64

  /// The part of the rows in which nothing is said.
  public var missingShare: Double { count > 0 ? Double(missing) / Double(count) : 0 }

  /// Whether ``common`` has all values.
  public var isCommonComplete: Bool { isDistinctExact && Int64(common.count) == distinct }

  /// The value that all cells have that say something; nil if there are several or none.
  public var constant: String? { isDistinctExact && distinct == 1 ? common.first?.value : nil }

  /// A number of this column as text: days and times as such.
  public func text(_ number: Double) -> String {
    switch kind {
    case .date: DateText.text(number, withTime: number.truncatingRemainder(dividingBy: 86_400) != 0)
    case .dateTime: DateText.text(number, withTime: true)
    case .time: String(DateText.text(number, withTime: true).dropFirst(11))
    default: readable(number)
    }
  }
}

/// A number for people: four significant digits, more only for whole ones.
func readable(_ number: Double) -> String {
  guard number.isFinite else { return number.isNaN ? "NaN" : number < 0 ? "-∞" : "∞" }
  if number == number.rounded(), number.magnitude < 1e15 { return grouped(Int64(number)) }
  let magnitude = number.magnitude
  if magnitude >= 1e6 || magnitude < 1e-4 {
    var exponent = 0
    var mantissa = magnitude
    while mantissa >= 10 {
      mantissa /= 10
      exponent += 1
    }
    while mantissa < 1, exponent > -400 {
      mantissa *= 10
      exponent -= 1
    }
    let text = readable(mantissa < 10 ? mantissa : 9.999)
    return (number < 0 ? "-" : "") + text + "e\(exponent)"
  }
  var digits = 0
  var scaled = magnitude
  var scale = 1.0
  while scaled < 1000 {
    scaled *= 10
    scale *= 10
    digits += 1
  }
  let rounded = Int64(scaled.rounded())
  let divisor = Int64(scale)
  let (whole, part) = (rounded / divisor, rounded % divisor)
  var text = grouped(whole)
  if part != 0 {
    let tail = String(part)
    var padded = String(repeating: "0", count: max(0, digits - tail.count)) + tail
    while padded.last == "0" { padded.removeLast() }
    text += "." + padded
  }
  return (number < 0 ? "-" : "") + text
}
