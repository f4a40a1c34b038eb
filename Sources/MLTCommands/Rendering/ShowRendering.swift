internal import Journaling
internal import Lineage
internal import LineageIndexing
internal import MLTBase

/// How a run's and an artifact's details read.
enum ShowRendering {
  static func text(_ report: ShowReport, terminal: Terminal) -> String {
    switch report {
    case .run(let details): text(details, terminal: terminal)
    case .artifact(let details): text(details, terminal: terminal)
    }
  }

  // MARK: Runs

  private static func text(_ details: RunDetails, terminal: Terminal) -> String {
    let run = details.run
    var out = StyledText(colour: terminal.hasColour)
    out.line(out.styled("run \(run.id.hex)", .yellow))
    var rows = [["component", run.component]]
    if let name = run.name { rows.append(["name", name]) }
    if let experiment = run.experiment { rows.append(["experiment", experiment]) }
    // A run of another tool's has none that is known.
    if !run.command.isEmpty || run.origin == nil { rows.append(["command", RunRendering.command(run.command)]) }
    if run.directory != "." { rows.append(["in", run.directory]) }
    rows.append(["started", Formatting.time(run.started)])
    let outcome = RunRendering.outcome(run.status, run.exit)
    let length = run.usage.map { " after " + Formatting.duration($0.wall) } ?? ""
    rows.append(["ended", outcome + length])
    if let git = Formatting.git(run.git) { rows.append(["git", git]) }
    if let remote = run.git?.remote { rows.append(["remote", remote]) }
    // Of runs of other tools' nobody may know.
    if !run.user.isEmpty || !run.host.isEmpty {
      rows.append(["by", run.host.isEmpty ? run.user : "\(run.user) on \(run.host)"])
    }
    if let origin = run.origin { rows.append(["imported", "from \(origin.tool), run \(origin.id)"]) }
    if let parent = run.parent { rows.append(["within", parent.short]) }
    if !details.children.isEmpty {
      rows.append(["child runs", details.children.map(\.short).joined(separator: ", ")])
    }
    if !run.parameters.isEmpty { rows.append(["params", RunRendering.pairs(run.parameters)]) }
    if !run.tags.isEmpty { rows.append(["tags", RunRendering.pairs(run.tags)]) }
    if !details.labels.isEmpty { rows.append(["labels", LabelRendering.line(details.labels, out)]) }
    for model in details.models { rows.append(["model", ModelRendering.line(model)]) }
    if let evidence = run.evidence { rows.append(["evidence", evidence.rawValue]) }
    if !details.signingKeys.isEmpty {
      rows.append(["signed by", details.signingKeys.joined(separator: ", ") + " (unchecked: 'mlt verify' checks)"])
    }
    if let usage = run.usage {
      rows.append([
        "usage",
        "\(Formatting.duration(usage.user)) user, \(Formatting.duration(usage.system)) system, "
          + "\(Formatting.size(usage.memory)) memory",
      ])
    }
    for row in Formatting.table(rows) { out.line(row) }
    section("note", lines(run.note), &out)
    section(
      "metrics",
      Formatting.table(run.metricsLatest.sorted { $0.key < $1.key }.map { [$0.key, Formatting.number($0.value)] }), &out
    )
    section(
      "inputs",
      details.inputs.map { edge in
        let maker = edge.producer.map { "from \($0.short)" } ?? ""
        let origin = RunRendering.origin(edge, component: { _ in nil }, out)
        return [RunRendering.artifact(edge.input, out, flags: details.flags), maker, origin].filter { !$0.isEmpty }
          .joined(separator: "  ")
      }, &out)
    section("outputs", details.outputs.map { RunRendering.artifact($0, out, flags: details.flags) }, &out)
    section("removed", run.removed, &out)
    section("stale", StalenessText.lines(of: details.staleness), &out)
    let checks = zip(Formatting.table(details.checks.map(CheckText.row)), details.checks)
    section(
      "checks",
      checks.flatMap { row, check in
        [check.fact.hasFailed ? out.styled(row, .red) : row] + CheckText.output(check.fact).map { "  " + $0 }
      }, &out)
    section("made again", details.replications.flatMap { ReplicationText.lines(of: $0.fact, at: $0.at, out) }, &out)
    section("warnings", run.hazards.map(HazardText.of), &out)
    section("environment", environment(details.environment), &out)
    return out.text
  }

