public import Journaling
public import MLTBase
@_spi(_Unicode) internal import Swift

/// What a run says of itself while it goes on.
public struct LoggedValues: Sendable {
  /// Parameters; one that is set already must have the same value.
  public var parameters: [String: String] = [:]
  /// Values of metrics, in the order in which they came.
  public var metrics: [RunLogged.Metric] = []
  /// Tags to set.
  public var tags: [String: String] = [:]

  /// Nothing.
  public init() {}

  /// Whether there is nothing to say.
  public var isEmpty: Bool { parameters.isEmpty && metrics.isEmpty && tags.isEmpty }
}

/// Why something can't be logged.
public enum LoggingError: Error, Hashable, Sendable {
  /// Nobody said to which run, and the environment names none.
  case noRun
  /// The environment names a run that isn't known here.
  case unknownRun(String)
  /// The run has ended; what it said of itself is part of its record.
  case ended(RunID, RunStatus)
  /// Parameters that are set, with what they are and what they were to be.
  case parametersSet(RunID, [ParameterConflict])
  /// What can't be a parameter's or a metric's name.
  case invalidName(String)
  /// The run was deleted.
  case deleted(RunID)
  /// A metric's time before the year 1 or after the year 9999, which can't be written.
  case invalidTime(String)
  /// A parameter's value that is too long, with its bytes.
  case valueTooLong(String, size: Int, limit: Int)
  /// A run that a command is running in, and whose end that command decides.
  case notByHand(RunID)
  /// A parameter that the run hasn't.
  case unsetParameter(String, RunID)
  /// A metric that the run hasn't, with names that are like it.
  case unknownMetric(String, RunID, similar: [String])
  /// A file of parameters or metrics that can't be understood, with why: a lower-case phrase.
  case unreadable(file: String, reason: String)

  /// A parameter that has another value.
  public struct ParameterConflict: Hashable, Sendable {
    /// The parameter.
    public var name: String
    /// The value that it has.
    public var value: String
    /// The value that it was to have.
    public var other: String
  }
}

/// What names of parameters and metrics must be like.
public enum LoggedName {
  /// The most bytes of a name, as in MLflow.
  public static let limit = 250
  /// The most bytes of a parameter's value; what is longer is rather a file.
  public static let valueLimit = 64 << 10

  /// Whether a text can be a name: characters on one line, with no space at either end, that as a path would lead nowhere else.
  ///
  /// MLflow keeps values in files of their names, so that names such as `../x`, `a//b` and `/a` are refused there and here.
  /// Characters have to be composed (Unicode's NFC): two names that look the same would be one in one place and two in another.
  public static func isValid(_ name: String) -> Bool {
    guard !name.isEmpty, name.utf8.count <= limit, name.first?.isWhitespace == false, name.last?.isWhitespace == false,
      !name.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F })
    else { return false }
    guard isComposed(name) else { return false }
    return name.split(separator: "/", omittingEmptySubsequences: false).allSatisfy { !["", ".", ".."].contains($0) }
  }

  /// Whether a text's characters are composed.
  public static func isComposed(_ name: String) -> Bool {
    name.utf8.allSatisfy { $0 < 0x80 } || name.unicodeScalars.elementsEqual(name._nfc)
  }

  /// The beginning of a value that is no longer than a value may be, whole characters of it; the value itself if that is.
  public static func fitting(_ value: String) -> String {
    guard value.utf8.count > valueLimit else { return value }
    var end = value.utf8.index(value.startIndex, offsetBy: valueLimit)
    while end > value.startIndex, UTF8.isContinuation(value.utf8[end]) { value.utf8.formIndex(before: &end) }
    return String(value[..<end])
  }
}
