/// Anything that can be drawn.
public enum Drawing: Hashable, Sendable {
  /// Curves or points.
  case chart(Chart)
  /// Numbers in rows and columns.
  case matrix(MatrixChart)
  /// Bars beside names.
  case bars(BarChart)
  /// Pictures that are there already.
  case pictures(PictureSheet)

  /// What stands above it.
  public var title: String {
    switch self {
    case .chart(let chart): chart.title
    case .matrix(let matrix): matrix.title
    case .bars(let bars): bars.title
    case .pictures(let sheet): sheet.title
    }
  }

  /// How many points have no place, as NaN.
  public var unplaced: Int {
    switch self {
    case .chart(let chart): chart.unplaced
    case .bars(let bars): bars.unplaced
    case .matrix, .pictures: 0
    }
  }
}
