/// Which runs to find by what is known of them, and in which order.
public struct RunSearch: Hashable, Sendable {
  /// What all of the runs must meet.
  public var conditions: [RunCondition]
  /// What they are sorted by, the most important first; then the latest comes first, then the lesser id.
  public var order: [RunSortKey]
  /// The most runs to find; all, if nil.
  public var limit: Int?
  /// Whether deleted runs are found too.
  public var includesDeleted: Bool

  /// Takes the parts.
  public init(
    conditions: [RunCondition] = [], order: [RunSortKey] = [], limit: Int? = nil, includesDeleted: Bool = false
  ) {
    self.conditions = conditions
    self.order = order
    self.limit = limit
    self.includesDeleted = includesDeleted
  }
}

/// Something that a run has, by which runs are found, sorted and shown.
public enum RunField: Hashable, Sendable {
  /// The latest value of a metric.
  case metric(String)
  /// A parameter.
  case parameter(String)
  /// A tag.
  case tag(String)
  /// What every run has.
  case attribute(RunAttribute)
  /// One of the files that it read.
  case input(InputPart)

  /// What of a file that was read.
  public enum InputPart: Hashable, Sendable, CaseIterable {
    /// Its path, or URI.
    case name
    /// Its content id.
    case digest
    /// What it was used for, which isn't recorded.
    case context
  }
}

/// What every run has, or may have.
public enum RunAttribute: String, Hashable, Sendable, CaseIterable {
  /// Its id, 32 hexadecimal digits.
  case run
  /// What it is called.
  case name
  /// Its component.
  case component
  /// The experiment that it is a try of.
  case experiment
  /// `RUNNING`, `FINISHED`, `FAILED` or `KILLED`.
  case status
  /// When it started, in milliseconds since 1970.
  case started
  /// When it ended, likewise.
  case ended
  /// How long it took, in seconds.
  case duration
  /// Its exit status.
  case exit
  /// Who started it.
  case user
  /// The machine.
  case host
  /// The commit of HEAD.
  case commit
  /// The branch.
  case branch
  /// Where the repository comes from.
  case remote
  /// Its command, as a JSON array.
  case command
  /// The working directory.
  case directory
  /// The run it was started within, by its id.
  case parent
  /// Its note.
  case note
  /// How many inputs it has.
  case inputs
  /// How many outputs it has.
  case outputs
  /// `active` or `deleted`.
  case lifecycle
  /// Where MLflow keeps the files of a run, which is nowhere here.
  case artifacts

  /// Whether its values are numbers.
  public var isNumber: Bool {
    switch self {
    case .started, .ended, .duration, .exit, .inputs, .outputs: true
    default: false
    }
  }
}

/// One condition on a run.
///
/// What a run hasn't, and a NaN, meets no condition but that it is missing.
public enum RunCondition: Hashable, Sendable {
  /// How two numbers compare.
  public enum NumberTest: String, Hashable, Sendable, CaseIterable {
    /// The same.
    case equal = "="
    /// Not the same.
    case notEqual = "!="
    /// Greater.
    case greater = ">"
    /// Greater, or the same.
    case atLeast = ">="
    /// Less.
    case less = "<"
    /// Less, or the same.
    case atMost = "<="
  }

  /// How two texts compare.
  public enum TextTest: Hashable, Sendable, CaseIterable {
    /// The same.
    case equal
    /// Not the same.
    case notEqual
    /// Like a pattern in which `%` stands for any letters and `_` for one.
    case like
    /// Like a pattern, whether letters of ASCII are great or small.
    case likeIgnoringCase
  }

  /// A number is so.
  case number(RunField, NumberTest, Double)
  /// A text is so.
  case text(RunField, TextTest, String)
  /// A text is one of several, or none of them.
  case among(RunField, [String], isNegated: Bool)
  /// The run has it, or hasn't.
  case present(RunField, Bool)
}

/// Something to sort runs by: values first, then NaN, then runs without it, whichever end of the values comes first.
public struct RunSortKey: Hashable, Sendable {
  /// What.
  public var field: RunField
  /// Whether the greatest comes first.
  public var isDescending: Bool

  /// Takes the parts.
  public init(_ field: RunField, isDescending: Bool = false) {
    self.field = field
    self.isDescending = isDescending
  }
}
