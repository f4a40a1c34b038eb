public import MLTBase

/// A run has started (`run.started`).
public struct RunStarted: Fact {
  /// The event type.
  public static let type = "run.started"

  /// The run.
  public var run: RunID
  /// The component's name.
  public var component: String
  /// The command and its arguments, credentials redacted.
  public var command: [String]
  /// The working directory's path from the work tree's root (``PathText``), `.` for the root.
  public var directory: String
  /// Where git stood; nil outside a repository.
  public var git: GitState?
  /// The machine's host name.
  public var host: String
  /// Who started it, as `Name <mail>`.
  public var user: String
  /// The run it was started within.
  public var parent: RunID?
  /// Parameters given with the run.
  public var parameters: [String: String]
  /// Tags given with the run; a bare tag has an empty value.
  public var tags: [String: String]
  /// The note given with the run.
  public var note: String?
  /// The stage of a pipeline that it is a run of; nil for any other.
  public var stage: RunStage?
  /// The files that standard streams were redirected from and to.
  public var streams: RunStreams
  /// What the run is called; nil if it has no name of its own.
  public var name: String?
  /// The experiment that it is a try of; nil if it belongs to none.
  public var experiment: String?
  /// When it started, if that isn't when the event was written.
  public var began: Timestamp?
  /// Which other tool recorded it; nil if mlt did.
  public var origin: RunOrigin?

  /// Takes the facts.
  public init(
    run: RunID, component: String, command: [String], directory: String, git: GitState?, host: String, user: String,
    parent: RunID? = nil, parameters: [String: String] = [:], tags: [String: String] = [:], note: String? = nil,
    stage: RunStage? = nil, streams: RunStreams = RunStreams(), name: String? = nil, experiment: String? = nil,
    began: Timestamp? = nil, origin: RunOrigin? = nil
  ) {
    self.run = run
    self.component = component
    self.command = command
    self.directory = directory
    self.git = git
    self.host = host
    self.user = user
    self.parent = parent
    self.parameters = parameters
    self.tags = tags
    self.note = note
    self.stage = stage
    self.streams = streams
    self.name = name
    self.experiment = experiment
    self.began = began
    self.origin = origin
  }

  /// The type's own fields.
  public var fields: JSONObject {
    var writer = FieldWriter()
    writer.set("run", run.hex)
    writer.set("component", component)
    writer.set("command", command)
    writer.set("directory", directory)
    writer.set("git", object: git?.fields)
    writer.set("host", host)
    writer.set("user", user)
    writer.set("parent", parent?.hex)
    writer.set("params", parameters)
    writer.set("tags", tags)
    writer.set("note", note)
    writer.set("stage", object: stage?.fields)
    writer.set("streams", object: streams.fields)
    writer.set("name", name)
    writer.set("experiment", experiment)
    writer.set("began", began?.description)
    writer.set("origin", object: origin?.fields)
    return writer.fields
  }

  /// Reads the type's own fields.
  public init(fields: JSONObject) throws(FactError) {
    let reader = FieldReader(fields)
    var git: GitState?
    if let state = try reader.object("git") { git = try GitState(state) }
    var stage: RunStage?
    if let entry = try reader.object("stage") { stage = try RunStage(entry) }
    var streams = RunStreams()
    if let entry = try reader.object("streams") { streams = try RunStreams(entry) }
    var origin: RunOrigin?
    if let entry = try reader.object("origin") { origin = try RunOrigin(entry) }
    self.init(
      run: try reader.runID("run"), component: try reader.string("component"), command: try reader.strings("command"),
      directory: try reader.optionalString("directory") ?? ".", git: git,
      host: try reader.optionalString("host") ?? "", user: try reader.optionalString("user") ?? "",
      parent: fields["parent"] == nil ? nil : try reader.runID("parent"), parameters: try reader.stringMap("params"),
      tags: try reader.stringMap("tags"), note: try reader.optionalString("note"), stage: stage,
      streams: streams, name: try reader.optionalString("name"),
      experiment: try reader.optionalString("experiment"), began: try reader.time("began"), origin: origin)
  }
}

