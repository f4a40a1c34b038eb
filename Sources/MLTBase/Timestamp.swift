internal import Glibc

/// A moment in UTC, in whole microseconds since 1970.
public struct Timestamp: Hashable, Sendable {
  /// Microseconds since 1970-01-01T00:00:00Z, leap seconds not counted.
  public var microseconds: Int64

  /// Takes microseconds since 1970.
  public init(microseconds: Int64) {
    self.microseconds = microseconds
  }

  /// Returns the machine's present time.
  public static func now() -> Timestamp {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Timestamp(microseconds: Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000)
  }

  /// Reads the RFC 3339 form that ``description`` writes, with up to six digits of fraction; nil for anything else.
  ///
  /// Only UTC (`Z`) and years 0001 to 9999 are taken.
  public init?(_ text: some StringProtocol) {
    let characters = Array(text.utf8)
    guard characters.count >= 20, characters.count <= 27, characters.last == UInt8(ascii: "Z") else { return nil }
    func number(_ start: Int, _ count: Int) -> Int64? {
      var value: Int64 = 0
      for character in characters[start..<start + count] {
        guard character >= UInt8(ascii: "0"), character <= UInt8(ascii: "9") else { return nil }
        value = value * 10 + Int64(character - UInt8(ascii: "0"))
      }
      return value
    }
    let separators: [(Int, Character)] = [(4, "-"), (7, "-"), (10, "T"), (13, ":"), (16, ":")]
    for (index, separator) in separators where characters[index] != separator.asciiValue { return nil }
    guard
      let year = number(0, 4), let month = number(5, 2), let day = number(8, 2), let hour = number(11, 2),
      let minute = number(14, 2), let second = number(17, 2),
      year >= 1, (1...12).contains(month), day >= 1, day <= Self.days(inMonth: month, of: year),
      hour < 24, minute < 60, second < 60
    else { return nil }
    var fraction: Int64 = 0
    let fractionDigits = characters.count - 21
    if fractionDigits >= 0 {
      guard fractionDigits >= 1, characters[19] == UInt8(ascii: "."), let digits = number(20, fractionDigits) else {
        return nil
      }
      fraction = digits
      for _ in fractionDigits..<6 { fraction *= 10 }
    }
    let days = Self.days(year: year, month: month, day: day)
    microseconds = ((days * 24 + hour) * 60 + minute) * 60_000_000 + second * 1_000_000 + fraction
  }

  private static func days(inMonth month: Int64, of year: Int64) -> Int64 {
    switch month {
    case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
    case 4, 6, 9, 11: 30
    default: 31
    }
  }

  // Days since 1970-01-01 of a Gregorian date and back, counting years from March so that the leap day is last.
  private static func days(year: Int64, month: Int64, day: Int64) -> Int64 {
    let marchYear = month <= 2 ? year - 1 : year
    let era = marchYear / 400
    let yearOfEra = marchYear - era * 400
    let dayOfYear = (153 * ((month + 9) % 12) + 2) / 5 + day - 1
    return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
  }

  /// The parts of the moment in UTC: year, month, day, hour, minute, second and microsecond.
  public var parts: (year: Int, month: Int, day: Int, hour: Int, minute: Int, second: Int, microsecond: Int) {
    let microsecondsOfDay: Int64 = 86_400_000_000
    var days = microseconds / microsecondsOfDay
    var rest = microseconds % microsecondsOfDay
    if rest < 0 {
      rest += microsecondsOfDay
      days -= 1
    }
    let shifted = days + 719_468
    let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
    let dayOfEra = shifted - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let marchMonth = (5 * dayOfYear + 2) / 153
    let month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
    let seconds = rest / 1_000_000
    return (
      Int(yearOfEra + era * 400 + (month <= 2 ? 1 : 0)), Int(month), Int(dayOfYear - (153 * marchMonth + 2) / 5 + 1),
      Int(seconds / 3600), Int(seconds / 60 % 60), Int(seconds % 60), Int(rest % 1_000_000)
    )
  }
}

extension Timestamp {
  /// The moments whose text can be read again: those of the years 0001 to 9999.
  public static let written =
    Timestamp(microseconds: -62_135_596_800_000_000)...Timestamp(microseconds: 253_402_300_799_999_999)
}

extension Timestamp: Comparable {
  /// Orders moments by time.
  public static func < (left: Timestamp, right: Timestamp) -> Bool { left.microseconds < right.microseconds }
}

extension Timestamp: CustomStringConvertible {
  /// RFC 3339 with six digits of fraction, as `2026-03-14T09:26:53.589793Z`.
  public var description: String {
    let (year, month, day, hour, minute, second, microsecond) = parts
    func padded(_ value: Int, _ count: Int) -> String {
      let digits = String(value)
      return String(repeating: "0", count: max(0, count - digits.count)) + digits
    }
    return padded(year, 4) + "-" + padded(month, 2) + "-" + padded(day, 2) + "T" + padded(hour, 2) + ":"
      + padded(minute, 2) + ":" + padded(second, 2) + "." + padded(microsecond, 6) + "Z"
  }
}

/// Where operations get the present time from, so that tests can fix it.
public struct WallClock: Sendable {
  /// Returns the present time.
  public var now: @Sendable () -> Timestamp

  /// Takes the function to ask.
  public init(now: @escaping @Sendable () -> Timestamp) {
    self.now = now
  }

  /// The machine's clock.
  public static let system = WallClock(now: { Timestamp.now() })
}
