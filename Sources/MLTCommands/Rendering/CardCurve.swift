/// A small curve of a metric as SVG.
struct CardCurve {
  /// The values with their places from left to right.
  var points: [(x: Double, y: Double)]

  private static let width = 320
  private static let height = 90

  /// The picture, in which of many values in one column the least and the greatest are drawn.
  var svg: String {
    let known = points.filter { $0.x.isFinite && $0.y.isFinite }
    let (width, height) = (Self.width, Self.height)
    var text = "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"\(width)\" height=\"\(height)\">"
    if let first = known.first {
      let left = known.reduce(first.x) { min($0, $1.x) }
      let right = known.reduce(first.x) { max($0, $1.x) }
      let low = known.reduce(first.y) { min($0, $1.y) }
      let high = known.reduce(first.y) { max($0, $1.y) }
      var columns: [Int: (low: Double, high: Double)] = [:]
      for point in known {
        let column = Int(Self.part(point.x, left, right) * Double(width - 8))
        let other = columns[column] ?? (point.y, point.y)
        columns[column] = (min(other.low, point.y), max(other.high, point.y))
      }
      var places: [String] = []
      for (column, values) in columns.sorted(by: { $0.key < $1.key }) {
        for value in values.low == values.high ? [values.low] : [values.low, values.high] {
          let row = Int((1 - Self.part(value, low, high)) * Double(height - 8))
          places.append("\(column + 4),\(row + 4)")
        }
      }
      text +=
        "<polyline fill=\"none\" stroke=\"#2563eb\" stroke-width=\"1.5\" points=\"\(places.joined(separator: " "))\"/>"
    }
    return text + "</svg>"
  }

  // Halves first: the difference of two finite numbers may be infinite.
  private static func part(_ value: Double, _ low: Double, _ high: Double) -> Double {
    let range = high / 2 - low / 2
    guard range > 0 else { return 0.5 }
    return min(1, max(0, (value / 2 - low / 2) / range))
  }
}
