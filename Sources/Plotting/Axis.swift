internal import Glibc

/// One side of a chart: which numbers lie where on it, and which of them are written beside it.
struct Axis: Hashable, Sendable {
  let least: Double
  let most: Double
  let isLogarithmic: Bool
  let scale: Chart.Scale

  /// Takes the least and the greatest number, both finite; a lone one gets room on both sides.
  init(_ least: Double, _ most: Double, isLogarithmic: Bool = false, scale: Chart.Scale = .number) {
    self.isLogarithmic = isLogarithmic
    self.scale = scale
    if least < most {
      self.least = least
      self.most = most
    } else if isLogarithmic {
      self.least = max(least / 2, .leastNormalMagnitude)
      self.most = min(least * 2, .greatestFiniteMagnitude)
    } else {
      // Something to see on both sides of it.
      let side = scale == .number && abs(least) >= 1e-9 ? abs(least) / 10 : 1
      self.least = max(least - side, -.greatestFiniteMagnitude)
      self.most = min(least + side, .greatestFiniteMagnitude)
    }
  }

  /// How far along a number lies, from 0 to 1.
  func place(_ value: Double) -> Double {
    // Halves, since the greatest numbers are further apart than any number is great.
    let place =
      isLogarithmic
      ? (log(value) - log(least)) / (log(most) - log(least)) : (value / 2 - least / 2) / (most / 2 - least / 2)
    // The least numbers of all are too near to each other to be halved.
    return place.isNaN ? 0 : min(max(place, 0), 1)
  }

  /// Round numbers to write beside it, with their texts: about as many as asked for.
  func ticks(_ count: Int) -> [(value: Double, text: String)] {
    let values = isLogarithmic ? powers(count) : steps(max(1, count))
    return values.map { ($0, text($0)) }
  }

  private func steps(_ count: Int) -> [Double] {
    let span = most / 2 - least / 2
    let rough = span / Double(count) * 2
    guard rough > 0, rough.isFinite else { return [least, most] }
    let step = step(rough)
    var values: [Double] = []
    var next = (least / step).rounded(.up) * step
    while next <= most + step * 1e-9, values.count <= count * 3 {
      values.append(abs(next) < step * 1e-9 ? 0 : next)
      let following = next + step
      if following <= next { break }
      next = following
    }
    return values.isEmpty ? [least, most] : values
  }

  private func step(_ rough: Double) -> Double {
    switch scale {
    case .number: Self.round(rough)
    case .whole: max(1, Self.round(rough))
    case .moment, .length: Self.time(rough)
    }
  }

  private static func round(_ rough: Double) -> Double {
    let power = pow(10, floor(log10(rough)))
    let factor = rough / power
    return (factor <= 1 ? 1 : factor <= 2 ? 2 : factor <= 5 ? 5 : 10) * power
  }

  // Steps that clocks and calendars have.
  private static func time(_ rough: Double) -> Double {
    if rough < 1 { return round(rough) }
    let steps: [Double] = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400]
    return steps.first { $0 >= rough } ?? (rough / 86400).rounded(.up) * 86400
  }

  private func powers(_ count: Int) -> [Double] {
    let first = log10(least).rounded(.up)
    let last = log10(most).rounded(.down)
    guard first < last else { return [least, most] }
    let step = max(1, ((last - first) / Double(max(1, count))).rounded(.up))
    return stride(from: first, through: last, by: step).map { pow(10, $0) }
  }

  private func text(_ value: Double) -> String {
    switch scale {
    case .number, .whole: return NumberText.short(value)
    case .length: return Self.length(value)
    case .moment:
      guard value > -6e10, value < 2.5e11 else { return NumberText.short(value) }
      var seconds = time_t(value)
      var parts = tm()
      localtime_r(&seconds, &parts)
      func two(_ value: Int32) -> String { value < 10 ? "0\(value)" : "\(value)" }
      let time = "\(two(parts.tm_hour)):\(two(parts.tm_min))"
      if most - least < 600 { return time + ":" + two(parts.tm_sec) }
      let day = "\(two(parts.tm_mon + 1))-\(two(parts.tm_mday))"
      return most - least < 86400 ? time : most - least < 10 * 86400 ? day + " " + time : day
    }
  }

  private static func length(_ seconds: Double) -> String {
    if abs(seconds) < 120 { return NumberText.short(seconds) + " s" }
    if abs(seconds) < 7200 { return NumberText.short(seconds / 60) + " min" }
    return NumberText.short(seconds / 3600) + " h"
  }
}

/// Numbers as they stand beside charts.
enum NumberText {
  /// Five figures, without zeros at the end.
  static func short(_ value: Double) -> String { formatted(value, "%.5g") }

  /// Two digits behind the point, for coordinates.
  static func coordinate(_ value: Double) -> String { formatted(value, "%.2f") }

  private static func formatted(_ value: Double, _ format: String) -> String {
    guard value.isFinite else { return "\(value)" }
    var buffer = [CChar](repeating: 0, count: 400)
    _ = withVaList([value]) { vsnprintf(&buffer, buffer.count, format, $0) }
    return String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}
