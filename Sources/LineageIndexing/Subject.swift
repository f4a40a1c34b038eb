internal import GRDB
public import Journaling
public import MLTBase

/// What something was said of by hand (`docs/design/journal-format.md`, "What people say").
public enum Subject: Hashable, Sendable {
  /// A run.
  case run(RunID)
  /// A content, wherever it is.
  case content(ContentID)
  /// What stands at a path (``PathText``) or URI: with this content, or any if it isn't known.
  case place(String, ContentID?)
  /// A component.
  case component(String)
  /// A label.
  case label(String)

  // Files of fewer bytes are alike by chance.
  private static let tellingSize: Int64 = 8

  /// What is meant by an artifact.
  public init(_ artifact: ArtifactRecord) {
    guard let content = artifact.content else {
      self = .place(artifact.path, nil)
      return
    }
    let isTelling = artifact.size >= (artifact.kind == .tree ? 1 : Self.tellingSize)
    self = isTelling ? .content(content) : .place(artifact.path, content)
  }

  /// The kind of subject, as rows hold it.
  var kind: Int64 {
    switch self {
    case .run: 0
    case .content: 1
    case .place: 2
    case .component: 3
    case .label: 4
    }
  }

  /// What tells it from others of its kind, as rows hold it.
  var key: DatabaseValue {
    switch self {
    case .run(let run): .id(run)
    case .content(let content): .id(content)
    case .place(let path, let content): .text((content?.hex ?? "-") + " " + path)
    case .component(let name), .label(let name): .text(name)
    }
  }

  /// Reads what ``kind`` and ``key`` wrote.
  init(_ row: Columns, kind: Int, key: Int) throws {
    switch try row.int(kind) {
    case 0: self = .run(try row.run(key))
    case 1: self = .content(try row.content(key))
    case 2:
      let text = try row.text(key)
      let parts = text.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: false)
      let content = parts[0] == "-" ? nil : try row.known(ContentID(hex: String(parts[0])))
      self = .place(String(try row.known(parts.count == 2 ? parts[1] : nil)), content)
    case 3: self = .component(try row.text(key))
    case 4: self = .label(try row.text(key))
    default: self = try row.known(nil)
    }
  }
}
