internal import Glibc

/// Numbers cut to as many figures as people compare by.
enum FigureText {
  /// Six figures, without zeros at the end; whole numbers in full.
  static func short(_ value: Double) -> String {
    guard value.isFinite else { return Formatting.number(value) }
    if let whole = Int64(exactly: value), abs(value) < 1e12 { return String(whole) }
    var buffer = [CChar](repeating: 0, count: 32)
    _ = withVaList([value]) { vsnprintf(&buffer, buffer.count, "%.6g", $0) }
    return String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}
