/// Dates and times, written as Python prints them.
enum TimeText {
  /// Reads YAML's forms: a date, or date and time with or without a zone; nil for anything else.
  static func yaml(_ text: String) -> String? {
    let bytes = Array(text.utf8)
    guard bytes.count >= 8, bytes.count <= 64, bytes[4] == UInt8(ascii: "-") else { return nil }
    var reader = Reader(bytes: bytes)
    guard let year = reader.digits(4, 4), reader.take("-"), let month = reader.digits(1, 2), reader.take("-"),
      let day = reader.digits(1, 2)
    else { return nil }
    guard isDate(year, month, day) else { return nil }
    let date = padded(year, 4) + "-" + padded(month, 2) + "-" + padded(day, 2)
    // A date alone has all its digits.
    if reader.isAtEnd { return bytes.count == 10 ? date : nil }
    guard reader.take("T") || reader.take("t") || reader.blanks() > 0, let hour = reader.digits(1, 2), reader.take(":"),
      let minute = reader.digits(2, 2), reader.take(":"), let second = reader.digits(2, 2), hour < 24, minute < 60,
      second < 60
    else { return nil }
    let time = padded(hour, 2) + ":" + padded(minute, 2) + ":" + padded(second, 2)
    guard let fraction = reader.take(".") ? reader.roundedFraction() : "" else { return nil }
    _ = reader.blanks()
    guard let zone = reader.zone(mayBeShort: true), reader.isAtEnd else { return nil }
    return date + " " + time + fraction + zone
  }

  /// Reads TOML's forms, which are stricter; a time alone is one too.
  static func toml(_ text: String) -> String? {
    var reader = Reader(bytes: Array(text.utf8))
    var date = ""
    if text.utf8.count >= 10, text.utf8.dropFirst(4).first == UInt8(ascii: "-") {
      guard let year = reader.digits(4, 4), reader.take("-"), let month = reader.digits(2, 2), reader.take("-"),
        let day = reader.digits(2, 2), isDate(year, month, day)
      else { return nil }
      date = padded(year, 4) + "-" + padded(month, 2) + "-" + padded(day, 2)
      if reader.isAtEnd { return date }
      guard reader.take("T") || reader.take("t") || reader.take(" ") else { return nil }
    }
    guard let hour = reader.digits(2, 2), reader.take(":"), let minute = reader.digits(2, 2), reader.take(":"),
      let second = reader.digits(2, 2), hour < 24, minute < 60, second < 60
    else { return nil }
    var time = padded(hour, 2) + ":" + padded(minute, 2) + ":" + padded(second, 2)
    if reader.take(".") {
      guard reader.hasDigit else { return nil }
      time += reader.fraction()
    }
    guard let zone = reader.zone(mayBeShort: false), reader.isAtEnd, zone.isEmpty || !date.isEmpty else { return nil }
    return (date.isEmpty ? "" : date + " ") + time + zone
  }

  private static func isDate(_ year: Int, _ month: Int, _ day: Int) -> Bool {
    guard year > 0, (1...12).contains(month) else { return false }
    let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
    let days = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    return (1...days[month - 1]).contains(day)
  }

  fileprivate static func padded(_ number: Int, _ width: Int) -> String {
    let text = String(number)
    return String(repeating: "0", count: max(0, width - text.count)) + text
  }

  private struct Reader {
    let bytes: [UInt8]
    var index = 0

    var isAtEnd: Bool { index == bytes.count }
    var hasDigit: Bool { index < bytes.count && (0x30...0x39).contains(bytes[index]) }

    mutating func take(_ character: Unicode.Scalar) -> Bool {
      guard index < bytes.count, bytes[index] == UInt8(ascii: character) else { return false }
      index += 1
      return true
    }

    mutating func blanks() -> Int {
      let start = index
      while take(" ") || take("\t") {}
      return index - start
    }

    mutating func digits(_ least: Int, _ most: Int) -> Int? {
      var value = 0
      var count = 0
      while count < most, hasDigit {
        value = value * 10 + Int(bytes[index] - 0x30)
        index += 1
        count += 1
      }
      return count >= least ? value : nil
    }

    // To microseconds, as Python keeps them.
    mutating func fraction() -> String {
      var digits = ""
      while hasDigit {
        if digits.count < 6 { digits.append(Character(Unicode.Scalar(bytes[index]))) }
        index += 1
      }
      digits += String(repeating: "0", count: 6 - digits.count)
      return digits == "000000" ? "" : "." + digits
    }

    // The same, rounded by the seventh digit; nil if that makes a whole second.
    mutating func roundedFraction() -> String? {
      let start = index
      let fraction = fraction()
      guard index - start > 6, bytes[start + 6] >= 0x35 else { return fraction }
      let digits = (Int(String(decoding: bytes[start..<(start + 6)], as: UTF8.self)) ?? 0) + 1
      return digits < 1_000_000 ? "." + TimeText.padded(digits, 6) : nil
    }

    // Nothing, or hours and minutes from Greenwich.
    mutating func zone(mayBeShort: Bool) -> String? {
      if isAtEnd { return "" }
      if take("Z") || take("z") { return "+00:00" }
      let sign = take("+") ? "+" : take("-") ? "-" : ""
      guard !sign.isEmpty, let hours = digits(mayBeShort ? 1 : 2, 2), hours < 24 else { return nil }
      var minutes = 0
      if take(":") {
        guard let value = digits(2, 2), value < 60 else { return nil }
        minutes = value
      } else if !mayBeShort {
        return nil
      }
      return (hours == 0 && minutes == 0 ? "+" : sign) + padded(hours, 2) + ":" + padded(minutes, 2)
    }
  }
}
