internal import Journaling
internal import Lineage
internal import LineageIndexing
internal import MLTBase
internal import SystemPackage

/// How it reads what is done to make runs again, and what comes of it.
enum RerunText {
  /// How many outputs of a run are listed.
  private static let listed = 20

  // MARK: Meanwhile

  /// The lines for stderr.
  static func lines(of news: RerunNews) -> [String] {
    switch news {
    case .makingEnvironment(let packages):
      return ["mlt: makes a virtual environment with \(Formatting.count(packages, "package"))"]
    case .running(let plan, let time, let count, let folder):
      var line = "mlt: makes \(Formatting.firstLine(plan.run.component)) \(plan.run.id.short) again"
      if count > 1 { line += ", \(time) of \(count)" }
      let doubts = time == 1 ? plan.doubts : []
      return doubts.map { "warning: run \(plan.run.id.short): \(text(of: $0))" } + ["\(line) in '\(folder.string)'"]
    case .changes(let changes, let plan):
      return changes.prefix(20).map { "warning: run \(plan.run.id.short): \(ReplicationText.text(of: $0))" }
        + (changes.count > 20 ? ["warning: and \(changes.count - 20) more"] : [])
    }
  }

  /// What may make a run come out otherwise, as a phrase.
  static func text(of doubt: RerunDoubt) -> String {
    switch doubt {
    case .commitGone(let commit):
      "git has no commit \(commit.prefix(10)) any more; only what the run read is laid out"
    case .notObserved: "its file accesses weren't followed, so that inputs may be missing"
    case .network(let address): "it used the network (\(address)), which may answer otherwise now"
    case .piped: "its standard input held what isn't recorded; it gets none"
    case .unknownInput(let path): "what its input '\(path)' held isn't recorded"
    case .outsideChanged(let path): "its input '\(path)', outside the work tree, isn't what it was"
    case .failed(let exit): "it had failed, with exit status \(exit)"
    case .credential(let name): "its variable \(name) held a credential, which isn't recorded; it gets today's"
    case .hazard(let hazard): HazardText.of(hazard)
    }
  }

  /// What speaks against making a run again, as a phrase.
  static func text(of obstacle: RerunObstacle) -> String {
    switch obstacle {
    case .commandNamesWorkTree(let argument):
      "its command leads into the work tree: '\(Formatting.firstLine(argument))'"
    case .inputInWorkTree(let path): "its input '\(path)' lies in the work tree under an absolute path"
    case .textNamesWorkTree(let path): "the text of its input '\(path)' names the work tree by an absolute path"
    case .linkIntoWorkTree(let path): "the symbolic link '\(path)' leads into the work tree by an absolute path"
    case .writesOutside(let path): "it writes '\(path)', outside the work tree"
    case .missingInput(let path): "the bytes of its input '\(path)' aren't to be had"
    case .unsafePath(let path): "its record names '\(path)', which can't lie in a work tree"
    case .missingCommit(let commit):
      "git has no commit \(commit.prefix(10)), and its file accesses weren't followed"
    }
  }

  // MARK: What came of it

  static func text(_ report: RerunReport, terminal: Terminal) -> String {
    var out = StyledText(colour: terminal.hasColour)
    for (number, result) in report.results.enumerated() {
      if number > 0 { out.line("") }
      let run = result.plan.run
      out.line(
        out.styled("run \(run.id.short)", .yellow)
          + "  \(run.component)  \(Formatting.fit(Formatting.firstLine(RunRendering.command(run.command)), terminal.width.map { max(20, $0 - 30) }))"
      )
      let times = result.fact?.times ?? 1
      // Of many, those that came out otherwise are what is looked for.
      let others = result.outputs.filter { $0.verdict != .same }
      let shown = result.outputs.count <= listed ? result.outputs[...] : others.prefix(listed)
      for line in Formatting.table(
        shown.map { ["  " + out.styled($0.path, .cyan), ReplicationText.text(of: $0, times: times)] })
      { out.line(line) }
      if others.count > shown.count { out.line("  and \(others.count - shown.count) more") }
      if result.outputs.count > listed, others.count < result.outputs.count {
        out.line("  \(Formatting.count(result.outputs.count - others.count, "output")) the same")
      }
      for path in result.touched.prefix(5) {
        out.line(out.styled("  touched the work tree: \(path)", .red))
      }
      out.line("  " + verdict(result, out))
    }
    for folder in report.folders { out.line("kept \(folder.string)") }
    return out.text
  }

