internal import ContentComparison
internal import Journaling
internal import MLTBase
internal import ObjectStorage

/// Compares what two versions of an artifact hold, wherever their bytes are.
struct ContentComparing {
  private let contents: StoredContents
  private let limits: ContentLimits

  init(_ contents: StoredContents, limits: ContentLimits = ContentLimits()) {
    self.contents = contents
    self.limits = limits
  }

  init(_ workspace: Workspace, limits: ContentLimits = ContentLimits()) {
    self.init(StoredContents(workspace: workspace), limits: limits)
  }

  /// Compares two versions; what stands in the way is part of the answer.
  func report(_ before: ArtifactRecord?, _ after: ArtifactRecord?) throws -> ContentReport {
    var report = ContentReport(path: (after ?? before)?.path ?? "", before: before, after: after)
    guard let before, let after, !report.isSame else { return report }
    if before.content == nil || after.content == nil {
      report.gap = "its content isn't known"
    } else if before.kind == .tree, after.kind == .tree {
      try compareFolders(before, after, &report)
    } else if before.kind != after.kind {
      return report
    } else if let earlier = try contents.source(of: before) {
      if let later = try contents.source(of: after) {
        do {
          report.changes = try ContentChanges(
            from: earlier, to: later, name: report.path, areKnownToDiffer: true, limits: limits)
        } catch let error as StorageError {
          report.gap = "\(error)"
        }
      } else {
        report.gap = "the bytes of \(after.content?.short ?? "the later version") aren't here"
      }
    } else {
      report.gap = "the bytes of \(before.content?.short ?? "the earlier version") aren't here"
    }
    return report
  }

  private func compareFolders(
    _ before: ArtifactRecord, _ after: ArtifactRecord, _ report: inout ContentReport
  ) throws {
    guard let former = WorkPath(text: before.path), let place = WorkPath(text: after.path),
      var mine = LockEntry(before), let yours = LockEntry(after)
    else { return }
    // Seen from one place, so that two folders' files meet.
    mine.path = place
    func listing(in top: WorkPath) -> TreeComparison.Listing {
      { [contents] content, path in
        try contents.listing(content, at: (path.components(below: place) ?? []).reduce(top) { $0.appending($1) })
      }
    }
    var comparison = TreeComparison(before: listing(in: former), after: listing(in: place))
    try comparison.compare([mine], [yours])
    if let missing = comparison.unlisted.first, comparison.unlisted.contains(where: { $0.path == place }) {
      report.gap = "the listing of \(missing.content.short) isn't here"
    } else {
      report.files = FileDifference.pairingRenames(comparison.differences)
    }
  }
}
