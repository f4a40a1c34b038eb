public import MLTBase

/// How it is known that a run read or wrote something, weakest first.
public enum Evidence: String, Hashable, Sendable, CaseIterable, Comparable {
  /// Somebody said so (`-i`, `-o`).
  case declared
  /// The work tree differed after the command from before it.
  case compared
  /// The command's own system calls were seen.
  case observed

  /// Reads a value; one that a newer version has added counts as the weakest, for nothing is known of its strength.
  package init(readingOrWeakest text: String) {
    self = Evidence(rawValue: text) ?? .declared
  }

  /// Orders evidence by strength, weakest first.
  public static func < (left: Evidence, right: Evidence) -> Bool { left.strength < right.strength }

  private var strength: Int {
    switch self {
    case .declared: 0
    case .compared: 1
    case .observed: 2
    }
  }
}

/// One input or output of a run, or one added artifact: where it was and which content it had.
public struct ArtifactRecord: Hashable, Sendable {
  /// What stands at the path.
  public enum Kind: String, Hashable, Sendable {
    /// An ordinary file; the content id is that of its bytes.
    case file
    /// A folder; the content id is that of its canonical listing.
    case tree
    /// A symbolic link; the content id is that of the text it holds.
    case link
    /// A thing named by a URI, whose bytes weren't seen.
    case uri
  }

  /// The path's text (``PathText``): from the work tree's root, absolute if outside it; or the URI.
  public var path: String
  /// What stands at the path.
  public var kind: Kind
  /// The content; nil if it couldn't be learned.
  public var content: ContentID?
  /// The size in bytes; of a tree, that of its files together.
  public var size: Int64
  /// How many files a tree holds; nil for other kinds.
  public var count: Int64?
  /// Whether the owner may execute the file.
  public var isExecutable: Bool
  /// How it is known that the run touched it.
  public var evidence: Evidence
  /// Whether the store had the bytes when this was recorded.
  public var isStored: Bool
  /// Whether git had these bytes, at this path in the run's commit.
  public var isInGit: Bool
  /// Whether git tracks the path and had other bytes there in the run's commit.
  public var isModified: Bool
  /// Whether a tree holds just the files that were read, not all that stood in the folder.
  public var isPartial: Bool
  /// For an output that changed an existing file: the content before.
  public var before: ContentID?
  /// Why the content couldn't be learned, or what makes it doubtful: a lower-case phrase.
  public var problem: String?

  /// Takes the facts about one artifact.
  public init(
    path: String, kind: Kind, content: ContentID?, size: Int64, count: Int64? = nil, isExecutable: Bool = false,
    evidence: Evidence, isStored: Bool = false, isInGit: Bool = false, isModified: Bool = false,
    isPartial: Bool = false,
    before: ContentID? = nil, problem: String? = nil
  ) {
    self.path = path
    self.kind = kind
    self.content = content
    self.size = size
    self.count = count
    self.isExecutable = isExecutable
    self.evidence = evidence
    self.isStored = isStored
    self.isInGit = isInGit
    self.isModified = isModified
    self.isPartial = isPartial
    self.before = before
    self.problem = problem
  }

  /// The record's fields, as events and `--json` listings hold them.
  public var fields: JSONObject {
    var writer = FieldWriter()
    writer.set("path", path)
    writer.set("kind", kind.rawValue)
    writer.set("id", content?.hex)
    writer.set("size", size)
    writer.set("count", count)
    writer.set("executable", flag: isExecutable)
    writer.set("evidence", evidence.rawValue)
    writer.set("stored", flag: isStored)
    writer.set("git", flag: isInGit)
    writer.set("modified", flag: isModified)
    writer.set("partial", flag: isPartial)
    writer.set("before", before?.hex)
    writer.set("problem", problem)
    return writer.fields
  }

  /// Reads a record's fields; nil for a kind that a newer version has added, of which nothing can be said here.
  package init?(_ reader: FieldReader) throws(FactError) {
    guard let kind = Kind(rawValue: try reader.string("kind")) else { return nil }
    let evidence = Evidence(readingOrWeakest: try reader.string("evidence"))
    let path = try reader.string("path")
    guard !path.isEmpty, !path.utf8.contains(0), PathText.decode(path) != nil else { throw FactError("path") }
    let size = try reader.int("size", default: 0)
    guard size >= 0 else { throw FactError("size") }
    let count = reader.fields["count"] == nil ? nil : try reader.int("count", default: 0)
    self.init(
      path: path, kind: kind, content: try reader.contentID("id"), size: size, count: count,
      isExecutable: try reader.flag("executable"), evidence: evidence, isStored: try reader.flag("stored"),
      isInGit: try reader.flag("git"), isModified: try reader.flag("modified"), isPartial: try reader.flag("partial"),
      before: try reader.contentID("before"), problem: try reader.optionalString("problem"))
  }
}

extension FieldReader {
  /// Reads an artifact without which nothing would be left to say.
  func artifact(_ name: String) throws(FactError) -> ArtifactRecord {
    guard let entry = try object(name) else { throw FactError(name) }
    let artifact: ArtifactRecord?
    do throws(FactError) {
      artifact = try ArtifactRecord(entry)
    } catch {
      throw FactError(name + "." + error.field)
    }
    guard let artifact else { throw FactError(name + ".kind") }
    return artifact
  }
}
