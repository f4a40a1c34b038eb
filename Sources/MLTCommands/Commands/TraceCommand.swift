internal import ArgumentParser
internal import Lineage
internal import MLTBase

struct TraceCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "trace",
    abstract: "Follow a file or run back to what it was made from",
    discussion: """
      Upwards (the default): which run wrote it, what that run read, which run wrote that, back to the sources. With \
      --down: everything that was made from it.

        mlt trace models/model.pkl
        mlt trace data/raw.csv --down
        mlt trace models/model.pkl@3f2a --dot | dot -Tsvg > lineage.svg

      Behind an input stands how it is linked: nothing where the run that wrote it follows; 'copied from' another \
      path; 'changed outside mlt since' the run that wrote it last; 'git' for what the commit holds; 'added' by hand; \
      'source' if nobody knows. '[declared]' and '[compared]' mark links that were not observed.
      """)

  @Argument(help: "Path, PATH@RUN, run id, content id or URI", completion: .file())
  var pointer: String

  @Flag(name: .long, help: "Follow on to what was made from it")
  var down = false

  @Option(name: .long, help: "At most this many runs deep")
  var depth: Int?

  @Flag(name: .long, help: "Print a graph for Graphviz")
  var dot = false

  @Flag(name: .long, help: "Print a graph for Mermaid")
  var mermaid = false

  @Flag(name: .long, help: "Print JSON")
  var json = false

  func validate() throws {
    if let depth, depth < 1 { throw ValidationError("--depth takes a number from 1 up") }
    if [dot, mermaid, json].filter({ $0 }).count > 1 {
      throw ValidationError("only one of --dot, --mermaid and --json can be given")
    }
  }

  func run() throws {
    let session = try Session()
    let workspace = try session.workspace()
    let trace = try workspace.trace(
      TraceRequest(pointer: pointer, direction: down ? .down : .up, depth: depth))
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
}
