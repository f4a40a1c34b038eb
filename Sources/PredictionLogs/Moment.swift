public import MLTBase

/// Reads the time in a row, in the forms that logs have it.
///
/// RFC 3339 and what is near to it (a space for the `T`, slashes in the date, no seconds, no zone: UTC then, any number of decimals); a date
/// alone, also as `20261120`; `20261120T101500Z`; seconds, milliseconds, microseconds or nanoseconds since 1970.
public enum Moment {
  /// Returns the moment that a text names; nil if it names none, or one that can't be written (``Timestamp/written``).
  public static func read(_ text: String) -> Timestamp? {
    let moment = Array(text.utf8).withUnsafeBytes { microseconds($0) }.map { Timestamp(microseconds: $0) }
    return moment.flatMap { Timestamp.written.contains($0) ? $0 : nil }
  }

  /// Returns the moment that bytes name, in microseconds since 1970; nil if they name none.
  static func microseconds(_ bytes: UnsafeRawBufferPointer) -> Int64? {
    var scan = Scan(bytes: bytes, end: bytes.count)
    while scan.place < scan.end, bytes[scan.place] == 0x20 { scan.place += 1 }
    while scan.end > scan.place, bytes[scan.end - 1] == 0x20 { scan.end -= 1 }
    guard scan.end - scan.place <= 48 else { return nil }
    let start = scan.place
    guard let (first, count) = scan.digits(atMost: 19) else { return nil }
    if scan.isAtEnd || scan.peek == UInt8(ascii: ".") && count > 8 {
      return count == 8 ? compactDate(first) : scan.epoch(first, count)
    }
    if count == 8, scan.peek == UInt8(ascii: "T") {
      guard let day = compactDate(first) else { return nil }
      scan.place += 1
      guard let (clock, digits) = scan.digits(atMost: 6), digits == 6 || digits == 4 else { return nil }
      let full = digits == 6 ? clock : clock * 100
      return scan.moment(day, hour: full / 10_000, minute: full / 100 % 100, second: full % 100)
    }
    scan.place = start
    guard count == 4, let year = scan.number(4), let separator = scan.peek, "-/".utf8.contains(separator) else {
      return nil
    }
    scan.place += 1
    guard let month = scan.number(2), scan.take(separator), let day = scan.number(2),
      let midnight = microseconds(year, month, day)
    else { return nil }
    if scan.isAtEnd { return midnight }
    guard scan.take(UInt8(ascii: "T")) || scan.take(0x20) || scan.take(UInt8(ascii: "t")) else { return nil }
    guard let hour = scan.number(2), scan.take(UInt8(ascii: ":")), let minute = scan.number(2) else { return nil }
    var second: Int64 = 0
    if scan.take(UInt8(ascii: ":")) {
      guard let number = scan.number(2) else { return nil }
      second = number
    }
    return scan.moment(midnight, hour: hour, minute: minute, second: second)
  }

  private static func compactDate(_ number: Int64) -> Int64? {
    microseconds(number / 10_000, number / 100 % 100, number % 100)
  }

  /// The beginning of a day in UTC.
  private static func microseconds(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64? {
    guard (1...9999).contains(year), (1...12).contains(month), day >= 1 else { return nil }
    let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
    let length: Int64 = month == 2 ? (isLeap ? 29 : 28) : [4, 6, 9, 11].contains(month) ? 30 : 31
    guard day <= length else { return nil }
    // Counting years from March, so that the leap day is the last.
    let marchYear = month <= 2 ? year - 1 : year
    let dayOfYear = (153 * ((month + 9) % 12) + 2) / 5 + day - 1
    let days = marchYear * 365 + marchYear / 4 - marchYear / 100 + marchYear / 400 + dayOfYear - 719_468
    return days * 86_400_000_000
  }

  private struct Scan {
    let bytes: UnsafeRawBufferPointer
    var place = 0
    var end: Int

    init(bytes: UnsafeRawBufferPointer, end: Int) {
      self.bytes = bytes
      self.end = end
    }

    var isAtEnd: Bool { place == end }
    var peek: UInt8? { place < end ? bytes[place] : nil }

    mutating func take(_ byte: UInt8) -> Bool {
      guard peek == byte else { return false }
      place += 1
      return true
    }

    mutating func digits(atMost limit: Int) -> (value: Int64, count: Int)? {
      var value: Int64 = 0
      let start = place
      while place < end, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[place]) {
        let (tens, overflow) = value.multipliedReportingOverflow(by: 10)
        let (sum, overflowed) = tens.addingReportingOverflow(Int64(bytes[place] - UInt8(ascii: "0")))
        guard place - start < limit, !overflow, !overflowed else { return nil }
        value = sum
        place += 1
      }
      return place > start ? (value, place - start) : nil
    }

    mutating func number(_ count: Int) -> Int64? {
      var value: Int64 = 0
      for _ in 0..<count {
        guard let byte = peek, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
        value = value * 10 + Int64(byte - UInt8(ascii: "0"))
        place += 1
      }
      return value
    }

    /// The decimals of a second, in microseconds.
    mutating func fraction() -> Int64? {
      guard take(UInt8(ascii: ".")) || take(UInt8(ascii: ",")) else { return 0 }
      var value: Int64 = 0
      var count = 0
      while let byte = peek, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) {
        if count < 6 { value = value * 10 + Int64(byte - UInt8(ascii: "0")) }
        count += 1
        place += 1
      }
      if count == 0 { return nil }
      while count < 6 {
        value *= 10
        count += 1
      }
      return value
    }

    /// Seconds and finer since 1970: which, the number of digits tells, for the years from 1973 to 2286.
    mutating func epoch(_ number: Int64, _ count: Int) -> Int64? {
      switch count {
      case 9...11:
        guard let fraction = fraction(), isAtEnd else { return nil }
        return number * 1_000_000 + fraction
      case 12...14: return isAtEnd ? number * 1000 : nil
      case 15...17: return isAtEnd ? number : nil
      case 18...19: return isAtEnd ? number / 1000 : nil
      default: return nil
      }
    }

    /// What remains is decimals and a zone.
    mutating func moment(_ day: Int64, hour: Int64, minute: Int64, second: Int64) -> Int64? {
      // A leap second counts as the one before it.
      guard hour < 24, minute < 60, second <= 60, let fraction = fraction() else { return nil }
      let clock = ((hour * 60 + minute) * 60 + min(second, 59)) * 1_000_000 + fraction
      guard let zone = zone() else { return nil }
      return day + clock - zone
    }

    private mutating func zone() -> Int64? {
      _ = take(0x20)
      if isAtEnd || (take(UInt8(ascii: "Z")) || take(UInt8(ascii: "z"))) && isAtEnd { return 0 }
      if end - place == 3, UnsafeRawBufferPointer(rebasing: bytes[place..<end]).elementsEqual("UTC".utf8) { return 0 }
      let isNegative = peek == UInt8(ascii: "-")
      guard isNegative || peek == UInt8(ascii: "+") else { return nil }
      place += 1
      guard let hours = number(2) else { return nil }
      _ = take(UInt8(ascii: ":"))
      guard let minutes = isAtEnd ? 0 : number(2), isAtEnd, hours < 24, minutes < 60 else { return nil }
      let offset = (hours * 60 + minutes) * 60_000_000
      return isNegative ? -offset : offset
    }
  }
}
