internal import Journaling
internal import MLTBase

/// Values of one metric that were logged together, packed for a row: a row each would cost more than the values.
struct MetricPoints {
  let key: String
  private(set) var points: [RunLogged.Metric]

  /// The bytes of a packed value: step, time and value, 64 bits each, the lowest byte first.
  private static let size = 24

  /// Puts values of one name together, in the order of each name's first.
  static func divide(_ metrics: [RunLogged.Metric]) -> [MetricPoints] {
    var places: [ExactText: Int] = [:]
    var series: [MetricPoints] = []
    for metric in metrics {
      let key = ExactText(metric.key)
      if let place = places[key] {
        series[place].points.append(metric)
      } else {
        places[key] = series.count
        series.append(MetricPoints(key: metric.key, points: [metric]))
      }
    }
    return series
  }

  /// The value of the greatest step, then time, then value, NaN being less than any number.
  var latest: RunLogged.Metric? { points.max(by: Self.precedes) }

  static func precedes(_ left: RunLogged.Metric, _ right: RunLogged.Metric) -> Bool {
    if left.step != right.step { return left.step < right.step }
    if left.at != right.at { return left.at < right.at }
    if left.value.isNaN || right.value.isNaN { return left.value.isNaN && !right.value.isNaN }
    return left.value < right.value
  }

  /// The values' bytes.
  var packed: [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(points.count * Self.size)
    for point in points {
      for word in [UInt64(bitPattern: point.step), UInt64(bitPattern: point.at.microseconds), point.value.bitPattern] {
        withUnsafeBytes(of: word.littleEndian) { bytes.append(contentsOf: $0) }
      }
    }
    return bytes
  }

  /// Reads the bytes of a row; nil if they aren't what ``packed`` makes.
  init?(key: String, packed bytes: [UInt8]) {
    guard bytes.count.isMultiple(of: Self.size) else { return nil }
    self.key = key
    points = []
    points.reserveCapacity(bytes.count / Self.size)
    bytes.withUnsafeBytes { bytes in
      func word(_ offset: Int) -> UInt64 {
        UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
      }
      for offset in stride(from: 0, to: bytes.count, by: Self.size) {
        points.append(
          RunLogged.Metric(
            key: key, value: Double(bitPattern: word(offset + 16)), step: Int64(bitPattern: word(offset)),
            at: Timestamp(microseconds: Int64(bitPattern: word(offset + 8)))))
      }
    }
  }

  private init(key: String, points: [RunLogged.Metric]) {
    self.key = key
    self.points = points
  }
}
