public import Pipelines

/// Why something can't be drawn of a file.
public struct FilePlotProblem: Error, Sendable {
  /// What is wrong.
  public enum Reason: Error, Sendable {
    /// No pipeline file declares a plot.
    case nothingDeclared
    /// It is neither declared nor a file; with similar names that are.
    case unknownPlot(similar: [String])
    /// There is no such file.
    case missingFile
    /// The lock file, or DVC's, names a content that isn't here.
    case absentContent
    /// The path leads out of the work tree.
    case outside
    /// Files of that kind can't be drawn.
    case unsupportedKind
    /// The file has more bytes than are read.
    case tooLarge(limit: Int)
    /// The file can't be read, in words.
    case unreadable(String)
    /// The file isn't UTF-8 text.
    case notText
    /// The text isn't in the language that its name promises.
    case malformed(PipelineProblem)
    /// There are no rows.
    case noRows
    /// There is no list of objects.
    case noList
    /// A row is too long to be one, or a quote in it is never closed.
    case damagedRow(Int)
    /// A row has another number of cells than the first one.
    case raggedRow(Int, cells: Int, expected: Int)
    /// There is no such column; with those that there are.
    case unknownColumn(String, known: [String])
    /// None of a column's values is a number; with the first, and the columns that have numbers.
    case notNumbers(column: String, example: String, numeric: [String])
    /// Two columns that are to be joined have not the same number of rows.
    case unequalLengths(String, Int, String, Int)
    /// More columns for the width than one and than for the height.
    case unequalColumns(x: Int, y: Int)
    /// More different values than can be told apart.
    case tooManyNames(column: String, count: Int, limit: Int)
    /// There is no template of that name.
    case unknownTemplate(String)
    /// The template is one of Vega's in a file.
    case templateFile(String, path: String)
    /// A picture can't be drawn as columns.
    case isPicture
  }

  /// The plot's name or the file's path.
  public var plot: String
  /// The version, if it isn't the work tree alone.
  public var version: String?
  /// What is wrong.
  public var reason: Reason

  /// Takes the facts.
  init(_ plot: String, version: String? = nil, _ reason: Reason) {
    self.plot = plot
    self.version = version
    self.reason = reason
  }
}
