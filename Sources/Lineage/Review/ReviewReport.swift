public import GitAccess
public import LineageIndexing
public import MLTBase

/// Where flagged outputs parted from unflagged ones, the likeliest first.
public struct ReviewReport: Sendable {
  /// Something that runs of a component have in common, and other runs of it haven't.
  public struct Trait: Hashable, Sendable {
    /// What it is.
    public enum Kind: String, Hashable, Sendable, CaseIterable {
      /// A script or another file that git had.
      case code
      /// A parameter, or an option of the command with its value.
      case parameter
      /// Another word of the command, by its place behind the program.
      case argument
      /// A package's version.
      case package
      /// An interpreter's version.
      case interpreter
      /// A content at a place.
      case input
      /// A place that was read.
      case place
      /// An input that was changed outside mlt after a run had written it.
      case outside
      /// An input of which a newer version was there.
      case stale
      /// An input or output of an unusual size.
      case size
      /// The machine.
      case host
      /// Who started it.
      case user
      /// The options of its command.
      case command
    }

    /// What it is.
    public var kind: Kind
    /// What it is called: a path, a parameter, a package.
    public var name: String
    /// What these runs have.
    public var value: String
    /// What most of the others have; nil if they have nothing like it.
    public var usual: String?
  }

  /// Runs of one component, and how well they separate flagged from unflagged outputs.
  public struct Element: Sendable {
    /// What these runs, and only these, have in common; empty if that is nothing but their time.
    public var traits: [Trait]
    /// The score by the method that was asked for.
    public var score: Double
    /// How many flagged outputs passed through them.
    public var flagged: Int
    /// How many unflagged outputs of the same kinds passed through them.
    public var unflagged: Int
    /// How many end outputs of other kinds passed through them.
    public var others: Int
    /// How many runs these are.
    public var runCount: Int
    /// The first of them.
    public var first: RunID
    /// The last of them.
    public var last: RunID
    /// When the first of them started.
    public var since: Timestamp
    /// When the last of them started.
    public var until: Timestamp
    /// The commit of the first of them, if there was one.
    public var commit: String?
    /// Who wrote that commit and how its message begins, if git has it.
    public var commitNote: CommitNote?
  }

  /// A component with what separates best in it.
  public struct Suspect: Sendable {
    /// The component's name.
    public var component: String
    /// Who answers for it, if that was said.
    public var owner: String?
    /// What separates best.
    public var best: Element
    /// What else separates, less well.
    public var others: [Element]
    /// The weight by which it is ranked: its score, and what speaks for and against it besides.
    public var weight: Double
  }

  /// How it was scored.
  public var method: ReviewMethod
  /// The flags that weren't taken back or closed, the latest first.
  public var flags: [RecordedChange]
  /// How many runs count as if all their outputs were flagged, since they haven't passed a check.
  public var failedRuns: Int
  /// How many flagged outputs were looked at.
  public var flagged: Int
  /// How many unflagged outputs of the same kinds.
  public var unflagged: Int
  /// How many end outputs of other kinds.
  public var others: Int
  /// Flagged artifacts that no run is known to have made.
  public var unmade: [NamedArtifact]
  /// The suspects, the likeliest first.
  public var suspects: [Suspect]
  /// How many suspects there are in all.
  public var suspectCount: Int
  /// Whether there were more outputs than are looked at: the latest are.
  public var isCapped: Bool
}
