internal import ArgumentParser
internal import Journaling
internal import Lineage
internal import MLTBase

struct EnvCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "env",
    abstract: "Print the packages that a run used, as a requirements file",
    discussion: """
      Only the Python distributions that the run really imported, with their versions. Other systems' packages and \
      the machine are given in comments.

        mlt env 3f2a > requirements.txt
        mlt env models/model.pkl
      """)

  @Argument(help: "Run, or a file that a run made", completion: .file())
  var pointer: String

  @Flag(name: .long, help: "Print JSON")
  var json = false

  func run() throws {
    let session = try Session()
    let workspace = try session.workspace()
    let (run, environment) = try workspace.environment(of: pointer)
    if json {
      try session.show(
        json: ["format": 1, "run": .string(run.hex), "environment": .object(environment.fields)], of: workspace)
      return
    }
    var lines = ["# packages of run \(run.short)"]
    for interpreter in environment.interpreters { lines.append("# \(interpreter.name) \(interpreter.version)") }
    if let system = environment.machine["os"] { lines.append("# \(system)") }
    for package in environment.packages where package.system != "python" {
      lines.append("# \(package.system): \(package.name) \(package.version)")
    }
    for package in environment.packages where package.system == "python" {
      lines.append(package.version.isEmpty ? package.name : "\(package.name)==\(package.version)")
    }
    try session.show(lines.map { $0 + "\n" }.joined(), of: workspace)
  }
}
