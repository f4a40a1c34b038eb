internal import GitAccess
internal import Journaling
internal import LineageIndexing
internal import MLTBase
internal import ObjectStorage

/// One of two pipelines, file by file.
final class PipelineSide {
  /// A file that a run read.
  struct Entry {
    var path: WorkPath
    var file: MixedFile
    /// The run of the pipeline that made it, and where.
    var maker: (run: RunID, path: WorkPath)?
    /// The folder that the run's record names in its place.
    var tree: String?
  }

  let plans: [RerunPlan]
  private let workspace: Workspace
  private var outputs: [RunID: [WorkPath: MixedFile]] = [:]
  private var byContent: [RunID: [ContentID: WorkPath]] = [:]
  private var lookups: [RunID: RunLookups] = [:]

  // A few bytes are alike by chance.
  private static let tellingSize: Int64 = 8
  private static let largestFile = 1 << 28

  init(_ workspace: Workspace, _ plans: [RerunPlan]) throws {
    self.workspace = workspace
    self.plans = plans
    for plan in plans {
      let files = try expand(plan.outputs).reduce(into: [WorkPath: MixedFile]()) { $0[$1.path] = $1.file }
      outputs[plan.run.id] = files
      for (path, file) in files.sorted(by: { $0.key < $1.key }) where file.record.size >= Self.tellingSize {
        if byContent[plan.run.id]?[file.content] == nil { byContent[plan.run.id, default: [:]][file.content] = path }
      }
      lookups[plan.run.id] = try workspace.index.lookups(of: plan.run.id)
    }
  }

  /// What a run wrote, file by file.
  func outputs(of plan: RerunPlan) -> [WorkPath: MixedFile] { outputs[plan.run.id] ?? [:] }

  /// What a run read in the work tree, file by file, by path.
  func entries(of plan: RerunPlan) throws -> [WorkPath: Entry] {
    var found: [WorkPath: Entry] = [:]
    for input in plan.inputs {
      let mayBeMade: Bool
      if case .rerun = input.source { mayBeMade = true } else { mayBeMade = input.artifact.kind == .tree }
      for (path, file) in try expand([input.artifact]) where found[path] == nil {
        found[path] = Entry(
          path: path, file: file, maker: mayBeMade ? maker(of: file, at: path, plan) : nil,
          tree: input.artifact.kind == .tree ? input.artifact.path : nil)
      }
    }
    return found
  }

  private func maker(of file: MixedFile, at path: WorkPath, _ plan: RerunPlan) -> (run: RunID, path: WorkPath)? {
    for run in plan.upstream.reversed() where outputs[run]?[path]?.content == file.content { return (run, path) }
    for run in plan.upstream.reversed() {
      if let original = byContent[run]?[file.content] { return (run, original) }
    }
    return nil
  }

  private func expand(_ artifacts: [ArtifactRecord]) throws -> [(path: WorkPath, file: MixedFile)] {
    var found: [(path: WorkPath, file: MixedFile)] = []
    for artifact in artifacts where artifact.kind != .uri {
      guard let content = artifact.content, let path = WorkPath(text: artifact.path), !path.isOutside else { continue }
      guard artifact.kind == .tree else {
        let mode: TreeEntry.Mode =
          artifact.kind == .link ? .link : artifact.isExecutable ? .executable : .file
        found.append((path, MixedFile(content: content, mode: mode, record: artifact)))
        continue
      }
      guard try workspace.store.containsTree(content) else { continue }
      try TreeFiles.entries(of: content, at: path, workspace.store) { path, entry in
        let record = Workspace.record(of: entry, at: path)
        found.append((path, MixedFile(content: entry.content, mode: entry.mode, record: record)))
      }
    }
    return found
  }

  // MARK: What a run didn't read

  /// What a run's commit has at a path that the run didn't read.
  func committed(_ path: WorkPath, _ plan: RerunPlan, like file: MixedFile) throws -> (MixedFile, [UInt8])? {
    guard let commit = plan.commit, let repository = workspace.repository,
      let bytes = try? repository.blob(at: path.bytes, commit: commit, limit: Self.largestFile)
    else { return nil }
    var found = file
    found.content = ContentHasher.contentID(of: bytes)
    found.record.size = Int64(bytes.count)
    return (found, bytes)
  }

  /// Whether a run would have read a path, or said that it was missing, had it been there.
  func looked(for path: WorkPath, _ plan: RerunPlan) -> Bool {
    for run in [plan.run.id] + plan.within {
      guard let lookups = try? lookups[run] ?? workspace.index.lookups(of: run) else { continue }
      if lookups.missed.contains(path.text) { return true }
      // Who lists a folder goes on to the folders in it, and would have met a new one. Of the whole work tree that says nothing.
      var folder = path.parent
      while let around = folder, around == path.parent || !around.isRoot {
        if lookups.listed.contains(where: { $0.path == around.text && !$0.isModules }) { return true }
        folder = around.parent
      }
    }
    return false
  }
}