/// How a run's command ended.
public enum RunStatus: String, Hashable, Sendable, CaseIterable {
  /// The command ended with status 0.
  case finished
  /// The command ended with another status, by a signal that nobody typed, or because it took too long.
  case failed
  /// The command ended after somebody interrupted it.
  case interrupted
  /// The command hasn't ended, or nobody was left to record its end.
  case running
}

/// What a run cost.
public struct RunUsage: Hashable, Sendable {
  /// From start to end, in microseconds.
  public var wall: Int64
  /// Processor time in user mode of the command and the children it waited for, in microseconds.
  public var user: Int64
  /// Processor time in the kernel, likewise.
  public var system: Int64
  /// The largest resident set of one process, in bytes.
  public var memory: Int64

  /// Takes the figures; what makes no sense counts as the nearest that does.
  public init(wall: Int64, user: Int64, system: Int64, memory: Int64) {
    func sensible(_ figure: Int64) -> Int64 { min(max(figure, 0), Self.limit) }
    self.wall = sensible(wall)
    self.user = sensible(user)
    self.system = sensible(system)
    self.memory = sensible(memory)
  }

  /// The figures' fields, as events and `--json` listings hold them.
  public var fields: JSONObject {
    ["wall": .int(wall), "user": .int(user), "system": .int(system), "memory": .int(memory)]
  }

  /// The greatest figure that makes sense, 285 years or 8 PiB: sums and products of figures below it have room.
  public static let limit: Int64 = 1 << 53

  package init(_ reader: FieldReader) throws(FactError) {
    func figure(_ name: String) throws(FactError) -> Int64 {
      let value = try reader.int(name, default: 0)
      guard (0...Self.limit).contains(value) else { throw FactError(name) }
      return value
    }
    self.init(
      wall: try figure("wall"), user: try figure("user"), system: try figure("system"), memory: try figure("memory"))
  }
}

/// A run has ended (`run.ended`).
public struct RunEnded: Fact {
  /// The event type.
  public static let type = "run.ended"

  /// The run.
  public var run: RunID
  /// How the command ended; never `running`.
  public var status: RunStatus
  /// The exit status that `mlt run` gave: the command's own, or 128 + n for a signal.
  public var exit: Int64
  /// How the accesses were learned, for the run as a whole.
  public var evidence: Evidence
  /// What was read, sorted by path.
  public var inputs: [ArtifactRecord]
  /// What was written, sorted by path.
  public var outputs: [ArtifactRecord]
  /// Paths that existed before and are gone (``PathText``), sorted.
  public var removed: [String]
  /// What the run stood on.
  public var environment: RunEnvironment
  /// What it learned besides contents; nil if that wasn't noted.
  public var lookups: RunLookups?
  /// What makes the record less than the whole truth.
  public var hazards: [Hazard]
  /// What the run cost.
  public var usage: RunUsage?
  /// The SHA-256 of the run's canonical record (`docs/design/journal-format.md`).
  public var record: ContentID?
  /// When it ended, if that isn't when the event was written.
  public var finished: Timestamp?

  /// Takes the facts.
  public init(
    run: RunID, status: RunStatus, exit: Int64, evidence: Evidence, inputs: [ArtifactRecord] = [],
    outputs: [ArtifactRecord] = [], removed: [String] = [], environment: RunEnvironment = RunEnvironment(),
    lookups: RunLookups? = nil, hazards: [Hazard] = [], usage: RunUsage? = nil, record: ContentID? = nil,
    finished: Timestamp? = nil
  ) {
    self.run = run
    self.status = status
    self.exit = exit
    self.evidence = evidence
    self.inputs = inputs
    self.outputs = outputs
    self.removed = removed
    self.environment = environment
    self.lookups = lookups
    self.hazards = hazards
    self.usage = usage
    self.record = record
    self.finished = finished
  }

