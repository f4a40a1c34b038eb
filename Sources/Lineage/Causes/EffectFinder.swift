internal import ContentComparison
internal import Glibc
internal import Journaling
internal import LineageIndexing
internal import MLTBase

/// How far out of the usual something is.
struct Anomaly {
  /// How far, in bits; 0 for what is as usual.
  var score: Double
  /// In what: lower-case phrases.
  var phrases: [String] = []
  /// The artifact that it was seen in; nil for a metric.
  var artifact: ArtifactRecord?

  /// From which score on something is out of the usual.
  static let threshold = 3.0
  /// The score that more makes no difference beyond.
  static let largest = 16.0

  var isUnusual: Bool { score >= Self.threshold }
}

/// Finds where what came out begins to be out of the usual: the contents of outputs and inputs, and metrics, beside
/// those of the runs before.
final class EffectFinder {
  /// From which score on something is out of the usual beside a single earlier version, which says little of what is.
  private static let plain = 8.0
  /// How many earlier versions tell what is usual.
  private static let versions = 8
  /// How much of a file is looked at for that; a sample of larger ones.
  private static let sample: Int64 = 16 << 20
  /// The most bytes that are read in all.
  private static let budget: Int64 = 1 << 30

  private let reader: RunFactsReader
  private let contents: StoredContents
  private var profiles: [ContentID: ContentProfile?] = [:]
  private var known: [ContentID: Anomaly?] = [:]
  private var spent: Int64 = 0

  /// Whether not all could be read for the bytes that it would have taken.
  private(set) var isCut = false

  init(reader: RunFactsReader, contents: StoredContents) {
    self.reader = reader
    self.contents = contents
  }

  // MARK: Runs

  /// How far out of the usual the outputs of the bad run are; nil if that can't be told.
  ///
  /// - Parameter paths: the outputs that matter; all, if empty.
  func outcome(of node: LineageComparison.Node, paths: Set<String>) throws -> Anomaly? {
    let runs = try reader.history(upTo: node.good, but: node.pair.bad)
    var worst = Self.metrics(of: node.bad.record, beside: runs.map(\.record))
    for output in node.bad.outputs where paths.isEmpty || paths.contains(output.path) {
      let earlier = runs.compactMap { Self.counterpart(of: output, in: $0.outputs) }
      worst = Self.worse(worst, try anomaly(of: output, beside: earlier))
    }
    return worst
  }

  /// How far out of the usual it is what the bad run made of what it read; nil if that can't be told.
  func transfer(of node: LineageComparison.Node, paths: Set<String>) throws -> Anomaly? {
    let runs = try reader.history(upTo: node.good, but: node.pair.bad).prefix(Self.versions)
    var worst: Anomaly?
    for output in node.bad.outputs where paths.isEmpty || paths.contains(output.path) {
      guard let mine = try sample(of: node.bad, output) else { continue }
      let earlier = try runs.compactMap { run in
        try Self.counterpart(of: output, in: run.outputs).flatMap { try sample(of: run, $0) }
      }
      var found = TransferComparison.anomaly(of: mine, beside: earlier)
      found?.artifact = output
      worst = Self.worse(worst, found)
    }
    return worst
  }

  private func sample(of facts: RunFacts, _ output: ArtifactRecord) throws -> TransferComparison.Sample? {
    guard let made = try profile(of: output), made.rows != nil else { return nil }
    var rows: [String: Int64] = [:]
    var read: [ContentProfile] = []
    for input in facts.data {
      guard let profile = try profile(of: input), let count = profile.rows else { continue }
      read.append(profile)
      rows[PathForm.of(input.path), default: 0] &+= count
    }
    // A list that is looked things up in has few rows beside the table that is worked through.
    let most = rows.values.max() ?? 0
    let large = rows.values.filter { $0 > most / 5 }
    return read.isEmpty
      ? nil : TransferComparison.Sample(inputs: read, output: made, rows: large.count == 1 ? large.first : nil)
  }

  /// How far out of the usual an input of the bad run is; nil if that can't be told.
  func anomaly(ofInput input: ArtifactRecord, at node: LineageComparison.Node) throws -> Anomaly? {
    let runs = try reader.history(upTo: node.good, but: node.pair.bad)
    return try anomaly(of: input, beside: runs.compactMap { Self.counterpart(of: input, in: $0.data) })
  }

