/// Days, moments and times of day as texts have them: year first, as ISO 8601 and its neighbours write them.
enum DateText {
  /// Returns what a text says, as a whole; nil if it is no date or time.
  static func parse(_ text: UnsafeBufferPointer<UInt8>) -> CellValue? {
    guard text.count >= 5, text.count <= 40 else { return nil }
    var reader = Reader(text: text)
    if text[2] == UInt8(ascii: ":") {
      guard let time = reader.time(), reader.isAtEnd else { return nil }
      return .time(time)
    }
    guard text.count >= 8, let year = reader.number(4), let mark = reader.byte(),
      mark == UInt8(ascii: "-") || mark == UInt8(ascii: "/"), let month = reader.number(2), (1...12).contains(month),
      reader.take(mark), let day = reader.number(2), (1...31).contains(day)
    else { return nil }
    let seconds = days(year, month, day) * 86_400
    if reader.isAtEnd { return .date(seconds) }
    guard let between = reader.byte(), between == UInt8(ascii: "T") || between == UInt8(ascii: " "),
      let time = reader.time(), let zone = reader.zone(), reader.isAtEnd
    else { return nil }
    return .dateTime(Double(seconds) + time - zone)
  }

  /// The days since 1970 (proleptic Gregorian calendar).
  static func days(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
    let shifted = month <= 2 ? year - 1 : year
    let era = (shifted >= 0 ? shifted : shifted - 399) / 400
    let yearOfEra = shifted - era * 400
    let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
    return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
  }

  /// A moment as text: the day alone where that is all there is to say.
  static func text(_ seconds: Double, withTime: Bool) -> String {
    guard seconds.magnitude < 1e12 else { return "\(seconds)" }
    let whole = Int64(seconds.rounded(.down))
    let day = (whole >= 0 ? whole : whole - 86_399) / 86_400
    let shifted = day + 719_468
    let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
    let dayOfEra = shifted - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let part = (5 * dayOfYear + 2) / 153
    let month = part + (part < 10 ? 3 : -9)
    let date =
      padded(yearOfEra + era * 400 + (month <= 2 ? 1 : 0), 4) + "-" + padded(month, 2) + "-"
      + padded(dayOfYear - (153 * part + 2) / 5 + 1, 2)
    guard withTime else { return date }
    let rest = whole - day * 86_400
    return date + " " + padded(rest / 3600, 2) + ":" + padded(rest / 60 % 60, 2) + ":" + padded(rest % 60, 2)
  }

  private static func padded(_ number: Int64, _ width: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
  }

  private struct Reader {
    let text: UnsafeBufferPointer<UInt8>
    var index = 0

    var isAtEnd: Bool { index == text.count }

    mutating func byte() -> UInt8? {
      guard index < text.count else { return nil }
      index += 1
      return text[index - 1]
    }

    mutating func take(_ byte: UInt8) -> Bool {
      guard index < text.count, text[index] == byte else { return false }
      index += 1
      return true
    }

    mutating func number(_ digits: Int) -> Int64? {
      guard text.count - index >= digits else { return nil }
      var number: Int64 = 0
      for _ in 0..<digits {
        let digit = text[index] &- UInt8(ascii: "0")
        guard digit < 10 else { return nil }
        number = number * 10 + Int64(digit)
        index += 1
      }
      return number
    }

    /// Hours and minutes, seconds and a part of a second if they are there.
    mutating func time() -> Double? {
      guard let hours = number(2), hours <= 24, take(UInt8(ascii: ":")), let minutes = number(2), minutes < 60 else {
        return nil
      }
      var seconds = Double(hours * 3600 + minutes * 60)
      guard take(UInt8(ascii: ":")) else { return seconds }
      guard let whole = number(2), whole <= 60 else { return nil }
      seconds += Double(whole)
      guard take(UInt8(ascii: ".")) else { return seconds }
      var unit = 0.1
      let start = index
      while let digit = number(1) {
        seconds += Double(digit) * unit
        unit /= 10
      }
      return index > start ? seconds : nil
    }

    /// How many seconds the zone is ahead; 0 if none is named.
    mutating func zone() -> Double? {
      _ = take(UInt8(ascii: " "))
      if isAtEnd || take(UInt8(ascii: "Z")) { return 0 }
      let isBehind = take(UInt8(ascii: "-"))
      guard isBehind || take(UInt8(ascii: "+")), let hours = number(2) else { return nil }
      _ = take(UInt8(ascii: ":"))
      let minutes = isAtEnd ? 0 : number(2)
      guard let minutes else { return nil }
      let seconds = Double(hours * 3600 + minutes * 60)
      return isBehind ? -seconds : seconds
    }
  }
}
