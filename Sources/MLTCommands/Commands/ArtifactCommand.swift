internal import ArgumentParser
internal import Journaling
internal import Lineage
internal import MLTBase

struct ArtifactCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "artifact",
    abstract: "Record files that the run that goes on made or read",
    discussion: """
      What a command reads and writes in the work tree is found out without this. It is for the rest: what another \
      machine made, a URI, a run that was started by hand ('mlt run start').

        mlt artifact model.pkl plots/
        mlt artifact --input s3://bucket/raw.parquet
        mlt artifact --run 3f2a report.html

      What was made is stored; what was read is stored if it is smaller than 'capture.inputLimit'.
      """)

  @Argument(help: "Files, folders or URIs", completion: .file())
  var files: [String]

  @Flag(name: .long, help: "They were read, not made")
  var input = false

  @OptionGroup var target: RunOption

  @Flag(name: .long, help: "Print JSON")
  var json = false

  func run() throws {
    let session = try Session()
    let workspace = try session.workspace()
    let run = try workspace.runSpeaking(target.run)
    let records = try session.telling(workspace) {
      try workspace.logger(of: run).log(files: files, areInputs: input)
    }
    if json {
      return try session.show(
        json: ["format": 1, "artifacts": .array(records.map { .object($0.fields) })], of: workspace)
    }
    let lines = records.map { "\(input ? "input" : "output")  \($0.content?.short ?? "-")  \($0.path)\n" }
    try session.show(lines.joined(), of: workspace)
  }
}
