public import MLTBase

/// Runs next to each other: what they have in each respect, and in which they differ.
public struct SideBySide: Sendable {
  /// A part of what runs have.
  public enum Part: String, Hashable, Sendable, CaseIterable {
    /// What every run has: component, command, commit and so on.
    case run
    /// Parameters.
    case params
    /// The latest values of metrics.
    case metrics
    /// Tags.
    case tags
    /// What was read, by path, as content ids.
    case inputs
    /// Packages, as versions.
    case packages
  }

  /// What the runs have in one respect.
  public struct Row: Hashable, Sendable {
    /// The respect, as a parameter's name.
    public var name: String
    /// What each run has; nil for one that hasn't any.
    public var values: [RunTable.Cell?]
    /// The places of the best values, if it is known which are better and not all are the same.
    public var best: [Int] = []

    /// Whether all runs have the same.
    public var isSame: Bool { values.allSatisfy { RunTable.isSame($0, values[0]) } }
  }

  /// The runs, as they were named and in that order.
  public var runs: [(pointer: String, run: RunID, name: String?)]
  /// The parts that any run has something of; in each the rows that differ come first, sorted by name.
  public var parts: [(part: Part, rows: [Row])]
}
