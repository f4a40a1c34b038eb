public import MLTBase

/// Predictions that a model made were logged: a file of them, or a few by themselves (`predictions.logged`).
public struct PredictionsLogged: Fact, Hashable {
  /// The event type.
  public static let type = "predictions.logged"
  /// The most models, and the most predictions by themselves, that one event names.
  public static let listLimit = 1000

  /// How the rows of the file are read.
  public struct Columns: Hashable, Sendable {
    /// How they are written: `table` or `json-lines`.
    public var format: String
    /// The byte between a table's fields, as text; nil for other formats.
    public var delimiter: String?
    /// Whether the file is compressed with gzip.
    public var isCompressed: Bool
    /// The column of keys.
    public var key: String
    /// The column of times; nil if there is none.
    public var time: String?
    /// The column of models' versions or ids; nil if there is none.
    public var model: String?
    /// The columns that the model was given; empty for all others.
    public var inputs: [String]
    /// The columns that it answered with.
    public var outputs: [String]

    /// Takes the facts.
    public init(
      format: String, delimiter: String? = nil, isCompressed: Bool = false, key: String, time: String? = nil,
      model: String? = nil, inputs: [String] = [], outputs: [String] = []
    ) {
      self.format = format
      self.delimiter = delimiter
      self.isCompressed = isCompressed
      self.key = key
      self.time = time
      self.model = model
      self.inputs = inputs
      self.outputs = outputs
    }

    /// The columns' fields, as events and `--json` listings hold them.
    public var fields: JSONObject {
      var writer = FieldWriter()
      writer.set("format", format)
      writer.set("delimiter", delimiter)
      writer.set("gzip", flag: isCompressed)
      writer.set("key", key)
      writer.set("time", time)
      writer.set("model", model)
      writer.set("inputs", inputs)
      writer.set("outputs", outputs)
      return writer.fields
    }

    /// The name of this way to read: SHA-256 of the fields' canonical JSON.
    public var id: ContentID { ContentHasher.contentID(of: JSON.object(fields).canonicalBytes) }

    init(_ reader: FieldReader) throws(FactError) {
      self.init(
        format: try reader.string("format"), delimiter: try reader.optionalString("delimiter"),
        isCompressed: try reader.flag("gzip"), key: try reader.string("key"), time: try reader.optionalString("time"),
        model: try reader.optionalString("model"), inputs: try reader.strings("inputs"),
        outputs: try reader.strings("outputs"))
    }
  }

  /// A model that predictions are of.
  public struct Model: Hashable, Sendable {
    /// What the rows call it; nil for all that don't say.
    public var name: String?
    /// How many rows call it so.
    public var rows: Int64
    /// Its path (``PathText``), where it was found out.
    public var path: String?
    /// Its content, where it was found out.
    public var content: ContentID?

    /// Takes the facts.
    public init(name: String?, rows: Int64, path: String? = nil, content: ContentID? = nil) {
      self.name = name
      self.rows = rows
      self.path = path
      self.content = content
    }

    /// The model's fields, as events and `--json` listings hold them.
    public var fields: JSONObject {
      var writer = FieldWriter()
      writer.set("name", name)
      writer.set("rows", rows)
      writer.set("path", path)
      writer.set("id", content?.hex)
      return writer.fields
    }

    init(_ reader: FieldReader) throws(FactError) {
      self.init(
        name: try reader.optionalString("name"), rows: try reader.int("rows", default: 0),
        path: try reader.optionalString("path"), content: try reader.contentID("id"))
    }
  }

  /// A row that something is wrong with.
  public struct Problem: Hashable, Sendable {
    /// The row's number, from 1 on; without the names' row.
    public var row: Int64
    /// What is wrong: a lower-case phrase.
    public var reason: String

    /// Takes the facts.
    public init(row: Int64, reason: String) {
      self.row = row
      self.reason = reason
    }

    /// The problem's fields, as events and `--json` listings hold them.
    public var fields: JSONObject { ["row": .int(row), "reason": .string(reason)] }

    init(_ reader: FieldReader) throws(FactError) {
      self.init(row: try reader.int("row", default: 0), reason: try reader.string("reason"))
    }
  }

  /// A prediction that stands in the event itself.
  public struct Record: Hashable, Sendable {
    /// The key; what isn't plain text is quoted (``PathText``).
    public var key: String
    /// When it was made; nil if nobody says.
    public var time: Timestamp?
    /// The model's version or id; nil if nobody says.
    public var model: String?
    /// What the model was given.
    public var inputs: [String: String]
    /// What it answered.
    public var outputs: [String: String]

