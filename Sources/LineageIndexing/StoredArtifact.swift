internal import GRDB
internal import Journaling
internal import MLTBase

/// How an artifact's facts stand in the columns `kind, size, count, flags, before, problem` of a row.
enum StoredArtifact {
  /// The columns that ``artifact(_:path:content:from:)`` reads, from a table with this name.
  static func columns(_ table: String) -> String {
    ["kind", "size", "count", "flags", "before", "problem"].map { table + "." + $0 }.joined(separator: ", ")
  }

  /// The values of the columns.
  static func values(_ artifact: ArtifactRecord) -> [DatabaseValue] {
    let flags: Int64 =
      (artifact.isExecutable ? 1 : 0) | (artifact.isStored ? 2 : 0) | (artifact.isInGit ? 4 : 0)
      | (artifact.isModified ? 64 : 0)
      | (artifact.isPartial ? 8 : 0) | number(artifact.evidence) << 4
    return [
      .int(number(artifact.kind)), .int(artifact.size), .int(artifact.count), .int(flags), .id(artifact.before),
      .text(artifact.problem),
    ]
  }

  /// The number that stands for trees in the column `kind`.
  static let treeKind: Int64 = 1
  /// The number that stands for URIs in the column `kind`.
  static let uriKind: Int64 = 3

  /// Reads the columns from position `first` on.
  static func artifact(
    _ columns: Columns, path: String, content: ContentID?, from first: Int
  ) throws -> ArtifactRecord {
    let flags = try columns.int(first + 3)
    return ArtifactRecord(
      path: path, kind: try columns.known(kind(try columns.int(first))), content: content,
      size: try columns.int(first + 1),
      count: try columns.optionalInt(first + 2), isExecutable: flags & 1 != 0,
      evidence: try columns.known(evidence(flags >> 4 & 3)), isStored: isStored(flags: flags), isInGit: flags & 4 != 0,
      isModified: flags & 64 != 0,
      isPartial: flags & 8 != 0, before: try columns.optionalContent(first + 4),
      problem: try columns.optionalText(first + 5))
  }

  /// The number that stands for a kind.
  static func number(_ kind: ArtifactRecord.Kind) -> Int64 {
    switch kind {
    case .file: 0
    case .tree: 1
    case .link: 2
    case .uri: 3
    }
  }

  /// The kind that a number stands for; nil if none.
  static func kind(_ number: Int64) -> ArtifactRecord.Kind? {
    switch number {
    case 0: .file
    case 1: .tree
    case 2: .link
    case 3: .uri
    default: nil
    }
  }

  /// Whether the column `flags` says that the store had the bytes.
  static func isStored(flags: Int64) -> Bool { flags & 2 != 0 }

  /// The evidence that a number stands for; nil if none.
  static func evidence(_ number: Int64) -> Evidence? {
    switch number {
    case 0: .declared
    case 1: .compared
    case 2: .observed
    default: nil
    }
  }

  /// The number that stands for evidence.
  static func number(_ evidence: Evidence) -> Int64 {
    switch evidence {
    case .declared: 0
    case .compared: 1
    case .observed: 2
    }
  }

  /// The number that stands for a status.
  static func number(_ status: RunStatus) -> Int64 {
    switch status {
    case .running: 0
    case .finished: 1
    case .failed: 2
    case .interrupted: 3
    }
  }

  /// The status that a number stands for; nil if none.
  static func status(_ number: Int64) -> RunStatus? {
    switch number {
    case 0: .running
    case 1: .finished
    case 2: .failed
    case 3: .interrupted
    default: nil
    }
  }
}
