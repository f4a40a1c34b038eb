internal import ArgumentParser
internal import Lineage
internal import LineageIndexing
internal import MLTBase

struct ParamCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "param",
    abstract: "Record parameters of the run that goes on, or show a run's",
    discussion: """
      Inside 'mlt run' no run need be named: MLT_RUN says which one it is. A parameter can't be changed once it is set; \
      saying the same again is no error. Of several at once, all are recorded or none.

        mlt param depth=5 'loss=squared error'
        mlt param --run 3f2a
        mlt param --run 3f2a depth

      'mlt run --params FILE' records what a file in YAML, JSON, TOML or Python holds.
      """)

  @Argument(help: "Parameters to record (KEY=VALUE) or to show (KEY); none to show all")
  var parameters: [String] = []

  @OptionGroup var target: RunOption

  @Flag(name: .long, help: "Print JSON: the parameters that there are afterwards")
  var json = false

  func validate() throws {
    let count = parameters.filter { $0.contains("=") }.count
    if count != 0, count != parameters.count { throw ValidationError("give parameters to record or to show, not both") }
    _ = try pairs()
  }

  func run() throws {
    let session = try Session()
    let workspace = try session.workspace()
    let run = try workspace.runSpeaking(target.run)
    var values = LoggedValues()
    values.parameters = try pairs()
    if !values.parameters.isEmpty { try workspace.logger(of: run).log(values) }
    let known = try workspace.parameters(of: run)
    if json {
      return try session.show(json: ["format": 1, "params": RunRendering.json(known)], of: workspace)
    }
    if !values.parameters.isEmpty { return session.tell(workspace) }
    for name in parameters where known[name] == nil { throw LoggingError.unsetParameter(name, run) }
    let shown = parameters.isEmpty ? known : known.filter { parameters.contains($0.key) }
    if parameters.count == 1, let value = shown.first?.value {
      return try session.show(value + "\n", of: workspace)
    }
    let lines = shown.sorted { $0.key < $1.key }.map { RunRendering.pairs([$0.key: $0.value]) + "\n" }
    try session.show(lines.joined(), of: workspace)
  }

  private func pairs() throws -> [String: String] {
    var values: [String: String] = [:]
    for parameter in parameters where parameter.contains("=") {
      let parts = parameter.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
      if parts[0].isEmpty { throw ValidationError("a parameter is KEY=VALUE, not '\(parameter)'") }
      if values.updateValue(parts[1], forKey: parts[0]) != nil {
        throw ValidationError("parameter '\(parts[0])' is given twice")
      }
    }
    return values
  }
}

/// The run that a command speaks of.
struct RunOption: ParsableArguments {
  @Option(
    name: .customLong("run"),
    help: ArgumentHelp("The run (default: the one that this is a part of, MLT_RUN)", valueName: "pointer"))
  var run: String?
}
