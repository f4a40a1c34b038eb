internal import ArgumentParser
internal import Lineage
internal import MLTBase
internal import Pipelines

struct StageCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "stage",
    abstract: "List, declare and draw the stages of 'mlt.yaml' or 'dvc.yaml'",
    discussion: """
        mlt stage list
        mlt stage add -n train -d train.py -d data/features.csv -p depth -o model.pkl -- python train.py
        mlt stage add --from-run model.pkl
        mlt stage graph --mermaid
      """,
    subcommands: [StageListCommand.self, StageAddCommand.self, StageGraphCommand.self],
    defaultSubcommand: StageListCommand.self)
}

struct StageListCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "List stages with what they are for, in the order in which they run")

  @Flag(name: [.short, .long], help: "Show commands, dependencies, parameters and outputs")
  var verbose = false

  @Flag(name: .long, help: "Print JSON")
  var json = false

  @Argument(help: "Names, pipeline files or outputs of stages (default: all stages)")
  var stages: [String] = []

  func run() throws {
    let session = try Session()
    let (workspace, project, order) = try session.stages(StageSelection(stages, reach: .alone))
    let found = order.compactMap { project.graph[$0] }
    if json {
      return try session.show(
        json: ["format": 1, "stages": .array(found.map { StageListing.json($0, project.graph) })], of: workspace)
    }
    let lines = verbose ? found.flatMap(StageListing.lines) : Formatting.table(found.map(StageListing.row))
    try session.show(lines.map { $0 + "\n" }.joined(), of: workspace)
  }
}

