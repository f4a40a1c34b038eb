public import MLTBase
public import SystemPackage

/// What `mlt export` is asked to write.
public struct ExportRequest: Sendable {
  /// The form to write in.
  public enum Format: Sendable {
    /// OpenLineage events; with the columns of tables, if they are to be looked up.
    case openLineage(columns: Bool)
    /// A W3C PROV document in JSON.
    case prov
    /// The metadata of an RO-Crate, or a whole crate.
    case crate(CrateOptions)
    /// in-toto attestations.
    case inToto(AttestationOptions)
  }

  /// The form to write in.
  public var format: Format
  /// Runs, and artifacts whose lineage is meant.
  public var pointers: [String] = []
  /// Whether all runs are meant; ``pointers`` is then empty.
  public var isAll = false
  /// Whether of a run the runs behind it are meant, too.
  public var isDeep = false
  /// Only runs that started at or after this moment.
  public var since: Timestamp?
  /// Whether absolute paths of the machine are told.
  public var tellsAbsolutePaths = false
  /// What the project is called; nil leaves it to the setting and the git remote.
  public var namespace: String?

  /// Takes the form.
  public init(_ format: Format) {
    self.format = format
  }
}

/// How an RO-Crate is made.
public struct CrateOptions: Sendable {
  /// Whether the bytes of files come with it.
  public var includesData = false
  /// Its name; nil for one that says what was asked for.
  public var name: String?
  /// The licence that it is given away under: a URL, or a text.
  public var licence: String?

  /// Makes options for a crate of metadata alone.
  public init() {}
}

/// How attestations are made.
public struct AttestationOptions: Sendable {
  /// Whether they say what was seen of accesses, in place of what outputs were made from.
  public var isTrace = false
  /// Whether they are signed; nil leaves it to the setting.
  public var signs: Bool?

  /// Makes options for provenance, signed if the setting says so.
  public init() {}
}

/// Where an export goes.
public enum ExportDestination {
  /// To whoever takes the bytes.
  case stream((UnsafeRawBufferPointer) throws -> Void)
  /// To a file, which is replaced when all is written.
  case file(FilePath)
  /// To a new folder: a crate with whatever is in it.
  case folder(FilePath)
}
