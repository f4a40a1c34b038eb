internal import ContentComparison
internal import Journaling
internal import LineageIndexing
internal import MLTBase
internal import ObjectStorage

extension Workspace {
  /// How many causes are told with their contents compared.
  private static let comparedCauses = 5
  /// How far behind the first a cause may be, in bits, and still be one.
  private static let scoreSpan = 6.0

  /// Explains why something isn't what something like it is: finds where their lineages begin to differ.
  ///
  /// - Throws: what ``target(of:)`` throws; ``WorkspaceError/unlikeComponents(_:_:)`` for runs of two components;
  ///   ``WorkspaceError/noEarlierVersion(_:)``; failures of index and store.
  public func why(_ request: WhyRequest) throws -> WhyReport {
    let index = try index
    let finder = try originFinder()
    let reader = RunFactsReader(index: index, finder: finder)
    let contents = StoredContents(workspace: self)
    let comparing = ContentComparing(contents)
    let settings = SettingsReader(contents: contents, index: index)
    let makers = WhyMakers(workspace: self, finder: finder)
    let found = try WhyStarts(workspace: self, makers: makers).found(request)
    var report = WhyReport(starts: found.starts)
    report.unpaired = found.unpaired
    contents.commits = Set(report.starts.flatMap { [$0.bad, $0.good] }.compactMap(\.commit))
    var comparison = LineageComparison(reader: reader, settings: settings, contents: contents)
    var wanted: [LineageComparison.Pair: Set<String>] = [:]
    var first: [Cause] = []
    var pairs: [LineageComparison.Pair] = []
    for position in report.starts.indices {
      let start = report.starts[position]
      if Self.isSame(start) { continue }
      guard let pair = try begin(start, makers, reader, &first) else { continue }
      if case .artifact(let bad) = start.bad { wanted[pair, default: []].insert(bad.artifact.path) }
      report.starts[position].place = try place(pair, reader)
      try comparison.compare(pair)
      pairs.append(pair)
    }
    report.isSame = report.unpaired.isEmpty && report.starts.allSatisfy(Self.isSame)
    report.hasSameOutputs = try !report.isSame && !report.starts.isEmpty && report.starts.allSatisfy(haveSameOutputs)
    report.gaps = found.gaps
    let effects = EffectFinder(reader: reader, contents: contents)
    let ranking = CauseRanking(
      reader: reader, habits: ChangeHistory(reader: reader, settings: settings), effects: effects,
      comparison: comparison, wanted: wanted
    ) { path, before, after in try Self.isCosmetic(path, before, after, comparing) }
    let causes = first + (try ranking.ranked())
    split(causes, Self.ownCauses(causes, of: pairs, in: comparison), &report)
    report.compared = comparison.nodes.count
    report.consequences = Self.consequences(comparison, report.causes + report.others)
    if comparison.isCut { report.gaps.append("only \(report.compared) pairs of runs were compared") }
    if effects.isCut { report.gaps.append("not all contents were looked into for what is usual") }
    try compareContents(&report, comparing, isFull: request.isFull)
    return report
  }

  private static func isSame(_ start: WhyReport.Start) -> Bool {
    switch (start.bad, start.good) {
    case (.run(let bad), .run(let good)): bad == good
    case (.artifact(let bad), .artifact(let good)):
      bad.artifact.content != nil && bad.artifact.content == good.artifact.content
    default: false
    }
  }

  /// Whether two runs made the same: then there is nothing wrong with the one that isn't with the other.
  private func haveSameOutputs(_ start: WhyReport.Start) throws -> Bool {
    guard case .run(let bad) = start.bad, case .run(let good) = start.good else { return false }
    let (mine, yours) = (try index.files(of: bad, role: .output), try index.files(of: good, role: .output))
    let contents = Dictionary(yours.map { ($0.path, $0.content) }, uniquingKeysWith: { first, _ in first })
    return !mine.isEmpty && mine.count == yours.count
      && mine.allSatisfy { $0.content != nil && contents[$0.path] == $0.content }
  }

  private func place(_ pair: LineageComparison.Pair, _ reader: RunFactsReader) throws -> Cause.Place? {
    try reader.facts(of: pair.bad).map {
      Cause.Place(component: $0.record.component, bad: pair.bad, good: pair.good)
    }
  }

  // MARK: Where to begin

  /// The runs to begin with; what differs before any run is a cause by itself.
  private func begin(
    _ start: WhyReport.Start, _ makers: WhyMakers, _ reader: RunFactsReader, _ causes: inout [Cause]
  ) throws -> LineageComparison.Pair? {
    let (bad, good) = (try makers.maker(of: start.bad), try makers.maker(of: start.good))
    if case .artifact(let target) = start.bad, let since = bad.changedSince {
      let artifact = target.artifact
      let subject: Cause.Subject =
        if let writer = try makers.writer(of: target, since: since) {
          .underway(
            path: artifact.path, content: artifact.content, since: since, run: writer.run, isRunning: writer.isRunning)
        } else {
          .changedOutside(path: artifact.path, content: artifact.content, since: since)
        }
      causes.append(Cause(subject: subject, places: [], score: Anomaly.largest))
    }
    let (badFacts, goodFacts) = (
      try bad.run.flatMap { try reader.facts(of: $0) }, try good.run.flatMap { try reader.facts(of: $0) }
    )
    guard let badFacts, let goodFacts else {
      if bad.changedSince == nil, let subject = Self.unmade(start, badFacts, goodFacts) {
        causes.append(Cause(subject: subject, places: [], score: Anomaly.largest))
      }
      return nil
    }
    if badFacts.record.component != goodFacts.record.component {
      guard case .artifact(let bad) = start.bad, case .artifact(let good) = start.good else {
        throw WorkspaceError.unlikeComponents(badFacts.record.component, goodFacts.record.component)
      }
      causes.append(
        Cause(
          subject: .replaced(
            before: Cause.Source(
              path: good.artifact.path, content: good.artifact.content, component: goodFacts.record.component),
            after: Cause.Source(
              path: bad.artifact.path, content: bad.artifact.content, component: badFacts.record.component)),
          places: [], score: Anomaly.largest))
      return nil
    }
    let pair = LineageComparison.Pair(bad: badFacts.record.id, good: goodFacts.record.id)
    return pair.bad == pair.good ? nil : pair
  }

