internal import Journaling
internal import Lineage
internal import LineageIndexing
internal import MLTBase

/// How models and their versions read.
enum ModelRendering {
  // MARK: Words

  /// The stage and aliases of a version, for behind its name.
  static func marks(_ version: ModelVersion) -> String {
    let stage = version.stage == .none ? [] : [version.stage.title]
    return (stage + version.aliases.map { "@" + $0 } + (version.isDeleted ? ["deleted"] : [])).joined(separator: ", ")
  }

  /// A version in a few words: `wine 3 (Production, @champion)`.
  static func line(_ named: NamedVersion) -> String {
    let marks = marks(named.version)
    return "\(named.model.name) \(named.version.label)" + (marks.isEmpty ? "" : " (\(marks))")
  }

  /// Who said something, when and why.
  static func said(_ said: Attribution, at: Timestamp) -> String {
    Formatting.time(at) + (said.user.map { "  \($0)" } ?? "") + (said.why.map { ": \(Formatting.firstLine($0))" } ?? "")
  }

  static func registered(_ named: NamedVersion, terminal: Terminal) -> String {
    var out = StyledText(colour: terminal.hasColour)
    let version = named.version
    var parts = ["registered  \(named.model.name) version \(version.label)"]
    if let content = version.artifact.content { parts.append(content.short) }
    parts.append(version.artifact.path)
    if let run = version.run { parts.append("run \(run.short)") }
    out.line(parts.joined(separator: "  "))
    return out.text
  }

  static func text(_ change: VersionChange) -> String {
    let after = change.after.version
    var out = StyledText(colour: false)
    var rows = [["\(change.after.model.name) \(after.label)", Self.change(from: change.before, to: after)]]
    for other in change.displaced {
      rows.append([
        "\(change.after.model.name) \(other.label)",
        "\(change.before.stage == after.stage ? "" : after.stage.title + " → ")Archived",
      ])
    }
    for row in Formatting.table(rows) { out.line(row) }
    return out.text
  }

  private static func change(from before: ModelVersion, to after: ModelVersion) -> String {
    var parts: [String] = []
    if before.stage != after.stage { parts.append("\(before.stage.title) → \(after.stage.title)") }
    for alias in after.aliases where !before.aliases.contains(alias) { parts.append("@\(alias)") }
    for alias in before.aliases where !after.aliases.contains(alias) { parts.append("no longer @\(alias)") }
    return parts.isEmpty ? marks(after) : parts.joined(separator: ", ")
  }

  // MARK: Lists

  static func text(_ models: [RegisteredModel], terminal: Terminal) -> String {
    var out = StyledText(colour: terminal.hasColour)
    if models.isEmpty { return "" }
    var rows = [["MODEL", "VERSIONS", "PRODUCTION", "STAGING", "ALIASES", ""]]
    for model in models {
      let aliases = model.versions.flatMap { version in version.aliases.map { "@\($0)=\(version.label)" } }
      rows.append([
        model.name + (model.isDeleted ? " (deleted)" : ""), String(model.versions.count),
        model.versions(in: .production).map(\.label).joined(separator: ", "),
        model.versions(in: .staging).map(\.label).joined(separator: ", "), aliases.joined(separator: " "),
        sharedNumbers(model) ?? model.summary.map(Formatting.firstLine) ?? "",
      ])
    }
    for row in Formatting.table(rows) { out.line(Formatting.fit(trimmed(row), terminal.width)) }
    return out.text
  }

  /// That clones have given a number twice, if they have.
  private static func sharedNumbers(_ model: RegisteredModel) -> String? {
    let labels = model.versions.filter(\.sharesNumber).map(\.label)
    return labels.isEmpty ? nil : "numbered twice: \(labels.joined(separator: ", "))"
  }

  private static func trimmed(_ row: String) -> String {
    String(row.reversed().drop { $0 == " " }.reversed())
  }

  static func text(_ model: RegisteredModel, includesDeleted: Bool, terminal: Terminal) -> String {
    var out = StyledText(colour: terminal.hasColour)
    out.line(out.styled(model.name, .cyan) + (model.isDeleted ? "  deleted" : ""))
    if !model.tags.isEmpty { out.line("tags  " + RunRendering.pairs(model.tags)) }
    if let summary = model.summary {
      out.line()
      for line in summary.split(separator: "\n", omittingEmptySubsequences: false) { out.line("  " + line) }
    }
    let versions = includesDeleted ? model.versionsEver : model.versions
    if versions.isEmpty { return out.text }
    out.line()
    var rows = [["VERSION", "STAGE", "REGISTERED", "RUN", "CONTENT", "PATH", ""]]
    for version in versions.reversed() {
      rows.append([
        version.label, marks(version), Formatting.time(version.registered), version.run?.short ?? "",
        version.artifact.content?.short ?? "", version.artifact.path,
        version.said.why.map(Formatting.firstLine) ?? "",
      ])
    }
    for row in Formatting.table(rows) { out.line(trimmed(row)) }
    return out.text
  }

  // MARK: One version