  private static func counterpart(of artifact: ArtifactRecord, in others: [ArtifactRecord]) -> ArtifactRecord? {
    if let same = others.first(where: { $0.path == artifact.path }) { return same }
    let form = PathForm.of(artifact.path)
    return others.filter { PathForm.of($0.path) == form }.max { $0.path < $1.path }
  }

  static func worse(_ left: Anomaly?, _ right: Anomaly?) -> Anomaly? {
    guard let left else { return right }
    guard let right else { return left }
    return right.score > left.score ? right : left
  }

  // MARK: Contents

  private func anomaly(of artifact: ArtifactRecord, beside earlier: [ArtifactRecord]) throws -> Anomaly? {
    guard let content = artifact.content else { return nil }
    if let known = known[content] { return known }
    var seen: Set<ContentID> = []
    // A version that was read again and again is one version.
    let others = earlier.filter { $0.content.map { seen.insert($0).inserted } ?? false }.prefix(Self.versions)
    var found: Anomaly?
    if !others.isEmpty, let profile = try profile(of: artifact) {
      // The oldest first, as a trend is read.
      let usual = try others.reversed().compactMap { try self.profile(of: $0) }
      if !usual.isEmpty {
        let (score, phrases) = profile.surprise(given: usual)
        let isTold = usual.count > 1 || score >= Self.plain
        // Of other bytes only the size is known: that it is as usual says nothing of what they hold.
        if isTold, profile.format != .binary || score >= Anomaly.threshold {
          found = Anomaly(score: min(score, Anomaly.largest), phrases: phrases, artifact: artifact)
        }
      }
    }
    known[content] = .some(found)
    return found
  }

  private func profile(of artifact: ArtifactRecord) throws -> ContentProfile? {
    guard let content = artifact.content, artifact.kind == .file else { return nil }
    if let known = profiles[content] { return known }
    let profile = try rememberedProfile(of: artifact, content) ?? makeProfile(of: artifact, content)
    profiles[content] = .some(profile)
    return profile
  }

  private static func key(_ content: ContentID) -> String { "profile \(ContentProfile.jsonVersion) \(content.hex)" }

  private func rememberedProfile(of artifact: ArtifactRecord, _ content: ContentID) throws -> ContentProfile? {
    guard let bytes = try reader.index.memo(Self.key(content)), let json = try? JSON(parsing: bytes) else { return nil }
    return ContentProfile(json: json)
  }

  private func makeProfile(of artifact: ArtifactRecord, _ content: ContentID) throws -> ContentProfile? {
    let cost = min(artifact.size, Self.sample)
    if spent + cost > Self.budget {
      isCut = true
      return nil
    }
    guard let source = try contents.source(of: artifact) else { return nil }
    spent += cost
    guard
      let profile = try? ContentProfile(of: source, name: artifact.path, limits: ContentLimits(bytes: Self.sample))
    else { return nil }
    // Another process may be writing the index; what isn't remembered is read again.
    try? reader.index.setMemo(Self.key(content), profile.json.canonicalBytes)
    return profile
  }

  // MARK: Metrics

  /// How far a run's metrics are from those of earlier runs, by the median and the usual distance from it.
  private static func metrics(of run: RunRecord, beside runs: [RunRecord]) -> Anomaly? {
    var worst: Anomaly?
    for (key, value) in run.metricsLatest.sorted(by: { $0.key < $1.key }) {
      let earlier = runs.compactMap { $0.metricsLatest[key] }.filter(\.isFinite)
      guard earlier.count >= 4 else { continue }
      let median = Statistics.median(earlier)
      let spread = Statistics.deviation(earlier, from: median)
      let scale = max(spread, abs(median) * 0.01, 1e-12)
      let distance = value.isFinite ? abs(value - median) / scale : .infinity
      let score = distance > 6 ? min(Anomaly.largest, 2 * log2(distance)) : 0
      let phrases =
        score > 0 ? ["metric '\(key)' is \(Statistics.text(value)), where \(Statistics.text(median)) is usual"] : []
      worst = worse(worst, Anomaly(score: score, phrases: phrases))
    }
    return worst
  }
}
