public import MLTBase

/// Where a run was taken over from: another tool had recorded it.
public struct RunOrigin: Hashable, Sendable {
  /// The tool, as `mlflow`.
  public var tool: String
  /// What tells the tool's store apart from others of its kind; without credentials and without this machine's paths where
  /// the tool has something better.
  public var store: String
  /// What the run is called there.
  public var id: String

  /// Takes the facts.
  public init(tool: String, store: String, id: String) {
    self.tool = tool
    self.store = store
    self.id = id
  }

  /// What tells this origin from all others; importing again finds by it what is there.
  public var key: ContentID {
    ContentHasher.contentID(of: JSON.array([.string(tool), .string(store), .string(id)]).canonicalBytes)
  }

  /// The origin's fields.
  public var fields: JSONObject { ["tool": .string(tool), "store": .string(store), "id": .string(id)] }

  /// Reads the fields that ``fields`` writes.
  public init(fields: JSONObject) throws(FactError) {
    try self.init(FieldReader(fields))
  }

  init(_ reader: FieldReader) throws(FactError) {
    self.init(tool: try reader.string("tool"), store: try reader.string("store"), id: try reader.string("id"))
  }
}