  /// The type's own fields.
  public var fields: JSONObject {
    var writer = FieldWriter()
    writer.set("run", run.hex)
    writer.set("status", status.rawValue)
    writer.set("exit", exit)
    writer.set("evidence", evidence.rawValue)
    writer.set("inputs", objects: inputs.map(\.fields))
    writer.set("outputs", objects: outputs.map(\.fields))
    writer.set("removed", removed)
    writer.set("environment", object: environment.fields)
    writer.set("lookups", object: lookups?.fields)
    writer.set("hazards", objects: hazards.map(\.fields))
    writer.set("usage", object: usage?.fields)
    writer.set("record", record?.hex)
    writer.set("finished", finished?.description)
    return writer.fields
  }

  /// Reads the type's own fields.
  public init(fields: JSONObject) throws(FactError) {
    let reader = FieldReader(fields)
    guard let status = RunStatus(rawValue: try reader.string("status")), status != .running else {
      throw FactError("status")
    }
    let evidence = Evidence(readingOrWeakest: try reader.string("evidence"))
    var environment = RunEnvironment()
    if let entry = try reader.object("environment") { environment = try RunEnvironment(entry) }
    var lookups: RunLookups?
    if let entry = try reader.object("lookups") { lookups = try RunLookups(entry) }
    var usage: RunUsage?
    if let entry = try reader.object("usage") { usage = try RunUsage(entry) }
    self.init(
      run: try reader.runID("run"), status: status, exit: try reader.int("exit", default: 0), evidence: evidence,
      inputs: try reader.objects("inputs") { entry throws(FactError) in try ArtifactRecord(entry) }.compactMap { $0 },
      outputs: try reader.objects("outputs") { entry throws(FactError) in try ArtifactRecord(entry) }.compactMap { $0 },
      removed: try reader.strings("removed"), environment: environment,
      lookups: lookups,
      hazards: try reader.objects("hazards") { entry throws(FactError) in try Hazard(entry) }.compactMap { $0 },
      usage: usage, record: try reader.contentID("record"), finished: try reader.time("finished"))
  }
}

/// Something was added to a run after its start or end (`run.annotated`).
public struct RunAnnotated: Fact {
  /// The event type.
  public static let type = "run.annotated"

  /// The run.
  public var run: RunID
  /// A note in Markdown, which replaces the one before; empty if there is to be none.
  public var note: String?
  /// Tags to set.
  public var tags: [String: String]
  /// Tags to take away, sorted.
  public var untagged: [String]
  /// Hazards that showed only after the run's end.
  public var hazards: [Hazard]
  /// Who says so, and why.
  public var said: Attribution

  /// Takes the facts.
  public init(
    run: RunID, note: String? = nil, tags: [String: String] = [:], untagged: [String] = [], hazards: [Hazard] = [],
    said: Attribution = Attribution()
  ) {
    self.run = run
    self.note = note
    self.tags = tags
    self.untagged = untagged
    self.hazards = hazards
    self.said = said
  }

  /// The type's own fields.
  public var fields: JSONObject {
    var writer = FieldWriter()
    writer.set("run", run.hex)
    writer.set("note", note)
    writer.set("tags", tags)
    writer.set("untagged", untagged)
    writer.set("hazards", objects: hazards.map(\.fields))
    said.write(&writer)
    return writer.fields
  }

  /// Reads the type's own fields.
  public init(fields: JSONObject) throws(FactError) {
    let reader = FieldReader(fields)
    self.init(
      run: try reader.runID("run"), note: try reader.optionalString("note"), tags: try reader.stringMap("tags"),
      untagged: try reader.strings("untagged"),
      hazards: try reader.objects("hazards") { entry throws(FactError) in try Hazard(entry) }.compactMap { $0 },
      said: try Attribution(reader))
  }
}