  /// What differs where not both were made by a run.
  private static func unmade(
    _ start: WhyReport.Start, _ bad: RunFacts?, _ good: RunFacts?
  ) -> Cause.Subject? {
    guard case .artifact(let mine) = start.bad, case .artifact(let yours) = start.good else { return nil }
    let (after, before) = (mine.artifact, yours.artifact)
    if bad == nil, good == nil {
      return .data(path: after.path, before: before.content, after: after.content)
    }
    return .replaced(
      before: Cause.Source(path: before.path, content: before.content, component: good?.record.component),
      after: Cause.Source(path: after.path, content: after.content, component: bad?.record.component))
  }

  // MARK: What is told

  /// The most telling cause of each of several pairs that were asked about: what explains one needn't explain another.
  private static func ownCauses(
    _ causes: [Cause], of pairs: [LineageComparison.Pair], in comparison: LineageComparison
  ) -> Set<Cause.Subject> {
    guard pairs.count > 1 else { return [] }
    var own: Set<Cause.Subject> = []
    for pair in pairs {
      let places = comparison.places(behind: pair)
      let best = causes.first { cause in cause.places.contains { places.contains($0) } }
      if let best { own.insert(best.subject) }
    }
    return own
  }

  private func split(_ causes: [Cause], _ own: Set<Cause.Subject>, _ report: inout WhyReport) {
    guard let best = causes.first else { return }
    if report.hasSameOutputs {
      report.others = causes
      return
    }
    for (position, cause) in causes.enumerated() {
      let isCause =
        position == 0 || own.contains(cause.subject)
        || (!cause.isHarmless && cause.score > 1 && cause.score >= best.score - Self.scoreSpan)
      if isCause { report.causes.append(cause) } else { report.others.append(cause) }
    }
  }

  private static func consequences(
    _ comparison: LineageComparison, _ causes: [Cause]
  ) -> [WhyReport.Consequence] {
    let own = Set(causes.flatMap(\.places))
    return comparison.nodes.reversed().compactMap { node in
      guard !own.contains(node.place) else { return nil }
      return WhyReport.Consequence(
        place: node.place, inputs: node.links.filter { !$0.isSame }.compactMap(\.bad?.path))
    }
  }

  private static func isCosmetic(
    _ path: String, _ before: ContentID, _ after: ContentID, _ comparing: ContentComparing
  ) throws -> Bool {
    let report = try comparing.report(code(path, before), code(path, after))
    return report.changes?.text?.isWithoutEffect ?? false
  }

  private static func code(_ path: String, _ content: ContentID) -> ArtifactRecord {
    ArtifactRecord(path: path, kind: .file, content: content, size: 0, evidence: .observed, isInGit: true)
  }

  /// Compares the contents behind the first causes, or behind all that differs.
  private func compareContents(
    _ report: inout WhyReport, _ comparing: ContentComparing, isFull: Bool
  ) throws {
    // What was asked about is known by more than its path and content.
    let named = report.starts.flatMap { [$0.bad, $0.good] }.compactMap(\.artifact)
    for position in report.causes.indices where isFull || position < Self.comparedCauses {
      report.causes[position].comparison = try self.comparison(of: report.causes[position], named, comparing)
    }
    guard isFull else { return }
    for position in report.others.indices {
      report.others[position].comparison = try self.comparison(of: report.others[position], named, comparing)
    }
  }

  private func comparison(
    of cause: Cause, _ named: [ArtifactRecord], _ comparing: ContentComparing
  ) throws -> ContentReport? {
    func record(_ path: String, _ content: ContentID?) throws -> ArtifactRecord? {
      guard let content else { return nil }
      if let named = named.first(where: { $0.path == path && $0.content == content }) { return named }
      let place = cause.places.first
      for run in [place?.bad, place?.good].compactMap({ $0 }) {
        if let known = try index.files(of: run).first(where: {
          $0.artifact.path == path && $0.artifact.content == content
        }) {
          return known.artifact
        }
      }
      return ArtifactRecord(path: path, kind: .file, content: content, size: 0, evidence: .observed)
    }
    switch cause.subject {
    case .code(let path, let before, let after), .data(let path, let before, let after),
      .unrepeatable(let path, let before, let after), .unexplained(let path, let before, let after):
      return try comparing.report(try record(path, before), try record(path, after))
    case .replaced(let before, let after):
      return try comparing.report(
        try before.path.flatMap { try record($0, before.content) },
        try after.path.flatMap { try record($0, after.content) })
    case .changedOutside(let path, let content, let since), .underway(let path, let content, let since, _, _):
      let written = try index.files(of: since, role: .output).first { $0.path == path }
      return try comparing.report(written, try record(path, content))
    case .stale, .parameter, .package, .interpreter, .command, .directory, .variable, .machine, .branch: return nil
    }
  }
}
