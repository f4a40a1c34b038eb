internal import ContentComparison
internal import Journaling
internal import LineageIndexing
internal import MLTBase
internal import ObjectStorage
internal import SystemPackage

/// Compares what a run made this time with what it had made.
struct OutputReview {
  private let original: Workspace
  private let scratch: Workspace
  private let plan: RerunPlan
  private let tolerance: Double?
  private let catalog: ContentCatalog

  /// What a path had held.
  private struct Expected {
    var content: ContentID?
    var mode: TreeEntry.Mode
    var record: ArtifactRecord
  }

  init(_ original: Workspace, _ scratch: Workspace, _ plan: RerunPlan, tolerance: Double?) throws {
    self.original = original
    self.scratch = scratch
    self.plan = plan
    self.tolerance = tolerance
    catalog = try scratch.makeCatalog()
    try scratch.index.catchUp(scratch.journal)
  }

  /// What came of one time.
  struct Findings {
    /// Every output, sorted by path.
    var outputs: [RunReplicated.Output] = []
    /// Paths of the work tree that were read or written by their absolute names.
    var touched: [String] = []

    /// Whether nothing came out otherwise.
    var isSame: Bool {
      outputs.allSatisfy { $0.verdict == .same || $0.verdict == .close || $0.verdict == .unknown }
    }
  }

  /// Compares file by file, and notes for later runs what came out otherwise.
  func review(_ made: inout RemadeFiles) throws -> Findings {
    var findings = Findings()
    let expected = try expected()
    try catalog.prefetch(expected.keys)
    let unlisted = try unlisted()
    for (path, wanted) in expected.sorted(by: { $0.key < $1.key }) {
      let file = path.filePath(in: scratch.root)
      guard let content = wanted.content else {
        findings.outputs.append(RunReplicated.Output(path: path.text, verdict: .unknown, same: 0))
        continue
      }
      guard let now = try present(path) else {
        made.note(plan.run.id, path, before: content, now: nil)
        findings.outputs.append(RunReplicated.Output(path: path.text, verdict: .missing, same: 0))
        continue
      }
      if now.content == content, now.kind == Self.kind(wanted.mode) {
        made.note(content, at: file)
        findings.outputs.append(RunReplicated.Output(path: path.text, verdict: .same, same: 1))
        continue
      }
      if now.kind == .file { made.note(plan.run.id, path, before: content, now: file) }
      let difference = now.kind == .file && wanted.mode != .link ? try difference(path, wanted, content) : nil
      let isClose = difference.map { found in tolerance.map { found.isWithin($0) } ?? false } ?? false
      findings.outputs.append(
        RunReplicated.Output(
          path: path.text, verdict: isClose ? .close : .differs, same: 0, content: now.content,
          measure: difference.map(Self.measure)))
    }
    for output in plan.outputs where WorkPath(text: output.path) == nil || output.kind == .uri {
      findings.outputs.append(RunReplicated.Output(path: output.path, verdict: .unknown, same: 0))
    }
    for (path, content) in try written() where expected[path] == nil && !unlisted.contains(where: { path.isBelow($0) })
    {
      made.note(plan.run.id, path, before: nil, now: path.filePath(in: scratch.root))
      findings.outputs.append(RunReplicated.Output(path: path.text, verdict: .extra, same: 0, content: content))
    }
    findings.outputs.sort { $0.path < $1.path }
    findings.touched = try touched()
    return findings
  }

  // MARK: What was, and what is

