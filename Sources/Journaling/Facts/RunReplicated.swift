public import MLTBase

/// A run was made again elsewhere, and what it wrote then compared with what it had written (`run.replicated`).
public struct RunReplicated: Fact, Hashable {
  /// The event type.
  public static let type = "run.replicated"
  /// How many outputs and differences are named.
  public static let listLimit = 1000

  /// What became of one output.
  public enum Verdict: String, Hashable, Sendable, CaseIterable {
    /// The same bytes.
    case same
    /// Other bytes, with numbers that differ by no more than the tolerance.
    case close
    /// Other bytes.
    case differs
    /// It wasn't made.
    case missing
    /// The run hadn't made it.
    case extra
    /// What the run had made there isn't known.
    case unknown
  }

  /// By how much two contents differ.
  public struct Measure: Hashable, Sendable {
    /// What the contents were understood as: `json`, `table`, `array`, `text` and others.
    public var format: String
    /// How many numbers were compared.
    public var values: Int64
    /// How many of them differ.
    public var differing: Int64
    /// The largest difference of two numbers; may be infinite.
    public var absolute: Double
    /// The largest difference as a part of the larger of the two numbers; may be infinite.
    public var relative: Double
    /// Where the largest difference is.
    public var place: String?
    /// The first differences that aren't numbers: lower-case phrases.
    public var others: [String]
    /// Whether both hold the same lines in another order.
    public var isReordered: Bool

    /// Takes the figures.
    public init(
      format: String, values: Int64 = 0, differing: Int64 = 0, absolute: Double = 0, relative: Double = 0,
      place: String? = nil, others: [String] = [], isReordered: Bool = false
    ) {
      self.format = format
      self.values = values
      self.differing = differing
      self.absolute = absolute
      self.relative = relative
      self.place = place
      self.others = others
      self.isReordered = isReordered
    }

    /// The measure's fields, as events and `--json` listings hold them.
    public var fields: JSONObject {
      var writer = FieldWriter()
      writer.set("format", format)
      writer.set("values", values)
      writer.set("differing", differing)
      writer.set("place", place)
      writer.set("others", others)
      writer.set("reordered", flag: isReordered)
      var fields = writer.fields
      fields["absolute"] = RunReplicated.json(absolute)
      fields["relative"] = RunReplicated.json(relative)
      return fields
    }

    init(_ reader: FieldReader) throws(FactError) {
      self.init(
        format: try reader.string("format"), values: try reader.int("values", default: 0),
        differing: try reader.int("differing", default: 0), absolute: try RunReplicated.double("absolute", reader),
        relative: try RunReplicated.double("relative", reader), place: try reader.optionalString("place"),
        others: try reader.strings("others"), isReordered: try reader.flag("reordered"))
    }
  }

  /// What became of one output, over all times.
  public struct Output: Hashable, Sendable {
    /// The path (``PathText``).
    public var path: String
    /// The worst that became of it.
    public var verdict: Verdict
    /// How many times it came out the same.
    public var same: Int64
    /// What it held the first time that it differed; nil if it wasn't there.
    public var content: ContentID?
    /// By how much it differed the first time; nil if that isn't known.
    public var measure: Measure?

    /// Takes the facts.
    public init(
      path: String, verdict: Verdict, same: Int64, content: ContentID? = nil, measure: Measure? = nil
    ) {
      self.path = path
      self.verdict = verdict
      self.same = same
      self.content = content
      self.measure = measure
    }

    /// The output's fields, as events and `--json` listings hold them.
    public var fields: JSONObject {
      var writer = FieldWriter()
      writer.set("path", path)
      writer.set("verdict", verdict.rawValue)
      writer.set("same", same)
      writer.set("id", content?.hex)
      writer.set("measure", object: measure?.fields)
      return writer.fields
    }

    init(_ reader: FieldReader) throws(FactError) {
      var measure: Measure?
      if let entry = try reader.object("measure") { measure = try Measure(entry) }
      self.init(
        // A verdict that a newer version has added says at least that it wasn't simply the same.
        path: try reader.string("path"), verdict: Verdict(rawValue: try reader.string("verdict")) ?? .unknown,
        same: try reader.int("same", default: 0), content: try reader.contentID("id"), measure: measure)
    }
  }

  /// Something that it stood on then and that is another than in the run.
  public struct Change: Hashable, Sendable {
    /// What it is: `package`, `interpreter`, `variable`, `machine`, `input`.
    public var kind: String
    /// What it is called.
    public var name: String
    /// What it was in the run; nil if it wasn't there.
    public var before: String?
    /// What it was when the run was made again; nil if it wasn't there.
    public var now: String?

    /// Takes the facts.
    public init(kind: String, name: String, before: String?, now: String?) {
      self.kind = kind
      self.name = name
      self.before = before
      self.now = now
    }

