public import MLTBase
public import PredictionLogs

/// What can't be done with logs of predictions.
public enum PredictionError: Error, Sendable {
  /// The file at the path isn't a log, or lacks what it must have.
  case unreadable(String, LayoutProblem)
  /// What is to name the model is neither a column of the file at the path nor a pointer.
  case unknownModel(String, path: String)
  /// The file at the path can't be read to its end.
  case damaged(String, LogError)
  /// Something is wrong with so many rows of the file, and nothing may be; with the first of them.
  case badRows(String, count: Int64, [RowProblem])
  /// What stands at the path has no rows: it is a folder, say.
  case notAFile(String)
  /// No log's name matches.
  case noLog(String, similar: [String])
  /// Several logs' contents begin with these digits.
  case ambiguousLog(String, [String])
  /// None of so many logs has a prediction with the key; so many others couldn't be looked into.
  case unknownKey(String, logs: Int, unsearched: [UnsearchedLog])
  /// There are predictions with the key, all of them later.
  case noneUntil(String, Timestamp, first: Timestamp?)
  /// A prediction by itself has no key.
  case noKey
  /// The text names no moment.
  case malformedTime(String)
}

/// A log that couldn't be looked into.
public struct UnsearchedLog: Hashable, Sendable {
  /// What it is called.
  public var name: String
  /// Its content.
  public var content: ContentID
  /// Why not: a lower-case phrase.
  public var reason: String
}
