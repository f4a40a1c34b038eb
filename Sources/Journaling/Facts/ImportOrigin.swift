public import MLTBase

/// What another tool said of an artifact that was taken over from it.
public struct ImportOrigin: Hashable, Sendable {
  /// The tool: `dvc`.
  public var tool: String
  /// The tool's own name for the content, which the bytes were checked against.
  public var hash: String
  /// The tool's file that names the artifact, by its path's text.
  public var file: String
  /// Where the tool had got it from, without credentials.
  public var source: String?

  /// Takes the facts.
  public init(tool: String, hash: String, file: String, source: String? = nil) {
    self.tool = tool
    self.hash = hash
    self.file = file
    self.source = source
  }

  /// The fields, as events hold them.
  public var fields: JSONObject {
    var writer = FieldWriter()
    writer.set("tool", tool)
    writer.set("hash", hash)
    writer.set("file", file)
    writer.set("source", source)
    return writer.fields
  }

  package init(_ reader: FieldReader) throws(FactError) {
    self.init(
      tool: try reader.string("tool"), hash: try reader.string("hash"), file: try reader.string("file"),
      source: try reader.optionalString("source"))
  }
}
