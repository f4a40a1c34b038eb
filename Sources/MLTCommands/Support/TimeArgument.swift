internal import ArgumentParser
internal import Glibc
internal import MLTBase

/// A moment as people type it: a date, a date and time, or a length of time ago.
struct TimeArgument: ExpressibleByArgument {
  private enum Form {
    case moment(Timestamp)
    case ago(Int64)
  }

  private let form: Form

  /// Reads RFC 3339, `YYYY-MM-DD[ HH:MM[:SS]]` in local time, `today`, `yesterday`, or `3d`, `12h`, `30m`, `2w` ago.
  init?(argument: String) {
    if let moment = Timestamp(argument) {
      form = .moment(moment)
    } else if let length = Self.length(argument) {
      form = .ago(length)
    } else if let moment = Self.local(argument) {
      form = .moment(moment)
    } else {
      return nil
    }
  }

  /// The moment, counted from `now` where that matters.
  func moment(now: Timestamp) -> Timestamp {
    switch form {
    case .moment(let moment): moment
    case .ago(let length): Timestamp(microseconds: now.microseconds - length)
    }
  }

  private static func length(_ text: String) -> Int64? {
    if text == "yesterday" { return 86_400_000_000 }
    guard let unit = text.last, let number = Int64(text.dropLast()), number >= 0, number < 100_000 else { return nil }
    switch unit {
    case "m": return number * 60_000_000
    case "h": return number * 3_600_000_000
    case "d": return number * 86_400_000_000
    case "w": return number * 604_800_000_000
    default: return nil
    }
  }

  private static func local(_ text: String) -> Timestamp? {
    if text == "today" {
      var now = time(nil)
      var parts = tm()
      localtime_r(&now, &parts)
      parts.tm_hour = 0
      parts.tm_min = 0
      parts.tm_sec = 0
      return Timestamp(microseconds: Int64(mktime(&parts)) * 1_000_000)
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
    parts.tm_hour = Int32(hour)
    parts.tm_min = Int32(minute)
    parts.tm_sec = Int32(second)
    parts.tm_isdst = -1
    return Timestamp(microseconds: Int64(mktime(&parts)) * 1_000_000)
  }
}
