/// One thing in which two pipelines differ, and which can be taken from either.
public struct BisectDifference: Hashable, Sendable {
  /// What kind of thing it is.
  public enum Kind: String, Sendable {
    /// What a file or folder held that no run of the lineage made.
    case data
    /// What a file held that git tracks.
    case code
    /// Arguments of a command.
    case argument
    /// An environment variable.
    case variable
    /// A package's version.
    case package
    /// What a run made, though nothing else that is recorded of it differs.
    case output
  }

  /// Its number, from 1.
  public var number: Int
  /// The kind.
  public var kind: Kind
  /// The components at which it enters, sorted.
  public var components: [String]
  /// The path, option, variable or package.
  public var name: String
  /// What the good pipeline had: a content id, arguments, a value, a version; nil if nothing.
  public var good: String?
  /// What the bad one had.
  public var bad: String?
  /// Of a folder, how many of its files differ.
  public var files: Int?
}

/// Lines of a file that are needed to turn good into bad.
public struct BisectHunk: Hashable, Sendable {
  /// The number of the difference that the file is.
  public var difference: Int
  /// The line that they begin at in the good version, from 1.
  public var goodLine: Int
  /// The line that they begin at in the bad version.
  public var badLine: Int
  /// The lines of the good version; none where something was added.
  public var good: [String]
  /// The lines of the bad version.
  public var bad: [String]
  /// Whether there are more lines than are named.
  public var isCut: Bool
}

/// Something in which two pipelines differ and that can't be mixed.
public struct BisectObstacle: Hashable, Sendable {
  /// Why it can't.
  public enum Reason: String, Sendable {
    /// A virtual environment would be needed, and wasn't asked for.
    case needsEnvironment = "needs-venv"
    /// It lies outside the work tree, or isn't recorded.
    case outside
    /// It was said of a run, and shows in nothing that the run read.
    case recordedOnly = "recorded-only"
    /// One pipeline alone has the run; what it made is taken as data.
    case unmatched
  }

  /// The component.
  public var component: String
  /// What differs.
  public var name: String
  /// What the good pipeline had; nil if nothing.
  public var good: String?
  /// What the bad one had.
  public var bad: String?
  /// Why it can't be mixed.
  public var reason: Reason
}
