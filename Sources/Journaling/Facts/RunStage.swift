public import MLTBase

/// The stage of a pipeline that a run is one of.
public struct RunStage: Hashable, Sendable {
  /// The pipeline file that declared it (``PathText``), from the work tree's root.
  public var file: String
  /// Its name there.
  public var name: String
  /// The SHA-256 of its definition (`docs/design/pipeline-format.md`).
  public var definition: ContentID
  /// The definition itself, credentials redacted; nil if it is too long to be noted.
  public var declared: JSON?

  /// The most bytes that a definition may have to be noted.
  public static let declaredLimit = 64 << 10

  /// Takes a stage with its definition, which is noted if it isn't too long.
  ///
  /// - Parameter definition: as it is to be written down.
  public init(file: String, name: String, definition: JSON) {
    let bytes = definition.canonicalBytes
    self.file = file
    self.name = name
    self.definition = ContentHasher.contentID(of: bytes)
    declared = bytes.count <= Self.declaredLimit ? definition : nil
  }

  /// The fields, as events and `--json` listings hold them.
  public var fields: JSONObject {
    var writer = FieldWriter()
    writer.set("file", file)
    writer.set("name", name)
    writer.set("definition", definition.hex)
    writer.set("declared", object: declared?.object)
    return writer.fields
  }

  package init(_ reader: FieldReader) throws(FactError) {
    file = try reader.string("file")
    name = try reader.string("name")
    guard let definition = try reader.contentID("definition") else { throw FactError("definition") }
    self.definition = definition
    declared = try reader.object("declared").map { .object($0.fields) }
  }

  /// Takes what was noted of a stage.
  public init(file: String, name: String, definition: ContentID, declared: JSON?) {
    self.file = file
    self.name = name
    self.definition = definition
    self.declared = declared
  }
}
