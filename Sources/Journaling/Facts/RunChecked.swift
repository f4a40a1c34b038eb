public import MLTBase

/// A check of a run was made (`run.checked`).
public struct RunChecked: Fact, Hashable {
  /// The event type.
  public static let type = "run.checked"
  /// The most bytes of a check's output that are kept: its end.
  public static let outputLimit = 4 << 10
  /// The exit status of a check that was never made to its end, as long as nothing else is recorded of it.
  public static let pendingExit: Int64 = 125

  /// When a check is made.
  public enum Phase: String, Hashable, Sendable, CaseIterable {
    /// Before the command starts; a failing one keeps it from starting.
    case before
    /// When the command has ended well.
    case after
  }

  /// Who asked for a check.
  public enum Source: String, Hashable, Sendable, CaseIterable {
    /// An option of `mlt run`.
    case option
    /// The description of the run's component.
    case component
    /// The pipeline file, of the run's stage.
    case stage
  }

  /// The run.
  public var run: RunID
  /// When it was made.
  public var phase: Phase
  /// The check's name: that of its script or program, unless one was given.
  public var name: String
  /// The command, as the shell was given it, credentials redacted.
  public var command: String
  /// Who asked for it.
  public var source: Source
  /// The command's exit status; 128 and its number for a signal.
  public var exit: Int64
  /// Whether a failure only warns.
  public var onlyWarns: Bool
  /// The end of what the command printed.
  public var output: String
  /// How long it took, in microseconds.
  public var wall: Int64

  /// Whether this only says that the check is to be made: whoever was to make it may have been killed meanwhile.
  public var isPending = false

  /// Takes the facts.
  public init(
    run: RunID, phase: Phase, name: String, command: String, source: Source, exit: Int64, onlyWarns: Bool = false,
    output: String = "", wall: Int64 = 0
  ) {
    self.run = run
    self.phase = phase
    self.name = name
    self.command = command
    self.source = source
    self.exit = exit
    self.onlyWarns = onlyWarns
    self.output = output
    self.wall = wall
  }

  /// Whether what was asked for isn't so.
  public var hasFailed: Bool { exit != 0 }

  /// The type's own fields.
  public var fields: JSONObject {
    var writer = FieldWriter()
    writer.set("run", run.hex)
    writer.set("phase", phase.rawValue)
    writer.set("name", name)
    writer.set("command", command)
    writer.set("source", source.rawValue)
    writer.set("exit", exit)
    writer.set("warns", flag: onlyWarns)
    writer.set("output", output.isEmpty ? nil : output)
    writer.set("wall", wall)
    writer.set("pending", flag: isPending)
    return writer.fields
  }

  /// Reads the type's own fields.
  public init(fields: JSONObject) throws(FactError) {
    let reader = FieldReader(fields)
    guard let phase = Phase(rawValue: try reader.string("phase")) else { throw FactError("phase") }
    guard fields["exit"] != nil else { throw FactError("exit") }
    self.init(
      run: try reader.runID("run"), phase: phase, name: try reader.string("name"),
      command: try reader.string("command"),
      // A newer version may know more places to ask from.
      source: Source(rawValue: try reader.optionalString("source") ?? "") ?? .option,
      exit: try reader.int("exit", default: 0), onlyWarns: try reader.flag("warns"),
      output: try reader.optionalString("output") ?? "", wall: try reader.int("wall", default: 0))
    isPending = try reader.flag("pending")
  }
}

/// The checks that a component's runs are to pass.
public struct ComponentChecks: Hashable, Sendable {
  /// Commands to run before each run.
  public var before: [String]
  /// Commands to run after each run that ended well.
  public var after: [String]

  /// Takes the commands; none by default.
  public init(before: [String] = [], after: [String] = []) {
    self.before = before
    self.after = after
  }

  /// Whether there is no check at all.
  public var isEmpty: Bool { before.isEmpty && after.isEmpty }

  /// The commands' fields, as events and `--json` listings hold them.
  public var fields: JSONObject {
    var writer = FieldWriter()
    writer.set("before", before)
    writer.set("after", after)
    return writer.fields
  }

  /// Reads the fields.
  public init(fields: JSONObject) throws(FactError) {
    let reader = FieldReader(fields)
    self.init(before: try reader.strings("before"), after: try reader.strings("after"))
  }
}
