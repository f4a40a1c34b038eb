internal import GitAccess
internal import Journaling
internal import LineageIndexing
internal import MLTBase
internal import ObjectStorage
public import Pipelines
internal import SystemPackage

extension Workspace {
  /// Writes a stage into the pipeline file of the current folder: `mlt.yaml`, or `dvc.yaml` if there is only that.
  ///
  /// Everything else in the file stays as it is.
  ///
  /// - Parameter replaces: whether a stage of the same name may be there.
  /// - Returns: the stage as it is read back.
  /// - Throws: ``WorkspaceError/stageExists(_:file:)``; ``WorkspaceError/invalidPipeline(_:)`` if the pipeline can't be read, before
  ///   or with the stage in it, in which case nothing is written.
  public func declare(_ draft: StageDraft, replacing replaces: Bool) throws -> Stage {
    try holdingLock { try write(draft, replacing: replaces) }
  }

  private func write(_ draft: StageDraft, replacing replaces: Bool) throws -> Stage {
    let here = here
    let folder = here.isRoot ? "" : String(decoding: here.bytes, as: UTF8.self) + "/"
    let files = WorkTreeFiles(root: root)
    let before = try project()
    let name = try Pipeline.fileNames.first { try FileStatus(at: root.pushing(FilePath(folder + $0))) != nil }
    let file = folder + (name ?? Pipeline.fileNames[0])
    let named = root.pushing(FilePath(file))
    let place = FileOperations.resolved(named) ?? named
    let text = try FileOperations.contents(of: place) ?? []
    guard let text = String(validating: text, as: UTF8.self) else {
      throw WorkspaceError.invalidPipeline([PipelineProblem(file: file, .notText)])
    }
    let (edited, isThere) = try edit(file, text, draft)
    if isThere, !replaces { throw WorkspaceError.stageExists(draft.name, file: file) }
    let changed = ChangedFile(path: file, bytes: Array(edited.utf8), others: files)
    let paths = Pipeline.files(among: (before?.pipeline.files.map(\.path) ?? []) + [file])
    let after = try Project(reading: paths, of: changed, root: root)
    guard let stage = after.graph[StageID(file: file, name: draft.name)] else {
      throw WorkspaceError.invalidPipeline([PipelineProblem(file: file, .badName(draft.name))])
    }
    try FileOperations.replace(place, with: Array(edited.utf8))
    return stage
  }

  private func edit(_ file: String, _ text: String, _ draft: StageDraft) throws -> (text: String, wasThere: Bool) {
    do throws(PipelineProblem) {
      let editor = try PipelineEditor(file, text: text)
      return (try editor.adding(draft), editor.declares(draft.name))
    } catch {
      throw WorkspaceError.invalidPipeline([error])
    }
  }

  /// The stage that a recorded run shows: its command, what it read and what it wrote.
  ///
  /// - Parameters:
  ///   - pointer: the run, or something that it made.
  ///   - name: the stage's name; nil for the component's.
  /// - Throws: ``WorkspaceError/unknownPointer(_:similar:)``, ``WorkspaceError/unsuitablePointer(_:wanted:)``.
  public func draft(fromRun pointer: String, name: String?) throws -> StageDraft {
    let run = try run(of: pointer)
    guard let record = try index.run(run) else { throw WorkspaceError.unknownPointer(pointer, similar: []) }
    let files = try index.files(of: run)
    let outputs = files.filter { $0.role == .output }.map(\.artifact)
    let here = here
    let folder = WorkPath(text: record.directory) ?? here
    var draft = StageDraft(name: name ?? Self.stageName(record.component), commands: Self.commands(of: record.command))
    if folder != here { draft.folder = Self.text(folder, from: here) }
    let written = Set(outputs.map(\.path))
    for input in files where input.role == .input {
      try add(input.artifact, to: &draft, from: folder, written: written)
    }
    for output in outputs where output.kind != .uri {
      guard let path = WorkPath(text: output.path) else { continue }
      let isByGit =
        try path.isOutside
        || (output.kind == .tree
          ? repository?.hasTracked(below: path.bytes) : repository?.isTracked(path.bytes)) == true
      let isChanged = files.contains { $0.role == .input && $0.artifact.path == output.path }
      let isNumbers = isByGit && [".json", ".yaml", ".toml"].contains { output.path.hasSuffix($0) }
      draft.outputs.append(
        StageDraft.Output(
          path: Self.literal(Self.text(path, from: folder)), kind: isNumbers ? .metrics : .output, isStored: !isByGit,
          persists: isChanged))
    }
    return draft
  }

  private func add(
    _ input: ArtifactRecord, to draft: inout StageDraft, from folder: WorkPath, written: Set<String>
  ) throws {
    if written.contains(input.path) { return }
    if input.kind == .uri { return draft.dependencies.append(Self.literal(input.path)) }
    guard let path = WorkPath(text: input.path) else { return }
    let name = String(decoding: path.name, as: UTF8.self)
    if ["params.yaml", "params.yml", "params.json", "params.toml"].contains(name) {
      let file = Self.literal(Self.text(path, from: folder))
      return draft.parameters.append(StageDraft.Parameters(file: file, keys: []))
    }
    // A folder that the run wrote into as well can't be what it depends on.
    let holdsOutput = input.kind == .tree && written.contains { WorkPath(text: $0)?.isBelow(path) == true }
    guard holdsOutput, let tree = input.content, try store.containsTree(tree) else {
      return draft.dependencies.append(Self.literal(Self.text(path, from: folder)))
    }
    try TreeFiles.each(in: tree, at: path, store) { file in
      draft.dependencies.append(Self.literal(Self.text(file, from: folder)))
    }
  }

  // What a name can't hold stands for itself in no other way.
  private static func stageName(_ component: String) -> String {
    let name = component.split { $0 == "/" || $0 == ":" || $0 == "@" }.last.map(String.init) ?? "stage"
    return String(name.map { $0.isLetter || $0.isNumber || $0 == "-" || $0 == "_" ? $0 : "-" })
  }

  private static func commands(of arguments: [String]) -> [String] {
    if let commands = StageCommandLine.commands(of: arguments) { return commands.map(literal) }
    // A script that a shell was given is the command itself.
    let shells: Set<String> = ["sh", "bash", "dash", "zsh"]
    if arguments.count == 3, arguments[1] == "-c", let shell = FilePath(arguments[0]).lastComponent?.string,
      shells.contains(shell)
    {
      return [literal(arguments[2])]
    }
    return [literal(arguments.map(StageCommandLine.quoted).joined(separator: " "))]
  }

  private static func text(_ path: WorkPath, from folder: WorkPath) -> String {
    String(decoding: path.bytes(from: folder), as: UTF8.self)
  }

  // What a run shows holds no templates.
  private static func literal(_ text: String) -> String {
    text.split(separator: "${", omittingEmptySubsequences: false).joined(separator: "\\${")
  }
}

/// The files of a project, one of them as it would be.
private struct ChangedFile: ProjectFiles {
  let path: String
  let bytes: [UInt8]
  let others: any ProjectFiles

  func read(_ path: String, limit: Int) -> FileText {
    path == self.path ? bytes.count > limit ? .tooLarge : .bytes(bytes) : others.read(path, limit: limit)
  }
}
