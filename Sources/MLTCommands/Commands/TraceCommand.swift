internal import ArgumentParser
internal import Lineage
internal import MLTBase

struct TraceCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "trace",
    abstract: "Follow a file or run back to what it was made from, or on to what was made from it",
    discussion: """
      Upwards (the default): which run wrote it, what that run read, which run wrote that, back to the sources. With \
      --down: everything that was made from it.

        mlt trace models/model.pkl
        mlt trace data/raw.csv --down
        mlt trace models/model.pkl@3f2a --dot | dot -Tsvg > lineage.svg

      With --key: the predictions with a key, in the logs that 'mlt record log' knows, the latest first, and what made \
      the model of the first one.

        mlt trace --key 4711
        mlt trace --key 4711 --in 'predictions/*' --at 2026-11-20

      Behind an input stands how it is linked: nothing where the run that wrote it follows; 'copied from' another \
      path; 'changed outside mlt since' the run that wrote it last; 'git' for what the commit holds; 'added' by hand; \
      'source' if nobody knows. '[declared]' and '[compared]' mark links that were not observed. A run that would come \
      out differently now is marked 'stale', with the reason; so is one that read something old (setting 'stale.days').

      --list answers who is affected: the outputs with the components that wrote them, and who answers for those. It \
      is what a pattern, folder, commit, package or component is answered with, and what --since, --component and \
      --leaves choose from: what they leave out is passed through. '*' marks outputs of which the latest version is affected.

        mlt trace --down data/raw.csv --list
        mlt trace --down 'data/day=2026-11-*' --leaves
        mlt trace --down --commit 1a2b3c4 --component train
        mlt trace --down --package 'numpy>=2,<2.1' --since 2026-11-01

      Of a commit, those runs are affected that were made on it or read a file that it changed, as it left it.
      """)

  @Argument(
    help: "Path, PATH@RUN, run id, content id or URI; with --down also a pattern, a folder, a component or a commit",
    completion: .file())
  var pointer: String?

  @OptionGroup var prediction: PredictionOptions

  @Flag(name: .long, help: "Follow on to what was made from it")
  var down = false

  @Option(name: .long, help: "At most this many runs deep")
  var depth: Int?

  @Flag(name: .long, help: "With --down: list who is affected, instead of a tree")
  var list = false

  @Flag(name: .long, help: "With --down: only what nobody read further")
  var leaves = false

  @Option(
    name: .long, help: ArgumentHelp("With --down: only runs of this component (can be repeated)", valueName: "name"))
  var component: [String] = []

  @Option(
    name: .long,
    help: ArgumentHelp(
      "With --down: only runs that started since: a date, a date and time, or 3d, 12h ago", valueName: "time"))
  var since: TimeArgument?

  @Option(name: .long, help: ArgumentHelp("With --down: start from a commit", valueName: "commit"))
  var commit: String?

  @Option(
    name: .long,
    help: ArgumentHelp(
      "With --down: start from runs that loaded a package: NAME, NAME==1.2, 'NAME>=1,<2'", valueName: "package"))
  var package: String?

  @Option(
    name: .customLong("from-component"),
    help: ArgumentHelp("With --down: start from all runs of a component", valueName: "name"))
  var fromComponent: String?

  @Flag(name: .long, help: "Print a graph for Graphviz")
  var dot = false

  @Flag(name: .long, help: "Print a graph for Mermaid")
  var mermaid = false

  @Flag(name: .long, help: "Print JSON")
  var json = false

  /// Whether something is asked that a list answers.
  private var wantsList: Bool {
    list || leaves || !component.isEmpty || since != nil || pointer == nil
  }

  func validate() throws {
    if prediction.key != nil {
      if pointer != nil { throw ValidationError("--key takes no POINTER; name logs with --in") }
      let isOther = list || leaves || !component.isEmpty || since != nil || commit != nil || package != nil
      if down || dot || mermaid || depth != nil || isOther || fromComponent != nil {
        throw ValidationError("--key goes with --in, --at, --limit and --json alone")
      }
      return
    }
    if let depth, depth < 1 { throw ValidationError("--depth takes a number from 1 up") }
    if [dot, mermaid, json].filter({ $0 }).count > 1 {
      throw ValidationError("only one of --dot, --mermaid and --json can be given")
    }
    switch [pointer, commit, package, fromComponent].compactMap({ $0 }).count {
    case 0: throw ValidationError("name a file or run; with --down also '--commit', '--package' or '--from-component'")
    case 1: break
    default: throw ValidationError("only one of a pointer, --commit, --package and --from-component can be given")
    }
    if wantsList, !down { throw ValidationError("options that choose what was made from something go with '--down'") }
    if wantsList, dot || mermaid { throw ValidationError("--dot and --mermaid draw what a pointer alone names") }
  }

  func run() throws {
    let session = try Session()
    let workspace = try session.workspace()
    if prediction.key != nil { return try prediction.show(asJSON: json, session, workspace) }
    if wantsList { return try showAffected(session, workspace) }
    let pointer = pointer ?? ""
    let trace: Trace
    do {
      trace = try workspace.trace(TraceRequest(pointer: pointer, direction: down ? .down : .up, depth: depth))
    } catch WorkspaceError.unknownPointer where down && !dot && !mermaid {
      return try showAffected(session, workspace)
    }
    if json {
      try session.show(json: TraceJSON.json(trace), of: workspace)
    } else if dot {
      try session.show(TraceGraph(trace).dot, of: workspace)
    } else if mermaid {
      try session.show(TraceGraph(trace).mermaid, of: workspace)
    } else if session.terminal.pager != nil {
      try session.show(TraceRendering(trace, terminal: session.terminal).text, of: workspace, paged: true)
    } else {
      try TraceRendering(trace, terminal: session.terminal).write { try session.show($0) }
      session.tell(workspace)
    }
  }

  private func showAffected(_ session: Session, _ workspace: Workspace) throws {
    var request = DownstreamRequest(
      commit.map { .commit($0) } ?? package.map { .package($0) } ?? fromComponent.map { .component($0) }
        ?? .pointer(pointer ?? ""))
    request.since = since?.moment(now: session.context.clock.now())
    request.components = component
    request.leavesOnly = leaves
    request.depth = depth
    let found = try workspace.downstream(request)
    if json {
      try session.show(json: DownstreamRendering.json(found), of: workspace)
    } else {
      try session.show(DownstreamRendering.text(found, terminal: session.terminal), of: workspace, paged: true)
    }
  }
}
