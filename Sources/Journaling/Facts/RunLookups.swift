public import MLTBase

/// What a run learned without reading a file's content: which files aren't there, what folders hold, what came from
/// elsewhere.
///
/// Together with the inputs it tells whether the same command would find everything as it was.
public struct RunLookups: Hashable, Sendable {
  /// A folder that was listed.
  public struct Listing: Hashable, Sendable {
    /// The folder (``PathText``), `.` for the work tree's root.
    public var path: String
    /// The SHA-256 of the names in it, sorted, each with a zero byte behind it, without what the run wrote itself and
    /// what is never an input; nil if somebody else changed them meanwhile.
    public var names: ContentID?
    /// Whether it was searched for modules alone, so that only names count that can be one.
    public var isModules: Bool

    /// Takes the facts.
    public init(path: String, names: ContentID?, isModules: Bool = false) {
      self.path = path
      self.names = names
      self.isModules = isModules
    }
  }

  /// How many missed files or listed folders are recorded at most.
  public static let limit = 512
  /// How many addresses are recorded at most.
  public static let addressLimit = 8

  /// Paths in the work tree at which a file was looked for and none was (``PathText``), sorted.
  public var missed: [String] = []
  /// The folders that were listed, by path.
  public var listed: [Listing] = []
  /// Other machines that were connected to, sorted: `address:port`.
  public var network: [String] = []
  /// Whether there was something in the standard input that isn't recorded: it came from a pipe.
  public var isPiped = false
  /// Whether it started `mlt` itself, whose own reading isn't followed.
  public var startsMlt = false
  /// Whether there was more than is recorded here.
  public var isCut = false

  /// Nothing was learned.
  public init() {}

  /// The fields, as events and `--json` listings hold them.
  public var fields: JSONObject {
    var writer = FieldWriter()
    // Says that look-ups were noted at all, even if there were none.
    writer.set("complete", flag: !isCut)
    writer.set("cut", flag: isCut)
    writer.set("missed", missed)
    writer.set(
      "listed",
      objects: listed.map { listing in
        var writer = FieldWriter()
        writer.set("path", listing.path)
        writer.set("names", listing.names?.hex)
        writer.set("modules", flag: listing.isModules)
        return writer.fields
      })
    writer.set("network", network)
    writer.set("piped", flag: isPiped)
    writer.set("mlt", flag: startsMlt)
    return writer.fields
  }

  package init(_ reader: FieldReader) throws(FactError) {
    missed = try reader.strings("missed")
    listed = try reader.objects("listed") { entry throws(FactError) in
      Listing(
        path: try entry.string("path"), names: try entry.contentID("names"), isModules: try entry.flag("modules"))
    }
    network = try reader.strings("network")
    isPiped = try reader.flag("piped")
    startsMlt = try reader.flag("mlt")
    // Whoever doesn't say that it is complete doesn't say enough.
    isCut = try !reader.flag("complete")
  }

  /// Reads fields that ``fields`` wrote.
  public init(fields: JSONObject) throws(FactError) {
    try self.init(FieldReader(fields))
  }
}
