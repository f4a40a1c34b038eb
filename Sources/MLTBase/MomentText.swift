internal import Glibc

/// A moment as people write it: a date, a date and time, or a length of time ago.
public struct MomentText: Hashable, Sendable {
  private enum Form: Hashable {
    case moment(Timestamp)
    case span(Timestamp, end: Timestamp)
    case ago(Int64)
  }

  private static let second: Int64 = 1_000_000
  private static let day: Int64 = 86_400 * second

  private let form: Form

  /// Reads RFC 3339, `YYYY-MM-DD[ HH:MM[:SS]]` in local time, `now`, `today`, `yesterday`, `3d`, `12h`, `30m`, `2w`, or
  /// `3 days ago` with dots for blanks if one likes; nil for anything else.
  public init?(_ text: String) {
    if let moment = Timestamp(text) ?? Self.shifted(text) {
      form = text.contains(".") ? .moment(moment) : Self.second(of: moment)
    } else if text == "now" {
      form = .ago(0)
    } else if let length = Self.length(text) {
      form = .ago(length)
    } else if let moment = Self.local(text) {
      form = moment
    } else {
      return nil
    }
  }

  /// The moment, counted from `now` where that matters; of a day its beginning.
  public func start(now: Timestamp) -> Timestamp {
    switch form {
    case .moment(let moment), .span(let moment, _): moment
    case .ago(let length): Timestamp(microseconds: now.microseconds - length)
    }
  }

  /// The last moment that is meant: of a day or a second its end; else what ``start(now:)`` says.
  public func end(now: Timestamp) -> Timestamp {
    if case .span(_, let end) = form { return end }
    return start(now: now)
  }

  // MARK: Lengths of time

  private static func length(_ text: String) -> Int64? {
    let words = text.split { $0 == " " || $0 == "." }
    if words.count == 3, words[2] == "ago", let number = Int64(words[0]), let unit = unit(named: words[1]) {
      return product(number, unit)
    }
    guard let last = text.last, let number = Int64(text.dropLast()), let unit = unit(last) else { return nil }
    return product(number, unit)
  }

  private static func product(_ number: Int64, _ unit: Int64) -> Int64? {
    number >= 0 && number < 100_000 ? number * unit : nil
  }

  private static func unit(_ letter: Character) -> Int64? {
    switch letter {
    case "m": 60 * second
    case "h": 3600 * second
    case "d": day
    case "w": 7 * day
    default: nil
    }
  }

  private static func unit(named word: Substring) -> Int64? {
    switch word.last == "s" ? word.dropLast() : word {
    case "second": second
    case "minute": 60 * second
    case "hour": 3600 * second
    case "day": day
    case "week": 7 * day
    case "month": 30 * day
    case "year": 365 * day
    default: nil
    }
  }

  // MARK: Local time

  private static func local(_ text: String) -> Form? {
    if text == "today" || text == "yesterday" {
      var now = time(nil)
      var parts = tm()
      localtime_r(&now, &parts)
      if text == "yesterday" { parts.tm_mday -= 1 }
      return whole(parts)
    }
    let halves = text.split(whereSeparator: { $0 == " " || $0 == "T" }).map(String.init)
    guard let date = halves.first, halves.count <= 2 else { return nil }
    let clock = halves.count == 2 ? halves[1] : "00:00:00"
    let full = clock.split(separator: ":").count == 2 ? clock + ":00" : clock
    // Checked by the strict reader first, so that mktime isn't left to make sense of 31 February.
    guard let utc = Timestamp(date + "T" + full + "Z") else { return nil }
    let (year, month, day, hour, minute, second, _) = utc.parts
    var parts = tm()
    parts.tm_year = Int32(year - 1900)
    parts.tm_mon = Int32(month - 1)
    parts.tm_mday = Int32(day)
    if halves.count == 1 { return whole(parts) }
    parts.tm_hour = Int32(hour)
    parts.tm_min = Int32(minute)
    parts.tm_sec = Int32(second)
    return Self.second(of: moment(&parts))
  }

  /// A moment with an offset, as `2026-03-14T10:00:00+02:00` (RFC 3339 section 5.6).
  private static func shifted(_ text: String) -> Timestamp? {
    guard text.utf8.count > 6, let sign = text.dropLast(5).last, sign == "+" || sign == "-",
      let moment = Timestamp(text.dropLast(6) + "Z")
    else { return nil }
    let parts = text.suffix(5).split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count == 2, parts.allSatisfy({ $0.utf8.count == 2 && $0.allSatisfy(\.isWholeNumber) }),
      let hours = Int64(parts[0]), let minutes = Int64(parts[1]), hours < 24, minutes < 60
    else { return nil }
    let offset = (hours * 3600 + minutes * 60) * second
    return Timestamp(microseconds: moment.microseconds + (sign == "+" ? -offset : offset))
  }

  /// What is written without a fraction is the whole second: listings show moments so.
  private static func second(of moment: Timestamp) -> Form {
    .span(moment, end: Timestamp(microseconds: moment.microseconds + second - 1))
  }

  /// The day that holds a moment.
  private static func whole(_ moment: tm) -> Form {
    var start = moment
    (start.tm_hour, start.tm_min, start.tm_sec) = (0, 0, 0)
    var next = start
    next.tm_mday += 1
    return .span(self.moment(&start), end: Timestamp(microseconds: self.moment(&next).microseconds - 1))
  }

  private static func moment(_ parts: inout tm) -> Timestamp {
    parts.tm_isdst = -1
    return Timestamp(microseconds: Int64(mktime(&parts)) * second)
  }
}
