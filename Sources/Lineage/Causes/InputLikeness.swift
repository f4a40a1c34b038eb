internal import ContentComparison
internal import Journaling
internal import LineageIndexing
internal import MLTBase

/// Tells whether an input that is new stands in the place of one that is gone.
///
/// That both end alike isn't enough: a table of prices that is no longer read and one of the weather that is new are
/// two changes. The same option or place in the command speaks for it, the same maker, the same columns, and where
/// nothing can be read of the contents, as of a model's, the same folder.
struct InputLikeness {
  /// How much of a content is looked at.
  private static let sample: Int64 = 256 << 10

  let reader: RunFactsReader
  let contents: StoredContents

  /// Whether an input of the bad run plays the part that one of the good run played.
  func isAlike(_ bad: ArtifactRecord, of mine: RunFacts, _ good: ArtifactRecord, of yours: RunFacts) throws -> Bool {
    if let role = Self.role(of: bad, in: mine), role == Self.role(of: good, in: yours) { return true }
    let (makers, others) = (try makers(of: bad, in: mine), try makers(of: good, in: yours))
    if !makers.isDisjoint(with: others) { return true }
    guard let after = try profile(of: bad), let before = try profile(of: good), after.format == before.format,
      !after.columns.isEmpty, !before.columns.isEmpty
    else { return Self.folder(of: bad) == Self.folder(of: good) }
    let (names, former) = (Set(after.columns.map(\.name)), Set(before.columns.map(\.name)))
    return names.intersection(former).count * 2 > names.union(former).count
  }

  /// The option that a command names a file by, or its place among the other words; nil if it doesn't name it.
  private static func role(of input: ArtifactRecord, in facts: RunFacts) -> String? {
    let command = CommandOptions(facts.record.command)
    func isIt(_ word: String) -> Bool {
      !word.isEmpty && (input.path == word || input.path.hasSuffix("/" + word) || word.hasSuffix("/" + input.path))
    }
    if let option = command.values.filter({ isIt($0.value) }).keys.min() { return option }
    return command.words.firstIndex(where: isIt).map { "word \($0)" }
  }

  private func makers(of input: ArtifactRecord, in facts: RunFacts) throws -> Set<String> {
    let runs = try reader.edges(of: input, in: facts).compactMap(\.producer)
    return Set(try runs.compactMap { try reader.facts(of: $0)?.record.component })
  }

  private func profile(of input: ArtifactRecord) throws -> ContentProfile? {
    guard let source = try contents.source(of: input) else { return nil }
    return try? ContentProfile(of: source, name: input.path, limits: ContentLimits(bytes: Self.sample))
  }

  private static func folder(of input: ArtifactRecord) -> Substring {
    input.path.lastIndex(of: "/").map { input.path[..<$0] } ?? ""
  }
}