  static func text(_ details: VersionDetails, terminal: Terminal) -> String {
    var out = StyledText(colour: terminal.hasColour)
    let version = details.standing.version
    out.line(
      out.styled("\(details.model.name) \(version.label)", .cyan)
        + (marks(version).isEmpty ? "" : "  \(marks(version))"))
    var rows = [["registered", said(version.said, at: version.registered)]]
    if version.stage != .none { rows.append(["since", Formatting.time(version.stageSince)]) }
    rows.append(["path", version.artifact.path])
    if let content = version.artifact.content {
      rows.append(["content", content.hex + (details.isStored ? "" : "  not stored here")])
    }
    if let origin = version.origin { rows.append(["from", "\(origin.tool) \(origin.id)"]) }
    if !version.tags.isEmpty { rows.append(["tags", RunRendering.pairs(version.tags)]) }
    for (place, open) in details.flagged.enumerated() {
      rows.append([place == 0 ? "flagged" : "", "\(open.path)  \(ChangeRendering.flagText(open.flag))"])
    }
    for row in Formatting.table(rows) { out.line(row) }
    if let summary = version.summary {
      out.line()
      for line in summary.split(separator: "\n", omittingEmptySubsequences: false) { out.line("  " + line) }
    }
    out.line()
    lines(of: details.standing, &out)
    let review = ModelReviewRendering.lines(details.review)
    if !review.isEmpty {
      out.section(out.styled("review", .bold))
      for line in review { out.line("  " + line) }
    }
    return out.text
  }

  /// What a version was made from, indented.
  static func lines(of standing: ModelMoment.Standing, _ out: inout StyledText, indent: String = "") {
    guard let run = standing.run else {
      return out.line(indent + "no run is known that made it")
    }
    for run in standing.lineage.isEmpty ? [run] : standing.lineage {
      out.line(
        indent + "run \(run.id.short)  \(run.component)  " + (Formatting.git(run.git).map { $0 + "  " } ?? "")
          + RunRendering.command(run.command))
    }
    let rows = standing.sources.map { edge in
      [edge.input.path, edge.input.content?.short ?? "", RunRendering.origin(edge, component: { _ in nil }, out)]
    }
    for row in Formatting.table(rows) { out.line(indent + "data " + row) }
  }

  // MARK: History

  static func history(_ model: RegisteredModel, terminal: Terminal) -> String {
    var out = StyledText(colour: terminal.hasColour)
    // A decision's reason stands in its own line, and is the reason of what it changed too.
    let decisions = Set(
      model.history.compactMap { event in if case .decided(let fact) = event.kind { fact.reason } else { nil } })
    let rows = model.history.reversed().map { event in
      [
        Formatting.time(event.at), event.version.flatMap { model.version($0)?.label } ?? "", words(event, model),
        event.said.user ?? "", event.said.why.flatMap { decisions.contains($0) ? nil : Formatting.firstLine($0) } ?? "",
      ]
    }
    for row in Formatting.table(rows) { out.line(trimmed(row)) }
    return out.text
  }

  /// What happened, in a few words.
  static func words(_ event: ModelEvent, _ model: RegisteredModel) -> String {
    func label(_ id: ContentID) -> String { model.version(id)?.label ?? id.short }
    return switch event.kind {
    case .created: "created"
    case .registered: "registered"
    case .moved(let from, let to, let isRollback):
      from == to
        ? "rolled back, stays in \(to.title)" : "\(isRollback ? "rolled back, " : "")\(from.title) → \(to.title)"
    case .refused(let stage): "was to go to \(stage.title), but is deleted"
    case .displaced(let from, let by): "\(from.title) → Archived, for version \(label(by))"
    case .aliased(let alias, let before): "@\(alias)" + (before.map { ", which was version \(label($0))" } ?? "")
    case .unaliased(let alias): "no longer @\(alias)"
    case .described: "described"
    case .tagged(let set, let removed):
      ([RunRendering.pairs(set)] + removed.sorted().map { "no longer \($0)" }).filter { !$0.isEmpty }
        .joined(separator: ", ")
    case .deleted: "deleted"
    case .restored: "restored"
    case .reviewed(.requested, let reviewers):
      "review requested" + (reviewers.isEmpty ? "" : " from " + reviewers.joined(separator: ", "))
    case .reviewed(let verdict, _): verdict.rawValue
    case .decided(let fact): fact.reason
    }
  }

  static func text(_ moment: ModelMoment, terminal: Terminal) -> String {
    var out = StyledText(colour: terminal.hasColour)
    let when = moment.moment.map { Formatting.time($0) } ?? "now"
    if moment.model.created == nil {
      out.line("\(moment.model.name) wasn't known at \(when)")
      return out.text
    }
    if moment.standings.isEmpty { out.line("nothing of \(moment.model.name) was in use at \(when)") }
    for (number, standing) in moment.standings.enumerated() {
      if number > 0 { out.line() }
      out.line(
        out.styled("\(moment.model.name) \(standing.version.label)", .cyan) + "  \(marks(standing.version))  since "
          + Formatting.time(standing.version.stageSince))
      let content = standing.version.artifact.content?.hex ?? ""
      out.line("  \(standing.version.artifact.path)  \(content)")
      lines(of: standing, &out, indent: "  ")
    }
    return out.text
  }
}