  private static func section(_ title: String, _ lines: [String], _ out: inout StyledText) {
    if lines.isEmpty { return }
    out.section(out.styled(title, .bold))
    for line in lines { out.line("  " + line) }
  }

  private static func lines(_ note: String?) -> [String] {
    note?.split(separator: "\n", omittingEmptySubsequences: false).map(String.init) ?? []
  }

  private static func environment(_ environment: RunEnvironment?) -> [String] {
    guard let environment else { return [] }
    var lines = environment.interpreters.map { "\($0.name) \($0.version)  \($0.path)" }
    let packages = environment.packages.map { "\($0.name) \($0.version)" }
    if !packages.isEmpty { lines.append(packages.joined(separator: ", ")) }
    let machine = environment.machine
    let parts = [
      machine["os"], machine["kernel"].map { "kernel \($0)" }, machine["cpu"],
      machine["cores"].map { "\($0) cores" }, machine["memory"].flatMap { Int64($0) }.map { Formatting.size($0) },
      machine["gpu"],
    ]
    let text = parts.compactMap { $0 }.joined(separator: ", ")
    if !text.isEmpty { lines.append(text) }
    return lines + environment.variables.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
  }

  // MARK: Artifacts

  private static func text(_ details: ArtifactDetails, terminal: Terminal) -> String {
    let artifact = details.target.artifact
    var out = StyledText(colour: terminal.hasColour)
    out.line(out.styled(artifact.path, .cyan))
    var rows = [["is", version(details.target.version)]]
    if let content = artifact.content { rows.append(["content", content.hex]) }
    if artifact.kind != .uri {
      let files = artifact.count.map { ", " + Formatting.count(Int($0), "file") } ?? ""
      rows.append([
        artifact.kind.rawValue, Formatting.size(artifact.size) + files + (artifact.isExecutable ? ", executable" : ""),
      ])
    }
    let whereabouts =
      details.isStored
      ? "in the store"
      : details.purgedFor.map { "purged, on account of label '\($0)'" }
        ?? (artifact.isInGit ? "in git" : "not stored")
    rows.append(["bytes", whereabouts])
    if !details.labels.isEmpty { rows.append(["labels", LabelRendering.line(details.labels, out)]) }
    for model in details.models { rows.append(["model", ModelRendering.line(model)]) }
    if let locked = details.locked {
      let same = locked.content == artifact.content || locked.path.text != artifact.path
      rows.append(["mlt.lock", same ? "tracked" : "has \(locked.content.short)"])
    }
    if !details.annotations.tags.isEmpty { rows.append(["tags", RunRendering.pairs(details.annotations.tags)]) }
    if let superseded = details.maker?.staleness.supersededBy {
      rows.append(["newer", "run \(superseded.short) has since written it"])
    }
    let flag = details.annotations.flag
    if let flag { rows.append(["flagged", ChangeRendering.flagText(flag)]) }
    for (number, row) in Formatting.table(rows).enumerated() {
      out.line(flag != nil && number == rows.count - 1 ? out.styled(row, .red) : row)
    }
    section("note", lines(details.annotations.note), &out)
    section(
      "came from",
      details.origins.map { edge in
        let origin = RunRendering.origin(edge, component: { _ in nil }, out)
        return [edge.producer.map { "run \($0.short)" } ?? "", origin].filter { !$0.isEmpty }.joined(separator: "  ")
      }, &out)
    section(
      "suspect",
      details.failedChecks.map { check in
        let run = details.maker.map { "run \($0.run.short)" } ?? "its run"
        return out.styled("\(run): \(CheckText.failure(check.fact))", .red)
      }, &out)
    section("stale", details.maker.map { StalenessText.lines(of: $0.staleness) } ?? [], &out)
    section(
      "versions of \(artifact.path)",
      Formatting.table(
        details.versions.map { writing in
          [
            writing.artifact.content?.short ?? "", Formatting.size(writing.artifact.size),
            Formatting.time(writing.ended), "run \(writing.run.short)",
          ] + ChangeRendering.marks(writing.artifact, details.flags)
        }), &out)
    section(
      "read by",
      Formatting.table(details.readers.map { ["run \($0.run.short)", Formatting.time($0.started), $0.artifact.path] }),
      &out)
    section("holds", details.children.map { RunRendering.artifact($0, out, flags: details.flags) }, &out)
    return out.text
  }