  private static func verdict(_ result: RerunReport.Result, _ out: StyledText) -> String {
    if let lacking = result.lacking {
      return out.styled("not made again", .red) + ": '\(lacking)', which it reads, wasn't made again or isn't here"
    }
    guard let fact = result.fact else {
      return result.outputs.isEmpty
        ? out.styled("not made again", .red)
        : out.styled("not comparable", .red) + ": what its outputs had held isn't known"
    }
    let word =
      fact.isReplicable
      ? "replicable"
        + (fact.differing == 0 || fact.tolerance == nil ? "" : " within \(ReplicationText.number(fact.tolerance ?? 0))")
      : "not replicable"
    var text =
      out.styled(word, fact.isReplicable ? .green : .red)
      + ": \(ReplicationText.summary(fact)), \(Formatting.duration(result.wall))"
    if !fact.upstream.isEmpty {
      text += ", from what \(fact.upstream.map(\.short).joined(separator: ", ")) made this time"
    }
    if !result.isRecorded { text += " (not recorded)" }
    return text
  }

  static func json(_ report: RerunReport) -> JSONObject {
    [
      "format": 1, "same": .bool(report.isSame), "artifact": report.artifact.map { .string($0.path) } ?? .null,
      "runs": .array(
        report.results.map { result in
          var fields = result.fact?.fields ?? ["run": .string(result.plan.run.id.hex)]
          fields["component"] = .string(result.plan.run.component)
          fields["replicable"] = .bool(result.fact?.isReplicable ?? false)
          fields["outputs"] = .array(result.outputs.map { .object($0.fields) })
          fields["lacking"] = result.lacking.map { .string($0) } ?? .null
          fields["touched"] = .array(result.touched.map { .string($0) })
          fields["recorded"] = .bool(result.isRecorded)
          fields["wall"] = .int(result.wall)
          return .object(fields)
        }),
      "folders": .array(report.folders.map { .string($0.string) }),
    ]
  }

  // MARK: What would be done

  static func text(_ plans: [RerunPlan], terminal: Terminal) -> String {
    var out = StyledText(colour: terminal.hasColour)
    for (number, plan) in plans.enumerated() {
      let run = plan.run
      if number > 0 { out.line("") }
      out.line(out.styled("run \(run.id.short)", .yellow) + "  \(run.component)")
      var rows = [["command", Formatting.firstLine(RunRendering.command(run.command))]]
      if run.directory != "." { rows.append(["in", run.directory]) }
      if let input = run.streams.input { rows.append(["stdin", input]) }
      if let output = run.streams.output { rows.append(["stdout", output]) }
      rows.append(["commit", plan.commit.map { String($0.prefix(10)) } ?? "none"])
      let counts = Dictionary(grouping: plan.inputs, by: { word($0.source) }).sorted { $0.key < $1.key }
      let sources = counts.map { "\($0.value.count) \($0.key)" }.joined(separator: ", ")
      rows.append(["inputs", plan.inputs.isEmpty ? "none" : sources])
      rows.append(["outputs", "\(plan.outputs.count)"])
      if !plan.upstream.isEmpty { rows.append(["after", plan.upstream.map(\.short).joined(separator: ", ")]) }
      if !plan.within.isEmpty { rows.append(["with", plan.within.map(\.short).joined(separator: ", ")]) }
      for row in Formatting.table(rows) { out.line("  " + row) }
      for doubt in plan.doubts { out.line("  " + out.styled("warning", .yellow) + ": \(text(of: doubt))") }
      for obstacle in plan.obstacles { out.line("  " + out.styled("in the way", .red) + ": \(text(of: obstacle))") }
    }
    return out.text
  }

  private static func word(_ source: RerunPlan.Source) -> String {
    switch source {
    case .commit: "from the commit"
    case .store: "from the store"
    case .git: "from git"
    case .workTree: "from the work tree"
    case .rerun: "made again"
    case .outside: "outside"
    case .absent: "missing here"
    case .unknown: "unknown"
    }
  }

  static func json(_ plans: [RerunPlan]) -> JSONObject {
    [
      "format": 1,
      "runs": .array(
        plans.map { plan in
          [
            "run": .string(plan.run.id.hex), "component": .string(plan.run.component),
            "command": .array(plan.run.command.map { .string($0) }), "directory": .string(plan.run.directory),
            "streams": .object(plan.run.streams.fields), "commit": plan.commit.map { .string($0) } ?? .null,
            "inputs": .array(
              plan.inputs.map { input in
                var fields = input.artifact.fields
                fields["from"] = .string(key(input.source))
                if case .rerun(let run) = input.source { fields["run"] = .string(run.hex) }
                return .object(fields)
              }),
            "outputs": .array(plan.outputs.map { .object($0.fields) }),
            "upstream": .array(plan.upstream.map { .string($0.hex) }),
            "within": .array(plan.within.map { .string($0.hex) }),
            "obstacles": .array(plan.obstacles.map { .string(text(of: $0)) }),
            "warnings": .array(plan.doubts.map { .string(text(of: $0)) }),
          ]
        }),
    ]
  }

  private static func key(_ source: RerunPlan.Source) -> String {
    switch source {
    case .commit: "commit"
    case .store: "store"
    case .git: "git"
    case .workTree: "work-tree"
    case .rerun: "rerun"
    case .outside: "outside"
    case .absent: "absent"
    case .unknown: "unknown"
    }
  }
}
