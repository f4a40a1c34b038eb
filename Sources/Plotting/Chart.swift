/// What is to be drawn.
public struct Chart: Hashable, Sendable {
  /// One place.
  public struct Point: Hashable, Sendable {
    /// Along the width.
    public var x: Double
    /// Along the height.
    public var y: Double

    /// Takes the coordinates.
    public init(x: Double, y: Double) {
      self.x = x
      self.y = y
    }
  }

  /// Points that belong together.
  public struct Series: Hashable, Sendable {
    /// What they are called; empty if there is nothing to call them.
    public var name: String
    /// The points, in the order in which they are to be joined.
    public var points: [Point]

    /// Takes the parts.
    public init(name: String, points: [Point]) {
      self.name = name
      self.points = points
    }
  }

  /// How points are shown.
  public enum Mark: Hashable, Sendable {
    /// Joined by a line.
    case line
    /// Each by itself.
    case point
  }

  /// What the numbers of the width are.
  public enum Scale: Hashable, Sendable {
    /// Numbers.
    case number
    /// Whole numbers, as steps.
    case whole
    /// Seconds since 1970.
    case moment
    /// Lengths of time in seconds.
    case length
  }

  /// What stands above it.
  public var title: String
  /// What the width shows.
  public var xLabel: String
  /// What the height shows.
  public var yLabel: String
  /// How points are shown.
  public var mark: Mark
  /// What the numbers of the width are.
  public var scale: Scale
  /// Whether the height grows by factors.
  public var isLogarithmic: Bool
  /// What is shown.
  public var series: [Series]

  /// Takes the parts.
  public init(
    title: String, xLabel: String, yLabel: String, mark: Mark = .line, scale: Scale = .number,
    isLogarithmic: Bool = false, series: [Series]
  ) {
    self.title = title
    self.xLabel = xLabel
    self.yLabel = yLabel
    self.mark = mark
    self.scale = scale
    self.isLogarithmic = isLogarithmic
    self.series = series
  }

  /// Whether a point has a place: its numbers are finite, and above zero where the height grows by factors.
  func isPlaced(_ point: Point) -> Bool {
    point.x.isFinite && point.y.isFinite && (!isLogarithmic || point.y > 0)
  }

  /// How many points have no place, as NaN.
  public var unplaced: Int { series.reduce(0) { $0 + $1.points.count { !isPlaced($0) } } }

  /// The axes that hold all points; nil if none has a place.
  var axes: (x: Axis, y: Axis)? {
    var x: (least: Double, most: Double)?
    var y: (least: Double, most: Double)?
    func widened(_ range: (least: Double, most: Double)?, _ value: Double) -> (least: Double, most: Double) {
      range.map { (min($0.least, value), max($0.most, value)) } ?? (value, value)
    }
    for series in series {
      for point in series.points where isPlaced(point) {
        x = widened(x, point.x)
        y = widened(y, point.y)
      }
    }
    guard let x, let y else { return nil }
    return (Axis(x.least, x.most, scale: scale), Axis(y.least, y.most, isLogarithmic: isLogarithmic))
  }
}
