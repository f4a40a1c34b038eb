internal import Glibc

/// Takes a column's cells as they come, and says at the end what they are like.
final class ColumnAccumulator {
  private static let textLimit = 64

  let name: String
  private var seen: Int64 = 0
  private var spellings: [String: Int64] = [:]
  private var empty: Int64 = 0
  private var missing: Int64 = 0
  private var integers: Int64 = 0
  private var reals: Int64 = 0
  private var booleans: Int64 = 0
  private var dates: Int64 = 0
  private var dateTimes: Int64 = 0
  private var times: Int64 = 0
  private var texts: Int64 = 0
  private var nested: Int64 = 0
  private var numbers = NumberAccumulator()
  private var moments = NumberAccumulator()
  private var values = ValueCounter()
  private var lengths: Int64 = 0
  private var least: [UInt8] = []
  private var greatest: [UInt8] = []

  init(_ name: String) {
    self.name = name
  }

  @inline(__always)
  func add(_ value: CellValue, _ text: UnsafeBufferPointer<UInt8>) {
    seen += 1
    switch value {
    case .integer(let whole):
      integers += 1
      numbers.add(Double(whole))
      guard text.isEmpty else { break }
      values.add(ValueCounter.mix(UInt64(bitPattern: whole)), Array(String(whole).utf8))
      return
    case .real(let real):
      reals += 1
      numbers.add(real)
      guard text.isEmpty else { break }
      values.add(ValueCounter.mix(real.bitPattern), Array(String(real).utf8))
      return
    default:
      if !addOther(value, text) { return }
    }
    values.add(ValueCounter.hash(text), Array(text.prefix(80)))
  }

  @inline(never)
  private func addOther(_ value: CellValue, _ text: UnsafeBufferPointer<UInt8>) -> Bool {
    switch value {
    case .missing:
      missing += 1
      if text.isEmpty {
        empty += 1
      } else if spellings.count < 16 {
        spellings[String(decoding: text, as: UTF8.self), default: 0] += 1
      }
      return false
    case .boolean(let isTrue):
      booleans += 1
      guard text.isEmpty else { break }
      values.add(isTrue ? 1 : 2, Array((isTrue ? "true" : "false").utf8))
      return false
    case .date(let seconds):
      dates += 1
      moments.add(Double(seconds))
      guard text.isEmpty else { break }
      values.add(
        ValueCounter.mix(UInt64(bitPattern: seconds)), Array(DateText.text(Double(seconds), withTime: false).utf8))
      return false
    case .dateTime(let seconds):
      dateTimes += 1
      moments.add(seconds)
      guard text.isEmpty else { break }
      values.add(ValueCounter.mix(seconds.bitPattern), Array(DateText.text(seconds, withTime: true).utf8))
      return false
    case .time(let seconds):
      times += 1
      moments.add(seconds)
      guard text.isEmpty else { break }
      values.add(ValueCounter.mix(seconds.bitPattern), Array(String(seconds).utf8))
      return false
    case .text:
      texts += 1
      lengths += Int64(text.count)
      noteOrder(UnsafeBufferPointer(rebasing: text.prefix(Self.textLimit)))
    case .nested: nested += 1
    case .integer, .real: break
    }
    return true
  }

  private func noteOrder(_ text: UnsafeBufferPointer<UInt8>) {
    if texts == 1 {
      least = Array(text)
      greatest = least
    } else if Self.precedes(text, least) {
      least = Array(text)
    } else if Self.precedes(greatest, text) {
      greatest = Array(text)
    }
  }

  private static func precedes(_ left: UnsafeBufferPointer<UInt8>, _ right: [UInt8]) -> Bool {
    right.withUnsafeBufferPointer { precedes(left, $0) }
  }

  private static func precedes(_ left: [UInt8], _ right: UnsafeBufferPointer<UInt8>) -> Bool {
    left.withUnsafeBufferPointer { precedes($0, right) }
  }

  private static func precedes(_ left: UnsafeBufferPointer<UInt8>, _ right: UnsafeBufferPointer<UInt8>) -> Bool {
    let common = min(left.count, right.count)
    guard common > 0, let mine = left.baseAddress, let yours = right.baseAddress else {
      return left.count < right.count
    }
    let order = memcmp(mine, yours, common)
    return order < 0 || (order == 0 && left.count < right.count)
  }

  /// What the column is like.
  ///
  /// - Parameter rows: how many rows were read, which may be more than there were cells.
  func profile(rows: Int64) -> ColumnProfile {
    var missing: [ValueCount] = spellings.map { ValueCount(value: $0.key, count: $0.value) }
    if empty > 0 { missing.append(ValueCount(value: "", count: empty)) }
    missing.sort { ($0.count, $1.value) > ($1.count, $0.value) }
    let kind = self.kind
    let isNumeric = integers + reals > 0
    let summary = isNumeric ? numbers.summary : moments.summary
    // Of many values those that occur once say nothing.
    let common =
      !values.isExact ? [] : values.distinct <= 64 ? values.common(64) : values.common(10).filter { $0.count > 1 }
    return ColumnProfile(
      name: name, kind: kind, count: rows, missing: self.missing + max(0, rows - seen), missingSpellings: missing,
      numbers: kind == .text ? nil : summary,
      least: least.isEmpty && texts == 0 ? nil : String(decoding: least, as: UTF8.self),
      greatest: texts == 0 ? nil : String(decoding: greatest, as: UTF8.self),
      meanLength: texts > 0 ? Double(lengths) / Double(texts) : nil, distinct: values.distinct,
      isDistinctExact: values.isExact, common: common,
      odd: kind == .mixed ? min(texts, integers + reals + dates + dateTimes + times + booleans) : 0)
  }

  private var kind: ColumnKind {
    let numbers = integers + reals
    let moments = dates + dateTimes
    let kinds = [numbers, booleans, moments, times, texts, nested].filter { $0 > 0 }
    if kinds.isEmpty { return .empty }
    if kinds.count == 1 {
      if numbers > 0 { return reals > 0 ? .real : .integer }
      if moments > 0 { return dateTimes > 0 ? .dateTime : .date }
      return booleans > 0 ? .boolean : times > 0 ? .time : texts > 0 ? .text : .nested
    }
    // Names and codes, of which a few look like numbers.
    if nested == 0, texts * 2 > kinds.reduce(0, +) { return .text }
    return .mixed
  }
}
