public import MLTBase

/// The files of the work tree that a command's standard streams led from and to.
public struct RunStreams: Hashable, Sendable {
  /// The file that the standard input came from (``PathText``); nil if it was none of the work tree.
  public var input: String?
  /// The file that the standard output went to, likewise.
  public var output: String?
  /// Whether what the output's file held before was kept.
  public var isAppending: Bool

  /// Takes the files.
  public init(input: String? = nil, output: String? = nil, isAppending: Bool = false) {
    self.input = input
    self.output = output
    self.isAppending = isAppending
  }

  /// The streams' fields, as events and `--json` listings hold them.
  public var fields: JSONObject {
    var writer = FieldWriter()
    writer.set("in", input)
    writer.set("out", output)
    writer.set("append", flag: isAppending && output != nil)
    return writer.fields
  }

  package init(_ reader: FieldReader) throws(FactError) {
    self.init(
      input: try reader.optionalString("in"), output: try reader.optionalString("out"),
      isAppending: try reader.flag("append"))
  }

  /// Reads fields that ``fields`` wrote.
  public init(fields: JSONObject) throws(FactError) {
    try self.init(FieldReader(fields))
  }
}