    /// Takes the facts.
    public init(
      key: String, time: Timestamp? = nil, model: String? = nil, inputs: [String: String] = [:],
      outputs: [String: String] = [:]
    ) {
      self.key = key
      self.time = time
      self.model = model
      self.inputs = inputs
      self.outputs = outputs
    }

    /// The name by which the index finds it: SHA-256 of the key's bytes.
    public var keyID: ContentID { ContentHasher.contentID(of: PathText.decode(key) ?? Array(key.utf8)) }

    /// The record's fields, as events hold them.
    public var fields: JSONObject {
      var writer = FieldWriter()
      writer.set("key", key)
      writer.set("time", time?.description)
      writer.set("model", model)
      writer.set("inputs", inputs)
      writer.set("outputs", outputs)
      return writer.fields
    }

    init(_ reader: FieldReader) throws(FactError) {
      self.init(
        key: try reader.string("key"), time: try reader.time("time"), model: try reader.optionalString("model"),
        inputs: try reader.stringMap("inputs"), outputs: try reader.stringMap("outputs"))
    }
  }

  /// What the log is called: the file's path (``PathText``), or a name.
  public var name: String
  /// The file; nil for predictions by themselves.
  public var artifact: ArtifactRecord?
  /// How the file's rows are read; nil for predictions by themselves.
  public var columns: Columns?
  /// How many predictions there are.
  public var rows: Int64
  /// How many rows something is wrong with.
  public var bad: Int64
  /// The first of these.
  public var problems: [Problem]
  /// The earliest time.
  public var first: Timestamp?
  /// The latest time.
  public var last: Timestamp?
  /// The run that made the predictions, if somebody said so; else the one that wrote the file did.
  public var run: RunID?
  /// The models that rows name, or were said to be of; sorted by name.
  public var models: [Model]
  /// The predictions by themselves.
  public var records: [Record]
  /// Who logged them, and why.
  public var said: Attribution

  /// Takes the facts.
  public init(
    name: String, artifact: ArtifactRecord? = nil, columns: Columns? = nil, rows: Int64, bad: Int64 = 0,
    problems: [Problem] = [], first: Timestamp? = nil, last: Timestamp? = nil, run: RunID? = nil,
    models: [Model] = [], records: [Record] = [], said: Attribution = Attribution()
  ) {
    self.name = name
    self.artifact = artifact
    self.columns = columns
    self.rows = rows
    self.bad = bad
    self.problems = problems
    self.first = first
    self.last = last
    self.run = run
    self.models = models
    self.records = records
    self.said = said
  }

  /// The type's own fields.
  public var fields: JSONObject {
    var writer = FieldWriter()
    writer.set("name", name)
    writer.set("artifact", object: artifact?.fields)
    writer.set("columns", object: columns?.fields)
    writer.set("rows", rows)
    writer.set("bad", bad == 0 ? nil : bad)
    writer.set("problems", objects: problems.prefix(Self.listLimit).map(\.fields))
    writer.set("first", first?.description)
    writer.set("last", last?.description)
    writer.set("run", run?.hex)
    writer.set("models", objects: models.prefix(Self.listLimit).map(\.fields))
    writer.set("records", objects: records.prefix(Self.listLimit).map(\.fields))
    said.write(&writer)
    return writer.fields
  }

  /// Reads the type's own fields.
  public init(fields: JSONObject) throws(FactError) {
    let reader = FieldReader(fields)
    let artifact = fields["artifact"] == nil ? nil : try reader.artifact("artifact")
    var columns: Columns?
    if let entry = try reader.object("columns") {
      do throws(FactError) {
        columns = try Columns(entry)
      } catch {
        throw FactError("columns." + error.field)
      }
    }
    // A file whose rows nobody can read, and rows of no file, say nothing.
    if (artifact == nil) != (columns == nil) { throw FactError(artifact == nil ? "artifact" : "columns") }
    if let artifact, artifact.kind != .file || artifact.content == nil { throw FactError("artifact.id") }
    self.init(
      name: try reader.string("name"), artifact: artifact, columns: columns, rows: try reader.int("rows", default: 0),
      bad: try reader.int("bad", default: 0),
      problems: try reader.objects("problems") { entry throws(FactError) in try Problem(entry) },
      first: try reader.time("first"), last: try reader.time("last"),
      run: fields["run"] == nil ? nil : try reader.runID("run"),
      models: try reader.objects("models") { entry throws(FactError) in try Model(entry) },
      records: try reader.objects("records") { entry throws(FactError) in try Record(entry) },
      said: try Attribution(reader))
  }
}
