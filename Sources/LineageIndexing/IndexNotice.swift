/// Something that opening the index did beside opening it.
public enum IndexNotice: Hashable, Sendable {
  /// Why an index was made anew.
  public enum Reason: Hashable, Sendable {
    /// There was none, but the journal had events.
    case missing
    /// The file was no index, or was damaged.
    case damaged
    /// It was made by a version of this code with other tables.
    case otherVersion
    /// The journal no longer holds what the index had read.
    case journalChanged
  }

  /// The index was made anew from the journal; nothing is lost but cached file states.
  case rebuilt(Reason)
}

extension IndexNotice: CustomStringConvertible {
  /// A lower-case phrase for messages.
  public var description: String {
    switch self {
    case .rebuilt(.missing): "index was missing and has been rebuilt"
    case .rebuilt(.damaged): "index was damaged and has been rebuilt"
    case .rebuilt(.otherVersion): "index was of another version and has been rebuilt"
    case .rebuilt(.journalChanged): "index did not match the journal and has been rebuilt"
    }
  }
}
