import MLTBase
import SystemPackage
import TestSupport
import Testing

extension World {
  /// What `mlt repro` did.
  struct Repro {
    /// What became of each stage, in the order in which they were done.
    var outcomes: [(stage: String, outcome: String)]
    /// The reasons' texts, by stage.
    var reasons: [String: [String]]
    var printed: Printed

    /// Each stage with its outcome, as `name: outcome`.
    var lines: [String] { outcomes.map { "\($0.stage): \($0.outcome)" } }
    /// The stages that were run, in order.
    var ran: [String] { outcomes.filter { $0.outcome == "ran" }.map(\.stage) }
  }

  /// Runs `mlt repro OPTIONS --json`.
  @discardableResult
  func repro(
    _ options: String..., in place: FilePath? = nil, environment: [String: String] = [:], status: Int32 = 0,
    _ location: SourceLocation = #_sourceLocation
  ) throws -> Repro {
    let command = [World.program.string, "repro"] + options + ["--json"]
    let printed = try run(command, in: place, environment: environment)
    try #require(printed.status == status, "\(printed.stderr)\(printed.stdout)", sourceLocation: location)
    let stages = try #require(try JSON(parsing: printed.stdout)["stages"]?.array, sourceLocation: location)
    var result = Repro(outcomes: [], reasons: [:], printed: printed)
    for stage in stages {
      let name = try #require(stage["name"]?.string, sourceLocation: location)
      result.outcomes.append((name, stage["outcome"]?.string ?? stage["state"]?.string ?? ""))
      result.reasons[name] = stage["reasons"]?.array?.compactMap { $0["text"]?.string }
    }
    return result
  }

  /// Writes a pipeline of two stages, the second of which takes a parameter, and commits it.
  func makePipeline() throws {
    try write("raw.txt", "pear\napple\nfig\n")
    try write("clean.sh", "sort raw.txt > clean.txt\n")
    try write("count.sh", "head -n $(sed -n 's/rows: //p' params.yaml) clean.txt | wc -l > count.txt\n")
    try write("params.yaml", "rows: 2\nother: 1\n")
    try write(
      "mlt.yaml",
      """
      stages:
        count:
          cmd: sh count.sh
          deps: [clean.txt, count.sh]
          params: [rows]
          outs: [count.txt]
        clean:
          cmd: sh clean.sh
          deps: [raw.txt, clean.sh]
          outs: [clean.txt]

      """)
    try expectSuccess(mlt("add", "raw.txt"))
    try expectSuccess(shell("git add . && git commit -q -m pipeline"))
  }
}
