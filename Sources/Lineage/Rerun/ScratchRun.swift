internal import Journaling
internal import LineageIndexing
internal import MLTBase
internal import ObjectStorage
internal import SystemPackage

/// Runs a recorded command in a scratch folder, as a traced run there.
struct ScratchRun {
  private let plan: RerunPlan
  private let recorded: RunEnvironment
  private let request: RunRequest
  private let input: FilePath?
  private let output: FilePath?
  /// The workspace of the scratch folder.
  let workspace: Workspace

  /// Whether the command's standard input held something that it can't be given.
  var lacksInput: Bool { input == nil && (plan.run.streams.input != nil || plan.doubts.contains(.piped)) }

  /// Makes the folder's own `.mlt`.
  init(
    _ original: Workspace, _ folder: ScratchFolder, _ plan: RerunPlan, _ recorded: RunEnvironment,
    python: VirtualEnvironment?, relocates: Bool
  ) throws {
    self.plan = plan
    self.recorded = recorded
    let directory = try folder.file(at: plan.run.directory) ?? folder.root
    // One that was left out is as good as none.
    input = try folder.file(at: plan.run.streams.input).flatMap { try FileStatus(at: $0) == nil ? nil : $0 }
    output = try folder.file(at: plan.run.streams.output)
    var context = original.context
    context.directory = directory
    let variables = try ScratchVariables(original, folder.root, directory, recorded, python)
    variables.apply(to: &context)
    workspace = try Workspace.makeScratch(context, at: folder.root, isGit: plan.commit != nil)
    let names = WorkTreeName(original.root)
    request = RunRequest(
      arguments: plan.run.command.enumerated().map { position, text in
        // An argument that isn't UTF-8 was quoted to be text.
        let quoted = text.first == "\"" ? PathText.decode(text) : nil
        let bytes = quoted.flatMap { String(validating: $0, as: UTF8.self) == nil ? $0 : nil } ?? Array(text.utf8)
        if position == 0, let replacement = python?.interpreter(for: text, recorded, original) {
          return replacement.bytes
        }
        return relocates ? names.replaced(by: folder.root, in: bytes) : bytes
      }, component: plan.run.component, parameters: plan.run.parameters, isSigned: false)
  }

  /// What the command would stand on that the run hadn't stood on.
  func changes() throws -> [RunReplicated.Change] {
    var found: [RunReplicated.Change] = []
    func take(_ kind: String, _ change: RerunReason.Change) {
      found.append(RunReplicated.Change(kind: kind, name: change.name, before: change.before, now: change.now))
    }
    let comparison = try EnvironmentComparison(workspace, program: plan.run.command.first ?? "")
    _ = comparison.compare(recorded) { reason in
      switch reason {
      case .variable(let change): take("variable", change)
      case .machine(let change): take("machine", change)
      case .interpreter(let change): take("interpreter", change)
      case .package(let change): take("package", change)
      default: break
      }
      return true
    }
    let facts = Machine.facts()
    let said = Set(found.filter { $0.kind == "machine" }.map(\.name))
    for (name, before) in recorded.machine where facts[name] != before && !said.contains(name) {
      found.append(RunReplicated.Change(kind: "machine", name: name, before: before, now: facts[name]))
    }
    if let gpu = facts["gpu"], recorded.machine["gpu"] == nil, !recorded.machine.isEmpty {
      found.append(RunReplicated.Change(kind: "machine", name: "gpu", before: nil, now: gpu))
    }
    return found.sorted { ($0.kind, $0.name) < ($1.kind, $1.name) }
  }

  /// Runs the command, and waits for its end.
  ///
  /// This process's standard streams are the command's meanwhile: its output goes to stderr, since stdout is for what comes
  /// of it.
  ///
  /// - Throws: ``RerunError/programMissing(_:_:)``; `StorageError.cancelled` if somebody interrupted it.
  func run(timeout: Duration?) throws -> RunReport {
    var request = request
    request.directory = workspace.context.directory
    request.timeout = timeout
    request.redirectedInput = input
    request.redirectedOutput = output
    let streams = try RedirectedStreams(input: input, output: output, isAppending: plan.run.streams.isAppending)
    defer { streams.restore() }
    let report: RunReport
    do {
      report = try workspace.run(request)
    } catch WorkspaceError.commandNotStarted(let program, _) {
      throw RerunError.programMissing(program, plan.run.id)
    }
    if report.status == .interrupted { throw StorageError.cancelled }
    return report
  }
}