  private static func version(_ version: ArtifactTarget.Version) -> String {
    switch version {
    case .present: "what stands in the work tree"
    case .locked: "what mlt.lock says; nothing stands in the work tree"
    case .recorded: "what was recorded last; nothing stands in the work tree"
    case .ofRun(let run): "what run \(run.short) read or wrote"
    case .ofCommit(let commit): "what commit \(commit.prefix(10)) has"
    case .added(let moment): "what was added \(Formatting.time(moment))"
    case .content: "a content, by its id"
    }
  }

  // MARK: JSON

  static func json(_ report: ShowReport) -> JSONObject {
    switch report {
    case .run(let details):
      var run = RunRendering.json(details.run)
      run["inputs"] = .array(details.inputs.map { RunRendering.json($0, details.flags) })
      run["outputs"] = .array(details.outputs.map { .object(RunRendering.json($0, details.flags)) })
      run["environment"] = .object(details.environment?.fields ?? JSONObject())
      run["children"] = .array(details.children.map { .string($0.hex) })
      run["stale"] = StalenessText.json(details.staleness)
      run["checks"] = .array(details.checks.map(CheckText.json))
      run["models"] = ModelRendering.json(details.models)
      run["labels"] = .array(details.labels.map(LabelRendering.json))
      run["signedBy"] = .array(details.signingKeys.map { .string($0) })
      run["replications"] = .array(
        details.replications.map { at, fact in
          var fields = fact.fields
          fields["at"] = .string(at.description)
          return .object(fields)
        })
      return ["format": 1, "run": .object(run)]
    case .artifact(let details):
      var artifact = details.target.artifact.fields
      artifact["stored"] = .bool(details.isStored)
      artifact["purged"] = details.purgedFor.map { .string($0) } ?? .null
      artifact["models"] = ModelRendering.json(details.models)
      artifact["labels"] = .array(details.labels.map(LabelRendering.json))
      artifact["tags"] = RunRendering.json(details.annotations.tags)
      artifact["note"] = details.annotations.note.map { .string($0) } ?? .null
      artifact["flag"] = details.annotations.flag.map { ChangeRendering.flagJSON($0) } ?? .null
      return [
        "format": 1, "artifact": .object(artifact), "origins": .array(details.origins.map { RunRendering.json($0) }),
        "stale": details.maker.map { StalenessText.json($0.staleness) } ?? .null,
        "failedChecks": .array(details.failedChecks.map(CheckText.json)),
        "locked": details.locked.map { .string($0.content.hex) } ?? .null,
        "versions": .array(
          details.versions.map { writing in
            [
              "run": .string(writing.run.hex), "ended": .string(writing.ended.description),
              "id": writing.artifact.content.map { .string($0.hex) } ?? .null, "size": .int(writing.artifact.size),
            ]
          }),
        "readers": .array(
          details.readers.map { reading in
            [
              "run": .string(reading.run.hex), "started": .string(reading.started.description),
              "path": .string(reading.artifact.path),
            ]
          }),
        "children": .array(details.children.map { .object($0.fields) }),
      ]
    }
  }
}