struct StageAddCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "add",
    abstract: "Declare a stage in the pipeline file of the current folder",
    discussion: """
      The stage is written into 'mlt.yaml' (or 'dvc.yaml', where there is only that); all else in the file stays as it is. \
      Paths are taken from the current folder, or from --wdir. The options are those of 'dvc stage add'.

        mlt stage add -n features -d features.py -d data/raw.csv -o data/features.csv -- python features.py
        mlt stage add -n train -d train.py -p train.depth,seed -o model.pkl -M metrics.json -- python train.py

      With --from-run the stage is what a recorded run shows: its command, all that it read and all that it wrote. RUN \
      is a run or something that it made.

        mlt run -- python train.py
        mlt stage add --from-run model.pkl
      """)

  @Option(name: [.short, .long], help: "The stage's name (with --from-run: default the component's)")
  var name: String?

  @Option(name: .customLong("from-run"), help: ArgumentHelp("Declare what a recorded run shows", valueName: "run"))
  var source: String?

  @Option(name: [.customShort("d"), .customLong("deps")], help: ArgumentHelp("Dependency", valueName: "path"))
  var dependencies: [String] = []

  @Option(
    name: [.customShort("p"), .customLong("params")],
    help: ArgumentHelp("Parameters; of a file without keys all count", valueName: "[file:]key,…"))
  var parameters: [String] = []

  @Option(name: [.customShort("o"), .customLong("outs")], help: ArgumentHelp("Output", valueName: "path"))
  var outputs: [String] = []

  @Option(
    name: [.customShort("O"), .customLong("outs-no-cache")], help: ArgumentHelp("Output left to git", valueName: "path")
  )
  var plainOutputs: [String] = []

  @Option(
    name: .customLong("outs-persist"),
    help: ArgumentHelp("Output that stays in place when the stage runs", valueName: "path"))
  var persistentOutputs: [String] = []

  @Option(name: [.customShort("m"), .long], help: ArgumentHelp("Metrics file", valueName: "path"))
  var metrics: [String] = []

  @Option(
    name: [.customShort("M"), .customLong("metrics-no-cache")],
    help: ArgumentHelp("Metrics file left to git", valueName: "path"))
  var plainMetrics: [String] = []

  @Option(name: .long, help: ArgumentHelp("File to plot", valueName: "path"))
  var plots: [String] = []

  @Option(name: .customLong("plots-no-cache"), help: ArgumentHelp("File to plot, left to git", valueName: "path"))
  var plainPlots: [String] = []

  @Option(name: [.short, .long], help: ArgumentHelp("Folder that the command runs in", valueName: "folder"))
  var wdir: String?

  @Option(name: .customLong("desc"), help: ArgumentHelp("What the stage is for", valueName: "text"))
  var summary: String?

  @Flag(name: .customLong("always-changed"), help: "Run the stage whenever it is asked for")
  var isAlwaysChanged = false

  @Flag(name: [.short, .long], help: "Replace a stage of that name")
  var force = false

  @Argument(parsing: .captureForPassthrough, help: "The command, best behind '--'", completion: .file())
  var command: [String] = []

  private var words: [String] { command.first == "--" ? Array(command.dropFirst()) : command }

  func validate() throws {
    if let first = command.first, first.hasPrefix("-"), first != "--" {
      if ["-h", "--help"].contains(first) { throw CleanExit.helpRequest(self) }
      throw ValidationError("unknown option '\(first)'; put a command of that name behind '--'")
    }
    if source != nil {
      if !words.isEmpty { throw ValidationError("option '--from-run' takes the run's command, no other") }
      return
    }
    if name == nil { throw ValidationError("option '--name' is missing") }
    if words.isEmpty { throw ValidationError("no command given; put it behind '--'") }
  }

  func run() throws {
    let session = try Session()
    let workspace = try session.workspace()
    var draft =
      if let source {
        try workspace.draft(fromRun: source, name: name)
      } else {
        StageDraft(name: name ?? "", commands: [words.count == 1 ? words[0] : Formatting.command(words)])
      }
    if let wdir { draft.folder = wdir }
    draft.description = summary
    draft.isAlwaysChanged = isAlwaysChanged
    draft.dependencies += dependencies
    draft.parameters += parameters.map(Self.parameters)
    draft.outputs += outputs.map { StageDraft.Output(path: $0) }
    draft.outputs += plainOutputs.map { StageDraft.Output(path: $0, isStored: false) }
    draft.outputs += persistentOutputs.map { StageDraft.Output(path: $0, persists: true) }
    draft.outputs += metrics.map { StageDraft.Output(path: $0, kind: .metrics) }
    draft.outputs += plainMetrics.map { StageDraft.Output(path: $0, kind: .metrics, isStored: false) }
    draft.outputs += plots.map { StageDraft.Output(path: $0, kind: .plots) }
    draft.outputs += plainPlots.map { StageDraft.Output(path: $0, kind: .plots, isStored: false) }
    let stage = try workspace.declare(draft, replacing: force)
    try session.show(
      "declared '\(stage.id.name)' in \(stage.id.file):\n" + StageListing.lines(stage).map { $0 + "\n" }.joined(),
      of: workspace)
  }

  // As DVC has it: `file:key,key`, `file:` for all of one, keys alone for those of `params.yaml`.
  private static func parameters(_ text: String) -> StageDraft.Parameters {
    guard let colon = text.lastIndex(of: ":") else {
      return StageDraft.Parameters(file: nil, keys: text.split(separator: ",").map(String.init))
    }
    return StageDraft.Parameters(
      file: String(text[..<colon]), keys: text[text.index(after: colon)...].split(separator: ",").map(String.init))
  }
}

struct StageGraphCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "graph",
    abstract: "Draw which stages depend on which",
    discussion: """
      As text each stage stands below one that it depends on. --dot and --mermaid print the languages of Graphviz and of \
      Markdown pages.

        mlt stage graph
        mlt stage graph --dot | dot -Tsvg > pipeline.svg
      """)

  @Flag(name: .long, help: "Print the graph for Graphviz")
  var dot = false

  @Flag(name: .long, help: "Print the graph for Mermaid")
  var mermaid = false

  @Flag(name: .long, help: "Print JSON")
  var json = false

  @Argument(help: "Only these stages and what they depend on")
  var stages: [String] = []

  func validate() throws {
    if [dot, mermaid, json].count(where: { $0 }) > 1 {
      throw ValidationError("options '--dot', '--mermaid' and '--json' exclude each other")
    }
  }

  func run() throws {
    let session = try Session()
    let (workspace, project, order) = try session.stages(StageSelection(stages))
    let drawing = StageDrawing(project.graph, order)
    if json { return try session.show(json: drawing.json, of: workspace) }
    try session.show(dot ? drawing.dot : mermaid ? drawing.mermaid : drawing.text, of: workspace)
  }
}
