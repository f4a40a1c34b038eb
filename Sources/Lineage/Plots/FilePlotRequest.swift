public import Plotting

/// What is to be drawn of files.
public struct FilePlotRequest: Sendable {
  /// Plots by their names, files and folders; none for all that the pipeline files declare.
  public var targets: [String] = []
  /// Whether revisions are compared: some of ``targets`` may be such.
  public var isComparison = false
  /// How many of the last targets aren't revisions, whatever they are called.
  public var plainTargets = 0
  /// The name of the template, instead of what is declared.
  public var template: String?
  /// The column of the width.
  public var x: String?
  /// The columns of the height; none for what is declared.
  public var y: [String] = []
  /// What stands above.
  public var title: String?
  /// What the width is called.
  public var xLabel: String?
  /// What the height is called.
  public var yLabel: String?
  /// Whether the first row names columns, if that isn't as declared.
  public var hasHeader: Bool?
  /// How much lines are drawn towards the points before, from 0 to less than 1; nil for what the template does.
  public var smoothing: Double?

  /// A request for all that is declared.
  public init() {}
}

/// What is drawn of files, and what isn't.
public struct FilePlotReport: Sendable {
  /// One drawing.
  public struct Plot: Sendable {
    /// The plot's name, or the path of the file.
    public var id: String
    /// What is drawn.
    public var drawing: Drawing
  }

  /// A file that one of several versions hasn't got.
  public struct Missing: Hashable, Sendable {
    /// The path.
    public var file: String
    /// The version.
    public var version: String
  }

  /// The versions that were looked at, in the order in which they are drawn.
  public var versions: [String] = []
  /// What is drawn.
  public var plots: [Plot] = []
  /// What couldn't be drawn while something else could.
  public var problems: [any Error] = []
  /// Files that are missing in some versions, and drawn for the others.
  public var missing: [Missing] = []
}
