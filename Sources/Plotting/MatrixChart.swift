/// Numbers in rows and columns, shaded by how great they are.
public struct MatrixChart: Hashable, Sendable {
  /// One set of numbers.
  public struct Panel: Hashable, Sendable {
    /// What it is called; empty if there is nothing to call it.
    public var name: String
    /// The numbers, row by row; a row that is too short ends with zeros.
    public var values: [[Double]]

    /// Takes the parts.
    public init(name: String, values: [[Double]]) {
      self.name = name
      self.values = values
    }
  }

  /// What stands above it.
  public var title: String
  /// What the columns are.
  public var xLabel: String
  /// What the rows are.
  public var yLabel: String
  /// The names of the columns.
  public var columns: [String]
  /// The names of the rows, from the top.
  public var rows: [String]
  /// The sets of numbers, which stand beside each other.
  public var panels: [Panel]
  /// Whether the numbers are shares of one, and not counts.
  public var isShare: Bool

  /// Takes the parts.
  public init(
    title: String, xLabel: String, yLabel: String, columns: [String], rows: [String], panels: [Panel],
    isShare: Bool = false
  ) {
    self.title = title
    self.xLabel = xLabel
    self.yLabel = yLabel
    self.columns = columns
    self.rows = rows
    self.panels = panels
    self.isShare = isShare
  }

  /// The number in a row and column; 0 where none is given.
  func value(_ panel: Panel, _ row: Int, _ column: Int) -> Double {
    guard panel.values.indices.contains(row), panel.values[row].indices.contains(column) else { return 0 }
    let value = panel.values[row][column]
    return value.isFinite ? value : 0
  }

  /// The number as it stands in its cell.
  func text(_ value: Double) -> String {
    if !isShare { return NumberText.short(value) }
    // Nothing is told from next to nothing.
    return value == 0 ? "0" : NumberText.coordinate(value)
  }

  /// The greatest number of all; 1 for shares, so that a full cell always looks full.
  var most: Double {
    if isShare { return 1 }
    return panels.reduce(0) { most, panel in panel.values.reduce(most) { max($0, $1.filter(\.isFinite).max() ?? 0) } }
  }

  /// How full a cell is, from 0 to 1.
  func fullness(_ value: Double, of most: Double) -> Double { most > 0 ? min(max(value / most, 0), 1) : 0 }
}
