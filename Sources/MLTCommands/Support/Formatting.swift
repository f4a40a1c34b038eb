internal import Glibc
internal import Journaling
internal import MLTBase

/// How values read in listings for people.
enum Formatting {
  /// A size in bytes with three figures and a decimal unit.
  static func size(_ bytes: Int64) -> String {
    if bytes < 1000 { return "\(bytes) B" }
    var value = Double(bytes)
    for unit in ["kB", "MB", "GB", "TB", "PB"] {
      value /= 1000
      if value < 999.5 || unit == "PB" {
        return (value < 9.995 ? fixed(value, 2) : value < 99.95 ? fixed(value, 1) : fixed(value, 0)) + " " + unit
      }
    }
    return "\(bytes) B"
  }

  private static func fixed(_ value: Double, _ digits: Int) -> String {
    var scale = 1.0
    for _ in 0..<digits { scale *= 10 }
    let scaled = Int64((value * scale).rounded())
    if digits == 0 { return String(scaled) }
    let fraction = String(scaled % Int64(scale))
    return "\(scaled / Int64(scale))." + String(repeating: "0", count: digits - fraction.count) + fraction
  }

  /// A number as short as it can be written to be read back the same.
  static func number(_ value: Double) -> String {
    if value.isNaN { return "NaN" }
    if value.isInfinite { return value < 0 ? "-inf" : "inf" }
    if let whole = Int64(exactly: value), abs(value) < 1e15 { return String(whole) }
    return "\(value)"
  }

  /// A length of time in microseconds.
  static func duration(_ microseconds: Int64) -> String {
    if microseconds < 1_000_000 { return "\(max(0, microseconds) / 1000) ms" }
    let seconds = Double(microseconds) / 1_000_000
    if seconds < 60 { return fixed(seconds, 1) + " s" }
    let whole = Int64(seconds.rounded())
    if whole < 3600 { return "\(whole / 60) min \(whole % 60) s" }
    return "\(whole / 3600) h \(whole / 60 % 60) min"
  }

  /// A length of time in seconds, likewise.
  static func duration(seconds: Double) -> String { duration(Int64(exactly: (seconds * 1e6).rounded()) ?? .max) }

  /// A length of time in microseconds as people speak of it: days from two days on, else hours or less.
  static func span(_ microseconds: Int64) -> String {
    let hours = max(0, microseconds) / 3_600_000_000
    if hours >= 48 { return "\(hours / 24) days" }
    return hours >= 2 ? "\(hours) hours" : duration(microseconds)
  }

  /// A moment in the local time zone, to the second.
  static func time(_ moment: Timestamp) -> String {
    var seconds = time_t(moment.microseconds / 1_000_000)
    var parts = tm()
    localtime_r(&seconds, &parts)
    func two(_ value: Int32) -> String { value < 10 ? "0\(value)" : "\(value)" }
    return "\(parts.tm_year + 1900)-\(two(parts.tm_mon + 1))-\(two(parts.tm_mday)) "
      + "\(two(parts.tm_hour)):\(two(parts.tm_min)):\(two(parts.tm_sec))"
  }

  /// A command line as a shell would take it, on one line.
  static func command(_ arguments: [String]) -> String {
    arguments.map(word).joined(separator: " ")
  }

  /// A word as a shell would take it for itself, on one line: of a command, or of a hint that somebody may copy.
  static func word(_ argument: String) -> String {
    let isPlain =
      !argument.isEmpty
      && argument.utf8.allSatisfy { byte in
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
          || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
          || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || "-_./=:,+@%[]".utf8.contains(byte)
          || byte >= 0x80
      }
    if isPlain { return argument }
    guard argument.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F }) else {
      return "'" + argument.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
    }
    let escaped = argument.unicodeScalars.reduce(into: "") { text, scalar in
      switch scalar {
      case "'", "\\": text += "\\" + String(scalar)
      case _ where scalar.value < 0x20 || scalar.value == 0x7F: text += escape(UInt8(scalar.value))
      default: text.unicodeScalars.append(scalar)
      }
    }
    return "$'" + escaped + "'"
  }

  /// A control character as shells and C write it.
  static func escape(_ byte: UInt8) -> String {
    switch byte {
    case UInt8(ascii: "\n"): return "\\n"
    case UInt8(ascii: "\t"): return "\\t"
    case UInt8(ascii: "\r"): return "\\r"
    default:
      let digits = String(byte, radix: 16)
      return "\\x" + (digits.count == 1 ? "0" : "") + digits
    }
  }

  /// A commit's first digits, and whether the work tree differed from it.
  static func git(_ git: GitState?) -> String? {
    guard let git else { return nil }
    let commit = git.commit.map { String($0.prefix(7)) } ?? "no commit yet"
    return commit + (git.branch.map { " \($0)" } ?? "") + (git.isDirty ? ", dirty" : ", clean")
  }

  /// A number with the noun it counts.
  static func count(_ number: Int, _ noun: String, plural: String? = nil) -> String {
    "\(number) " + (number == 1 ? noun : plural ?? noun + "s")
  }

  /// The first line of a text, showing that there are more.
  static func firstLine(_ text: String) -> String {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: true)
    return (lines.first.map(String.init) ?? "") + (lines.count > 1 ? " …" : "")
  }

  /// Cuts a line to a width, showing that it was cut.
  static func fit(_ line: String, _ width: Int?) -> String {
    guard let width, self.width(line) > width, width > 1 else { return line }
    var left = width - 1
    let start = line.prefix { character in
      left -= self.width(character)
      return left >= 0
    }
    return start + "…"
  }

  /// How many columns of a terminal a text takes: letters of East Asia and pictures take two.
  static func width(_ text: String) -> Int {
    text.utf8.allSatisfy { $0 < 0x80 } ? text.utf8.count : text.reduce(0) { $0 + width($1) }
  }

  private static func width(_ character: Character) -> Int {
    switch character.unicodeScalars.first?.value ?? 0 {
    // Unicode's EastAsianWidth.txt: what is wide, by blocks.
    case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F,
      0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x1F300...0x1F64F, 0x1F680...0x1F6FF, 0x1F900...0x1F9FF, 0x20000...0x3FFFD:
      2
    default: 1
    }
  }

  /// The most columns that cells are padded to, so that one that somebody made very long pushes no other row.
  private static let paddingLimit = 80

  /// Pads each column to its widest cell; the last isn't padded, and those named stand at their column's right side.
  static func table(
    _ rows: [[String]], separator: String = "  ", aligningRight right: Set<Int> = []
  ) -> [String] {
    var widths: [Int] = []
    for row in rows {
      for (column, cell) in row.enumerated() {
        if column == widths.count { widths.append(0) }
        widths[column] = max(widths[column], min(width(cell), paddingLimit))
      }
    }
    return rows.map { row in
      var line = ""
      for (column, cell) in row.enumerated() {
        if column > 0 { line += separator }
        let padding = String(repeating: " ", count: max(0, widths[column] - width(cell)))
        line += right.contains(column) ? padding + cell : column < row.count - 1 ? cell + padding : cell
      }
      return line
    }
  }
}
