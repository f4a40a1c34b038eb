public import MLTBase

/// Something that happened during a run and makes its record less than the whole truth.
public struct Hazard: Hashable, Sendable {
  /// The kinds of hazard.
  public enum Kind: String, Hashable, Sendable, CaseIterable {
    /// An input had other content at the end than when it was read.
    case inputChanged = "input-changed"
    /// Another run wrote the same path during this run.
    case writtenByTwo = "written-by-two-runs"
    /// A process that the command left behind wrote after the command had ended.
    case lateWrite = "write-after-exit"
    /// Work was handed to a place that can't be followed, as by `ssh` or `docker`.
    case elsewhere = "work-elsewhere"
    /// A file was changing while it was being stored.
    case unstable = "changed-while-stored"
    /// The command's file accesses weren't followed; the work tree was compared instead.
    case notObserved = "not-observed"
    /// Some file accesses may be missing from the record.
    case incomplete = "incomplete"
    /// A program that needs privileges was started, which following takes away.
    case privileged = "needs-privileges"
    /// The command was ended because it had run for as long as it may.
    case outOfTime = "out-of-time"
    /// It read something that derives from what a retracted label stands on.
    case retracted = "retracted-input"
  }

  /// The kind of hazard.
  public var kind: Kind
  /// The path concerned, if one is (``PathText``).
  public var path: String?
  /// What exactly, as a lower-case phrase.
  public var detail: String?

  /// Takes the facts.
  public init(_ kind: Kind, path: String? = nil, detail: String? = nil) {
    self.kind = kind
    self.path = path
    self.detail = detail
  }

  /// The hazard's fields, as events and `--json` listings hold them.
  public var fields: JSONObject {
    var writer = FieldWriter()
    writer.set("kind", kind.rawValue)
    writer.set("path", path)
    writer.set("detail", detail)
    return writer.fields
  }

  package init?(_ reader: FieldReader) throws(FactError) {
    guard let kind = Kind(rawValue: try reader.string("kind")) else { return nil }
    self.init(kind, path: try reader.optionalString("path"), detail: try reader.optionalString("detail"))
  }
}
