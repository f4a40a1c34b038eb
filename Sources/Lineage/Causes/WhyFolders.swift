internal import Journaling
internal import LineageIndexing
internal import MLTBase
internal import ObjectStorage

/// Gathers what is to be compared; folders that no single run wrote, file by file, each by its own makers.
struct WhyFolders {
  /// The most files of folders that are followed.
  private static let fileLimit = 200
  /// Up to how many files that nobody made are told of one by one; more are told as the folder that they are in.
  private static let unmadeLimit = 3

  let workspace: Workspace
  let makers: WhyMakers

  /// The pairs to compare.
  var starts: [WhyReport.Start] = []
  /// Files that only one side has.
  private(set) var unpaired: [WhyReport.Unpaired] = []
  /// What stands in the way: lower-case phrases.
  private(set) var gaps: [String] = []
  private var count = 0

  init(workspace: Workspace, makers: WhyMakers) {
    self.workspace = workspace
    self.makers = makers
  }

  /// Whether something is a folder that no single run wrote.
  func isOfSeveral(_ target: ArtifactTarget) throws -> Bool {
    try target.artifact.kind == .tree && !makers.maker(of: .artifact(target)).isWhole
  }

  /// Adds a pair, or the files that differ where it is one of folders that aren't two runs'.
  mutating func compare(_ start: WhyReport.Start) throws {
    guard case .artifact(let bad) = start.bad, case .artifact(let good) = start.good, bad.artifact.kind == .tree,
      good.artifact.kind == .tree, bad.artifact.content != good.artifact.content,
      try isOfSeveral(bad) || isOfSeveral(good)
    else {
      starts.append(start)
      return
    }
    let comparison = try workspace.compareFiles(good, bad)
    // Of a folder without a listing no more is known than that it differs.
    if !comparison.unlisted.isEmpty { gaps.append("the listing of '\(bad.artifact.path)' isn't here in both versions") }
    var unmade: [WhyReport.Start] = []
    for difference in FileDifference.pairingRenames(comparison.differences) {
      switch difference.change {
      case .renamed, .modeChanged: continue
      case .new, .gone:
        let isNew = difference.change == .new
        guard let entry = difference.after ?? difference.before else { continue }
        try note(Self.target(entry, isNew ? bad : good, seenIn: bad), isNew: isNew)
      case .changed, .typeChanged:
        guard let after = difference.after, let before = difference.before, admit() else { continue }
        let pair = WhyReport.Start(
          bad: .artifact(Self.target(after, bad, seenIn: bad)), good: .artifact(Self.target(before, good, seenIn: bad)))
        let isMade = try makers.maker(of: pair.bad).run != nil || makers.maker(of: pair.good).run != nil
        if isMade { starts.append(pair) } else { unmade.append(pair) }
      }
    }
    if unmade.count > Self.unmadeLimit { starts.append(start) } else { starts += unmade }
  }

  /// Adds each file of a folder with its version before, where there is one.
  ///
  /// - Parameter earlier: finds the version before.
  mutating func compareWithEarlier(
    _ folder: ArtifactTarget, _ earlier: (ArtifactTarget) throws -> Target?
  ) throws {
    var empty = folder
    let nothing = try Tree(entries: [])
    empty.artifact.content = nothing.id
    workspace.commitListings[nothing.id] = nothing
    if empty.version == .present { empty.version = .content }
    for difference in try workspace.compareFiles(empty, folder).differences {
      guard let entry = difference.after, entry.kind != .tree, admit() else { continue }
      let file = Self.target(entry, folder, seenIn: folder)
      if let good = try earlier(file) { starts.append(WhyReport.Start(bad: .artifact(file), good: good)) }
    }
  }

  /// Notes a file that only one side has.
  mutating func note(_ target: ArtifactTarget, isNew: Bool) throws {
    guard admit() else { return }
    let run = try makers.maker(of: .artifact(target)).run
    unpaired.append(
      WhyReport.Unpaired(
        artifact: target.artifact, isNew: isNew, run: run,
        component: try run.flatMap { try workspace.index.run($0)?.component }))
  }

  private mutating func admit() -> Bool {
    count += 1
    if count == Self.fileLimit + 1 { gaps.append("only the first \(Self.fileLimit) files that differ were followed") }
    return count <= Self.fileLimit
  }

  /// A file of a folder, by the path that it has there.
  private static func target(
    _ entry: LockEntry, _ folder: ArtifactTarget, seenIn other: ArtifactTarget
  ) -> ArtifactTarget {
    var entry = entry
    entry.path = Workspace.moved(entry.path, from: other.artifact.path, to: folder.artifact.path)
    var record = Workspace.record(of: entry)
    record.isInGit = folder.artifact.isInGit
    return ArtifactTarget(artifact: record, version: folder.version)
  }
}
