public import MLTBase

/// Where git stood when a run started.
public struct GitState: Hashable, Sendable {
  /// The commit of HEAD, in hexadecimal; nil before the first commit.
  public var commit: String?
  /// The branch's short name; nil when HEAD is detached.
  public var branch: String?
  /// The URL of the branch's remote, else of `origin`, without credentials.
  public var remote: String?
  /// Whether a tracked file differed from HEAD.
  public var isDirty: Bool

  /// Takes the facts.
  public init(commit: String?, branch: String?, remote: String?, isDirty: Bool) {
    self.commit = commit
    self.branch = branch
    self.remote = remote
    self.isDirty = isDirty
  }

  /// The state's fields, as events and `--json` listings hold them.
  public var fields: JSONObject {
    var writer = FieldWriter()
    writer.set("commit", commit)
    writer.set("branch", branch)
    writer.set("remote", remote)
    writer.set("dirty", flag: isDirty)
    return writer.fields
  }

  package init(_ reader: FieldReader) throws(FactError) {
    self.init(
      commit: try reader.optionalString("commit"), branch: try reader.optionalString("branch"),
      remote: try reader.optionalString("remote"), isDirty: try reader.flag("dirty"))
  }
}
