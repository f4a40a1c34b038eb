/// Why runs can't be listed or compared as asked.
public enum LeaderboardError: Error, Hashable, Sendable {
  /// What is wrong with a filter.
  public enum FilterProblem: Hashable, Sendable {
    /// A name was to come, as `metrics.f1`.
    case noField
    /// Something before a dot that isn't a kind of value, with those that are.
    case unknownKind(String, known: [String])
    /// An attribute that runs haven't, with those that are like it.
    case unknownAttribute(String, similar: [String])
    /// A comparison was to come.
    case noComparison
    /// A comparison that doesn't go with what is compared, with those that do.
    case unsuitableComparison(String, suitable: [String])
    /// A number was to come.
    case noNumber
    /// A text in quotes was to come.
    case noText
    /// A list of texts in parentheses was to come.
    case noList
    /// A quote that doesn't end.
    case openQuote
    /// `AND` was to come, or the end: there is no `OR`, and there are no parentheses around conditions.
    case noConjunction
    /// A pattern that is too long, with the most bytes.
    case longPattern(limit: Int)
    /// More conditions than can be asked for at once.
    case manyConditions(limit: Int)
  }

  /// A filter that can't be read: where, counted in characters, and why.
  case filter(String, position: Int, FilterProblem)
  /// What runs can't be sorted by.
  case sortKey(String)
  /// Something to sort by that is given twice.
  case repeatedSortKey(String)
  /// A column that no run listed has, with those that are like it.
  case unknownColumn(String, similar: [String])
  /// An experiment that no run is a try of, with those that are like it.
  case unknownExperiment(String, similar: [String])
  /// A version of a model of which no run is known.
  case modelWithoutRun(String)
}
