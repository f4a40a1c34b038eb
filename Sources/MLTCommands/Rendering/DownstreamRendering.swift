internal import Journaling
internal import Lineage
internal import LineageIndexing
internal import MLTBase

/// How it reads who is affected by something.
enum DownstreamRendering {
  static func text(_ found: Downstream, terminal: Terminal) -> String {
    var out = StyledText(colour: terminal.hasColour)
    let subject = out.styled(found.subject, .cyan)
    guard !found.runs.isEmpty else {
      let rest = found.reached == 0 ? "" : "; of \(Formatting.count(found.reached, "run")) further on none is asked for"
      out.line("\(subject)  nothing that is recorded was made from it\(rest)")
      return out.text
    }
    out.line(
      "\(subject)  affects \(Formatting.count(found.outputs.count, "output")) of "
        + "\(Formatting.count(found.components.count, "component")), by \(Formatting.count(found.runs.count, "run"))")
    for line in causes(found, out) { out.line("  " + line) }
    out.section(out.styled("components", .bold))
    for row in Formatting.table(
      found.components.map { component in
        [
          "  " + component.name, Formatting.count(component.runs, "run"),
          Formatting.count(component.outputs, "output"), "last " + Formatting.time(component.last),
          component.owner.map { "owner \($0)" } ?? "no owner",
        ]
      })
    { out.line(row) }
    if found.outputs.isEmpty { return out.text }
    out.section(out.styled("outputs", .bold))
    let rows = Formatting.table(
      found.outputs.map { output in
        [
          (output.isCurrent ? "* " : "  ") + output.path, output.latest.content?.short ?? "",
          output.runs.count == 1
            ? "run \(output.runs[0].short)" : "\(output.runs.count) versions, last run \(output.runs[0].short)",
          output.components.joined(separator: ", ") + (output.isLeaf ? "" : "  read further"),
        ] + ChangeRendering.marks(output.latest, found.flags)
      })
    for (row, output) in zip(rows, found.outputs) {
      out.line("  " + (found.flags.flag(on: output.latest) == nil ? row : out.styled(row, .red)))
    }
    if found.isCut { out.line("  … and what was made from these, further than '--depth'") }
    return out.text
  }

  /// What stands behind the first runs, where that isn't what was asked.
  private static func causes(_ found: Downstream, _ out: StyledText) -> [String] {
    var counts: [Downstream.Cause: Int] = [:]
    for run in found.runs { for cause in run.causes { counts[cause, default: 0] += 1 } }
    let lines = counts.compactMap { cause, count in
      text(cause).map { "\(Formatting.count(count, "run")) \($0)" }
    }.sorted()
    return lines.count <= 6 ? lines : lines.prefix(5) + ["and \(lines.count - 5) more reasons"]
  }

  private static func text(_ cause: Downstream.Cause) -> String? {
    switch cause {
    case .asked, .ofComponent, .read: nil
    case .madeAtCommit: "made on the commit"
    case .readChanged(let path): "with its version of \(path)"
    case .loaded(let package, let version): "with \(package) \(version)"
    }
  }

  static func json(_ found: Downstream) -> JSONObject {
    [
      "format": 1, "subject": .string(found.subject), "reached": .int(Int64(found.reached)), "cut": .bool(found.isCut),
      "components": .array(
        found.components.map { component in
          [
            "name": .string(component.name), "owner": component.owner.map { .string($0) } ?? .null,
            "runs": .int(Int64(component.runs)), "outputs": .int(Int64(component.outputs)),
            "last": .string(component.last.description),
          ]
        }),
      "outputs": .array(
        found.outputs.map { output in
          var fields = RunRendering.json(output.latest, found.flags)
          fields["runs"] = .array(output.runs.map { .string($0.hex) })
          fields["components"] = .array(output.components.map { .string($0) })
          fields["current"] = .bool(output.isCurrent)
          fields["leaf"] = .bool(output.isLeaf)
          return .object(fields)
        }),
      "runs": .array(
        found.runs.map { affected in
          [
            "id": .string(affected.run.id.hex), "component": .string(affected.run.component),
            "status": .string(affected.run.status.rawValue), "started": .string(affected.run.started.description),
            "depth": .int(Int64(affected.depth)), "causes": .array(affected.causes.map(json)),
            "outputs": .array(affected.outputs.map { .string($0.path) }),
          ]
        }),
    ]
  }

  private static func json(_ cause: Downstream.Cause) -> JSON {
    switch cause {
    case .asked: ["kind": "asked"]
    case .read(let path): ["kind": "read", "path": .string(path)]
    case .madeAtCommit: ["kind": "commit"]
    case .readChanged(let path): ["kind": "changed", "path": .string(path)]
    case .loaded(let package, let version):
      ["kind": "package", "package": .string(package), "version": .string(version)]
    case .ofComponent: ["kind": "component"]
    }
  }
}
