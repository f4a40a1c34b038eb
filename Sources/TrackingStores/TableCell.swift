internal import MLTBase

/// One value of a table's row, whichever database it comes from.
///
/// SQLite lets any column hold any kind of value, and a dump is all text: what is asked for is read out of what is there.
enum TableCell: Hashable, Sendable {
  /// No value.
  case null
  /// A whole number.
  case int(Int64)
  /// Any other number.
  case real(Double)
  /// A text.
  case text(String)
  /// Bytes.
  case bytes([UInt8])

  /// The value as text; nil if there is none, or it is bytes that aren't UTF-8.
  var text: String? {
    switch self {
    case .null: nil
    case .int(let value): String(value)
    case .real(let value): "\(value)"
    case .text(let value): value
    case .bytes(let bytes): String(validating: bytes, as: UTF8.self)
    }
  }

  /// The value as a whole number, if it is one.
  var int: Int64? {
    switch self {
    case .null, .bytes: nil
    case .int(let value): value
    case .real(let value): Int64(exactly: value)
    case .text(let value): Int64(value)
    }
  }

  /// The value as a number, if it is one.
  var real: Double? {
    switch self {
    case .null, .bytes: nil
    case .int(let value): Double(value)
    case .real(let value): value
    case .text(let value): Double(value)
    }
  }

  /// The value as truth: a number other than 0, or a word of Postgres's for it.
  var flag: Bool {
    switch self {
    case .null, .bytes: false
    case .int(let value): value != 0
    case .real(let value): value != 0
    case .text(let value): ["t", "true", "1"].contains(value.lowercased())
    }
  }

  /// The bytes; of a text, its own.
  var bytes: [UInt8]? {
    switch self {
    case .bytes(let bytes): bytes
    case .text(let text): Array(text.utf8)
    case .null, .int, .real: nil
    }
  }

  /// The value as a moment in milliseconds since 1970, as MLflow has it.
  var milliseconds: Timestamp? { int.flatMap { TrackedMoment.milliseconds($0) } }
}

/// Moments as other tools write them.
enum TrackedMoment {
  /// The end of the year 9999, beyond which no time is written.
  private static let limit: Int64 = 253_402_300_799_999

  /// A moment in milliseconds since 1970; nil for one before that, or after the year 9999.
  static func milliseconds(_ value: Int64) -> Timestamp? {
    (0...limit).contains(value) ? Timestamp(microseconds: value * 1000) : nil
  }

  /// A moment as `2026-11-20 23:44:15.259735`, in UTC.
  static func naive(_ text: String) -> Timestamp? {
    let parts = text.split(separator: " ")
    return parts.count == 2 ? Timestamp(parts[0] + "T" + parts[1] + "Z") : Timestamp(text + "Z")
  }
}
