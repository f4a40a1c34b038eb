/// Leaves out of many points those that nobody could see.
enum Thinning {
  /// Of each column the first, the least, the greatest and the last point, in the order in which they came; so a line through
  /// them covers what a line through all would.
  ///
  /// - Parameters:
  ///   - points: points that have a place.
  ///   - columns: how many columns there are to draw in.
  static func byColumn(_ points: [Chart.Point], _ axis: Axis, columns: Int) -> [Chart.Point] {
    guard points.count > columns * 4, columns > 0 else { return points }
    var kept: [Chart.Point] = []
    var start = points.startIndex
    func column(_ point: Chart.Point) -> Int { Int(min(max(axis.place(point.x), 0), 1) * Double(columns - 1)) }
    while start < points.endIndex {
      let current = column(points[start])
      var least = start
      var most = start
      var end = start + 1
      while end < points.endIndex, column(points[end]) == current {
        if points[end].y < points[least].y { least = end }
        if points[end].y > points[most].y { most = end }
        end += 1
      }
      var places = [start, least, most, end - 1].sorted()
      places = places.enumerated().filter { $0.offset == 0 || places[$0.offset - 1] != $0.element }.map(\.element)
      kept += places.map { points[$0] }
      start = end
    }
    return kept
  }

  /// Of many points the first in each cell of a grid, in the order in which they came: marks that cover each other.
  ///
  /// - Parameter points: points that have a place.
  static func byCell(
    _ points: [Chart.Point], _ axes: (x: Axis, y: Axis), columns: Int, rows: Int
  ) -> [Chart.Point] {
    guard points.count > 10_000, columns > 0, rows > 0 else { return points }
    var isTaken = [Bool](repeating: false, count: columns * rows)
    return points.filter { point in
      let column = Int(axes.x.place(point.x) * Double(columns - 1))
      let cell = Int(axes.y.place(point.y) * Double(rows - 1)) * columns + column
      defer { isTaken[cell] = true }
      return !isTaken[cell]
    }
  }
}

extension Chart.Series {
  /// Returns the points with each height drawn towards those before it, as TensorBoard does.
  ///
  /// - Parameter weight: how much what came before weighs: 0 for nothing, up to but without 1.
  public func smoothed(_ weight: Double) -> Chart.Series {
    guard weight > 0, weight < 1 else { return self }
    var sum = 0.0
    var total = 0.0
    var result = self
    for place in points.indices where points[place].y.isFinite {
      sum = sum * weight + points[place].y * (1 - weight)
      // What came before the first point weighs nothing.
      total = total * weight + (1 - weight)
      result.points[place].y = sum / total
    }
    return result
  }
}
