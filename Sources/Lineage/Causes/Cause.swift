public import Journaling
public import MLTBase

/// Something that went into what is wrong otherwise than into what is right, while nothing before it differs.
public struct Cause: Sendable {
  /// What differs.
  public enum Subject: Hashable, Sendable {
    /// A file of code; nil on a side that didn't read it.
    case code(path: String, before: ContentID?, after: ContentID?)
    /// Data that no run made; nil on a side that didn't read it.
    case data(path: String, before: ContentID?, after: ContentID?)
    /// Something else was read in the place of what is usual: another file, or one that another component made.
    case replaced(before: Source, after: Source)
    /// An input is much older than it usually is when it is read, or didn't change where it always does.
    case stale(path: String, content: ContentID?, Staleness)
    /// Somebody changed a file outside of any recorded run.
    case changedOutside(path: String, content: ContentID?, since: RunID)
    /// A run is writing a file, or was when it ended without a record of what it wrote; another one wrote it last.
    case underway(path: String, content: ContentID?, since: RunID, run: RunID, isRunning: Bool)
    /// A parameter: of the run, or at a key of a file.
    case parameter(key: String, file: String?, before: String?, after: String?)
    /// A package.
    case package(system: String, name: String, before: String?, after: String?)
    /// The program that ran scripts.
    case interpreter(name: String, before: String?, after: String?)
    /// The command and its arguments.
    case command(before: [String], after: [String])
    /// The working directory.
    case directory(before: String, after: String)
    /// A recorded environment variable.
    case variable(name: String, before: String?, after: String?)
    /// What is known of the machine: `host`, `os`, `cpu`, `gpu`.
    case machine(field: String, before: String?, after: String?)
    /// The branch of git.
    case branch(before: String?, after: String?)
    /// All that is recorded of what went in is the same, and what came out isn't.
    case unrepeatable(path: String, before: ContentID?, after: ContentID?)
    /// Nothing that is recorded differs unusually, and what came out is unlike all that came out before.
    case unexplained(path: String, before: ContentID?, after: ContentID?)
  }

  /// Where something that was read came from.
  public struct Source: Hashable, Sendable {
    /// The path that was read; nil if nothing was.
    public var path: String?
    /// The content.
    public var content: ContentID?
    /// The component that made it; nil if no run did.
    public var component: String?
  }

  /// How old an input was when it was read.
  public struct Staleness: Hashable, Sendable {
    /// The time from its making to its reading, in microseconds; nil if it isn't known when it was made.
    public var age: Int64?
    /// The longest such time of the runs before.
    public var usual: Int64?
  }

  /// A pair of runs of one component between which something differs.
  public struct Place: Hashable, Sendable {
    /// The component.
    public var component: String
    /// The run behind what is wrong.
    public var bad: RunID
    /// The run behind what is right.
    public var good: RunID
  }

  /// How often something like this changed in the component's runs up to the good one.
  public struct Habit: Hashable, Sendable {
    /// How many runs brought a change.
    public var changes: Int
    /// How many runs could have.
    public var transitions: Int
  }

  /// What differs.
  public var subject: Subject
  /// Where, the first the nearest to the sources.
  public var places: [Place]
  /// How often this changed before; nil where that says nothing.
  public var habit: Habit?
  /// How much it explains, in bits: the less usual it is and the more what came out right after it is out of the
  /// usual, the more.
  public var score: Double
  /// What is out of the usual right there: lower-case phrases.
  public var effects: [String] = []
  /// Whether what came out right after it looks as it always does.
  public var isHarmless = false
  /// The file's contents before and after, compared, if there are any and their bytes are to be had.
  public var comparison: ContentReport?
}

/// Two versions that are compared, and what was found.
public struct WhyReport: Sendable {
  /// What is compared: a pair of artifacts or of runs.
  public struct Start: Sendable {
    /// What is wrong.
    public var bad: Target
    /// What is right.
    public var good: Target
    /// The runs that made them, where runs did.
    public var place: Cause.Place?
  }

  /// A file of a folder that only one of the two sides has.
  public struct Unpaired: Sendable {
    /// The file.
    public var artifact: ArtifactRecord
    /// Whether it is in what is wrong, and not in what is right.
    public var isNew: Bool
    /// The run that made it; nil if none is known.
    public var run: RunID?
    /// The run's component.
    public var component: String?
  }

  /// A pair of runs that differ in nothing but what earlier ones handed on.
  public struct Consequence: Sendable {
    /// The runs.
    public var place: Cause.Place
    /// The inputs that differ, by what the bad run read.
    public var inputs: [String]
  }

  /// What is compared.
  public var starts: [Start]
  /// Whether what is compared has the same content, so that there is nothing to explain.
  public var isSame = false
  /// Whether the runs that are compared have the same outputs: what differs between them is among ``others`` then.
  public var hasSameOutputs = false
  /// Files that only one of two folders, or of two commits, has.
  public var unpaired: [Unpaired] = []
  /// What explains the difference, the most telling first.
  public var causes: [Cause] = []
  /// What differs as well, and does so all the time or left no trace.
  public var others: [Cause] = []
  /// What differs only because something before it does, the nearest to the sources first.
  public var consequences: [Consequence] = []
  /// How many pairs of runs were compared.
  public var compared = 0
  /// Things that stand in the way of a whole answer: lower-case phrases.
  public var gaps: [String] = []
}
