internal import Journaling
internal import LineageIndexing
internal import MLTBase
internal import Pipelines

/// Reads files of parameters, key by key.
final class SettingsReader {
  private static let sizeLimit: Int64 = 1 << 20

  private let contents: StoredContents
  private let index: LineageIndex
  private var known: [ContentID: [String: String]?] = [:]
  private var stages: [RunID: RunStage?] = [:]

  init(contents: StoredContents, index: LineageIndex) {
    self.contents = contents
    self.index = index
  }

  /// The dotted keys of a file with their values; nil for what isn't a mapping, or whose bytes aren't to be had.
  func values(_ artifact: ArtifactRecord, of facts: RunFacts) throws -> [String: String]? {
    guard let content = artifact.content, artifact.size <= Self.sizeLimit else { return nil }
    if let known = known[content] { return known }
    var values: [String: String]?
    if let bytes = try contents.bytes(of: artifact, limit: Int(Self.sizeLimit)) {
      values = ValueText.flattened(bytes, name: artifact.path)
    }
    known[content] = .some(values)
    return values
  }

  /// The keys of a file that a run's stage declares to take; nil if it declares nothing.
  func keys(of facts: RunFacts, in path: String) -> [String]? {
    let run = facts.record.id
    if stages[run] == nil { stages[run] = .some((try? index.stage(of: run)) ?? nil) }
    guard let files = stages[run]??.declared?.object?["params"]?.object else { return nil }
    var keys: [String] = []
    for member in files.members where WorkPath(text: member.key)?.text == path {
      keys += member.value.object?.members.map(\.key) ?? []
    }
    return keys.isEmpty ? nil : keys
  }
}
