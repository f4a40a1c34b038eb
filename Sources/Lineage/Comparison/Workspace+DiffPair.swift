internal import Journaling
internal import LineageIndexing
internal import MLTBase
internal import ObjectStorage

// Comparing two artifacts, wherever they are, and what two runs stood on.
extension Workspace {
  /// The most files whose contents are compared.
  private static let comparedFiles = 200

  /// The two artifacts that a request names; nil if it names versions and paths.
  ///
  /// One artifact alone is compared with what stands at its path now. Plain paths mean what is to be looked at, unless
  /// the request says that they are a pair.
  func artifactPair(_ request: DiffRequest) throws -> (before: ArtifactTarget, after: ArtifactTarget)? {
    let arguments = request.arguments
    guard request.paths.isEmpty, (1...2).contains(arguments.count) else { return nil }
    if !request.isPair, try !arguments.contains(where: isVersionOfPath) { return nil }
    let first = try artifact(of: arguments[0])
    if arguments.count == 2 { return (first, try artifact(of: arguments[1])) }
    guard let path = WorkPath(text: first.artifact.path) else { return nil }
    return (first, try artifact(of: "./" + typed(path)))
  }

  /// Whether an argument names one version of one path, or a content: `PATH@RUN`, `PATH@{MOMENT}`, `COMMIT:PATH`, an id.
  private func isVersionOfPath(_ argument: String) throws -> Bool {
    if Self.splitMoment(argument) != nil { return true }
    guard let target = try? target(of: argument), case .artifact(let artifact) = target else { return false }
    switch artifact.version {
    case .ofRun, .ofCommit, .added, .content: return true
    case .present, .locked, .recorded: return false
    }
  }

  /// Compares two artifacts, folders file by file.
  func diff(_ before: ArtifactTarget, _ after: ArtifactTarget) throws -> DiffReport {
    let comparison = try compareFiles(before, after)
    for tree in comparison.unlisted { notices.append(.unlisted(path: tree.path.text, content: tree.content)) }
    var report = DiffReport(
      before: .artifact(before.artifact, before.version), after: .artifact(after.artifact, after.version),
      sections: [
        DiffReport.Section(
          subject: .artifacts, differences: FileDifference.pairingRenames(comparison.differences))
      ])
    let contents = StoredContents(workspace: self)
    contents.commits = Set([before, after].compactMap(\.commit))
    if before.artifact.kind == .file, after.artifact.kind == .file {
      let found = try ContentComparing(contents).report(before.artifact, after.artifact)
      if !found.isSame { report.contents = [found] }
    } else {
      try compareContents(&report, contents, in: (before.artifact.path, after.artifact.path))
    }
    return report
  }

  /// Finds the files that two artifacts have otherwise, all by the paths that they have, or would have, in the later.
  func compareFiles(_ before: ArtifactTarget, _ after: ArtifactTarget) throws -> TreeComparison {
    let listings = PresentListings(try makeCatalog())
    for target in [before, after] where target.version == .present && target.artifact.kind == .tree {
      // Once a folder was walked, what is in it is known by its content.
      if let content = target.artifact.content, let path = WorkPath(text: target.artifact.path) {
        _ = try listings.listing(content, path)
      }
    }
    func listing(of target: ArtifactTarget) -> TreeComparison.Listing {
      target.version == .present ? listings.listing : stored
    }
    var comparison = TreeComparison(before: listing(of: before), after: listing(of: after))
    // Seen from one place, so that two folders' files meet.
    let place = WorkPath(text: after.artifact.path) ?? WorkPath(normal: Array("artifact".utf8))
    func entry(_ artifact: ArtifactRecord) -> LockEntry? {
      guard var entry = LockEntry(artifact) else { return nil }
      entry.path = place
      return entry
    }
    try comparison.compare(
      [entry(before.artifact)].compactMap { $0 }, [entry(after.artifact)].compactMap { $0 })
    return comparison
  }

  /// Where a file lies that was seen from another folder than its own.
  static func moved(_ path: WorkPath, from seen: String, to own: String) -> WorkPath {
    guard seen != own, let seen = WorkPath(text: seen), let own = WorkPath(text: own) else { return path }
    if path == seen { return own }
    guard let names = path.components(below: seen) else { return path }
    return names.reduce(own) { $0.appending($1) }
  }

  /// Says how the files differ that both versions have.
  ///
  /// - Parameter folders: of two folders that were seen as one, where the earlier and the later lie.
  func compareContents(
    _ report: inout DiffReport, _ contents: StoredContents? = nil, in folders: (before: String, after: String)? = nil
  ) throws {
    let comparing = ContentComparing(contents ?? StoredContents(workspace: self))
    for difference in report.sections.flatMap(\.differences) where difference.change == .changed {
      guard var before = difference.before, let after = difference.after else { continue }
      if let folders { before.path = Self.moved(before.path, from: folders.after, to: folders.before) }
      if report.contents.count >= Self.comparedFiles {
        report.uncompared += 1
        continue
      }
      report.contents.append(try comparing.report(Self.record(of: before), Self.record(of: after)))
    }
  }

  /// What two runs stood on besides files, as far as it differs.
  func conditions(_ before: RunID, _ after: RunID) throws -> [Cause.Subject] {
    let reader = RunFactsReader(index: try index, finder: try originFinder())
    guard let bad = try reader.facts(of: after), let good = try reader.facts(of: before) else { return [] }
    let settings = SettingsReader(contents: StoredContents(workspace: self), index: try index)
    var node = LineageComparison.Node(
      pair: LineageComparison.Pair(bad: after, good: before), bad: bad, good: good)
    try RunComparison(reader: reader, settings: settings).compare(&node)
    return node.subjects.filter { subject in
      switch subject {
      // These stand among the files.
      case .code, .data: false
      default: true
      }
    }
  }
}