  /// What the run had made, file by file; a folder whose listing isn't to be had as a whole.
  private func expected() throws -> [WorkPath: Expected] {
    var expected: [WorkPath: Expected] = [:]
    for output in plan.outputs where output.kind != .uri {
      guard let path = WorkPath(text: output.path) else { continue }
      let mode: TreeEntry.Mode =
        switch output.kind {
        case .link: .link
        case .tree: .tree
        default: output.isExecutable ? .executable : .file
        }
      guard output.kind == .tree, let content = output.content, try original.store.containsTree(content) else {
        // A part of a folder can't be told from the whole without its listing.
        let content = output.isPartial ? nil : output.content
        expected[path] = Expected(content: content, mode: mode, record: output)
        continue
      }
      try TreeFiles.entries(of: content, at: path, original.store) { path, entry in
        expected[path] = Expected(
          content: entry.content, mode: entry.mode, record: Workspace.record(of: entry, at: path))
      }
    }
    return expected
  }

  /// The folders that the run had made and whose listings aren't to be had.
  private func unlisted() throws -> [WorkPath] {
    try plan.outputs.filter { output in
      guard output.kind == .tree else { return false }
      return try output.content.map { try !original.store.containsTree($0) } ?? true
    }.compactMap { WorkPath(text: $0.path) }
  }

  private static func kind(_ mode: TreeEntry.Mode) -> ArtifactRecord.Kind {
    switch mode {
    case .file, .executable: .file
    case .link: .link
    case .tree: .tree
    }
  }

  private func present(_ path: WorkPath) throws -> ContentCatalog.Identity? {
    do {
      return try catalog.identity(of: path)
    } catch StorageError.unreadable, StorageError.notAFile {
      return nil
    }
  }

  /// What the repetition says it wrote, file by file.
  private func written() throws -> [(WorkPath, ContentID?)] {
    var written: [WorkPath: ContentID?] = [:]
    for run in try scratch.index.runs(RunQuery()) {
      for output in try scratch.index.files(of: run.id, role: .output) where output.kind != .uri {
        guard let path = WorkPath(text: output.path), !path.isOutside,
          try FileStatus(at: path.filePath(in: scratch.root)) != nil
        else { continue }
        guard output.kind == .tree, let content = output.content, try scratch.store.containsTree(content) else {
          written[path] = output.content
          continue
        }
        try TreeFiles.entries(of: content, at: path, scratch.store) { written[$0] = $1.content }
      }
    }
    return written.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
  }

  /// What it read and wrote of the work tree itself.
  private func touched() throws -> [String] {
    let name = WorkTreeName(original.root)
    var found: Set<String> = []
    for run in try scratch.index.runs(RunQuery()) {
      for file in try scratch.index.files(of: run.id) {
        guard let path = WorkPath(text: file.artifact.path), path.isOutside, name.begins(path.bytes) else { continue }
        found.insert(path.text)
      }
    }
    return found.sorted()
  }

  // MARK: By how much

  /// Says how a file differs; nil if the recorded bytes aren't to be had.
  private func difference(_ path: WorkPath, _ wanted: Expected, _ content: ContentID) throws -> ContentDifference? {
    let limit = ContentComparison.sizeLimit
    guard wanted.record.size <= limit,
      let after = try FileOperations.contents(of: path.filePath(in: scratch.root), limit: limit + 1)
    else { return nil }
    var before: [UInt8]?
    do {
      before = try original.fetchingMissing {
        [wanted.record]
      } _: {
        switch try original.bytesAreAvailable(content, wanted.record) {
        case .store: try original.store.contents(of: content, limit: limit)
        case .git(let bytes): bytes
        case .workTree: try FileOperations.contents(of: path.filePath(in: original.root), limit: limit)
        }
      }
    } catch WorkspaceError.absentContent {
      return nil
    } catch let error as StorageError where error.concernsObject {
      return nil
    }
    guard let before else { return nil }
    return ContentComparison.difference(before, after, name: path.text)
  }

  private static func measure(_ difference: ContentDifference) -> RunReplicated.Measure {
    RunReplicated.Measure(
      format: difference.format.rawValue, values: Int64(difference.values), differing: Int64(difference.differing),
      absolute: difference.largestAbsolute, relative: difference.largestRelative, place: difference.place,
      others: difference.others, isReordered: difference.isReordered)
  }
}