    /// The change's fields, as events and `--json` listings hold them.
    public var fields: JSONObject {
      var writer = FieldWriter()
      writer.set("kind", kind)
      writer.set("name", name)
      writer.set("before", before)
      writer.set("now", now)
      return writer.fields
    }

    init(_ reader: FieldReader) throws(FactError) {
      self.init(
        kind: try reader.string("kind"), name: try reader.string("name"), before: try reader.optionalString("before"),
        now: try reader.optionalString("now"))
    }
  }

  /// The run.
  public var run: RunID
  /// The record of the run that was made again, as its end has it.
  public var record: ContentID?
  /// Whether it ended alike and all outputs were the same, or close enough, every time.
  public var isReplicable: Bool
  /// How often it was made again.
  public var times: Int64
  /// How many times of these all outputs were the same, or close enough.
  public var same: Int64
  /// The largest difference of numbers that was let pass; nil if none was.
  public var tolerance: Double?
  /// The exit status the first time that it was another than the run's.
  public var exit: Int64?
  /// How many outputs were compared, file by file.
  public var compared: Int64
  /// How many of them weren't the same every time.
  public var differing: Int64
  /// Those that weren't, sorted by path; at most ``listLimit``.
  public var outputs: [Output]
  /// What it stood on and had changed, sorted by kind and name; at most ``listLimit``.
  public var changes: [Change]
  /// The runs that were made again before it, came out otherwise, and whose new outputs it read.
  public var upstream: [RunID]
  /// The machine's host name.
  public var host: String
  /// Who did it, as `Name <mail>`.
  public var user: String

  /// Takes the facts.
  public init(
    run: RunID, record: ContentID?, isReplicable: Bool, times: Int64, same: Int64, tolerance: Double? = nil,
    exit: Int64? = nil, compared: Int64, differing: Int64, outputs: [Output] = [], changes: [Change] = [],
    upstream: [RunID] = [], host: String, user: String
  ) {
    self.run = run
    self.record = record
    self.isReplicable = isReplicable
    self.times = times
    self.same = same
    self.tolerance = tolerance
    self.exit = exit
    self.compared = compared
    self.differing = differing
    self.outputs = outputs
    self.changes = changes
    self.upstream = upstream
    self.host = host
    self.user = user
  }

  /// The type's own fields.
  public var fields: JSONObject {
    var writer = FieldWriter()
    writer.set("run", run.hex)
    writer.set("record", record?.hex)
    writer.set("replicable", flag: isReplicable)
    writer.set("times", times)
    writer.set("same", same)
    writer.set("exit", exit)
    writer.set("compared", compared)
    writer.set("differing", differing)
    writer.set("outputs", objects: outputs.prefix(Self.listLimit).map(\.fields))
    writer.set("changes", objects: changes.prefix(Self.listLimit).map(\.fields))
    writer.set("upstream", upstream.map(\.hex))
    writer.set("host", host)
    writer.set("user", user)
    var fields = writer.fields
    fields["tolerance"] = tolerance.map { Self.json($0) }
    return fields
  }

  /// Reads the type's own fields.
  public init(fields: JSONObject) throws(FactError) {
    let reader = FieldReader(fields)
    var upstream: [RunID] = []
    for text in try reader.strings("upstream") {
      guard let run = RunID(hex: text) else { throw FactError("upstream") }
      upstream.append(run)
    }
    self.init(
      run: try reader.runID("run"), record: try reader.contentID("record"), isReplicable: try reader.flag("replicable"),
      times: try reader.int("times", default: 1), same: try reader.int("same", default: 0),
      tolerance: fields["tolerance"] == nil ? nil : try Self.double("tolerance", reader),
      exit: fields["exit"] == nil ? nil : try reader.int("exit", default: 0),
      compared: try reader.int("compared", default: 0), differing: try reader.int("differing", default: 0),
      outputs: try reader.objects("outputs") { entry throws(FactError) in try Output(entry) },
      changes: try reader.objects("changes") { entry throws(FactError) in try Change(entry) },
      upstream: upstream, host: try reader.optionalString("host") ?? "", user: try reader.optionalString("user") ?? "")
  }

  // JSON has no infinity; it is written as a string, as metrics are.
  fileprivate static func json(_ value: Double) -> JSON {
    value.isFinite ? .double(value) : value.isNaN ? "NaN" : value < 0 ? "-Infinity" : "Infinity"
  }

  fileprivate static func double(_ name: String, _ reader: FieldReader) throws(FactError) -> Double {
    switch reader.fields[name] {
    case nil: return 0
    case .string("Infinity")?: return .infinity
    case .string("-Infinity")?: return -.infinity
    case .string("NaN")?: return .nan
    case let value?:
      guard let number = value.double else { throw FactError(name) }
      return number
    }
  }
}
