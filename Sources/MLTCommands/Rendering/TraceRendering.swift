internal import Journaling
internal import Lineage
internal import LineageIndexing
internal import MLTBase

/// How a trace reads: a tree in which each run stands once and is referred to afterwards.
///
/// Runs deeper than ``deepest`` go on in a tree of their own further down, so that a long chain stays readable and
/// its text grows with the number of runs, not with its square.
struct TraceRendering {
  private static let deepest = 12
  private static let pieceSize = 64 * 1024

  private let trace: Trace
  private let terminal: Terminal
  private let positions: [RunID: Int]
  private let shownInputs: Set<Subject>

  init(_ trace: Trace, terminal: Terminal) {
    self.trace = trace
    self.terminal = terminal
    positions = trace.positions
    let inputs = trace.nodes.lazy.flatMap { $0.inputs.map(\.input) }
    shownInputs =
      trace.flags.flags.isEmpty
      ? [] : Set(inputs.map { Subject($0) } + (trace.artifact.map { [Subject($0)] } ?? []))
  }

  /// What is still to be printed, the next last.
  private enum Item {
    case line(String)
    /// A run with its lines, below `prefix`; `isLast` tells whether anything follows at its level.
    case run(RunID, prefix: String, isLast: Bool, level: Int, note: String)
    /// An input, then the run that made it.
    case input(LineageEdge, prefix: String, isLast: Bool, level: Int)
    /// What a reader read, then the reader.
    case reader(Trace.Reader, prefix: String, isLast: Bool, level: Int)
  }

  /// The whole text.
  var text: String {
    var whole = ""
    write { whole += $0 }
    return whole
  }

  /// Hands the text over piece by piece: that of 100,000 runs takes more memory than all else.
  func write(_ show: (String) throws -> Void) rethrows {
    var out = StyledText(colour: terminal.hasColour)
    var printed: Set<RunID> = []
    var postponed: [RunID] = []
    var stack: [Item] = start(&out).reversed()
    while true {
      if out.text.utf8.count > Self.pieceSize { try show(out.take()) }
      guard let item = stack.popLast() else {
        guard let next = postponed.popLast() else { break }
        if printed.contains(next) { continue }
        out.line()
        stack = [.run(next, prefix: "", isLast: true, level: 0, note: "")]
        continue
      }
      switch item {
      case .line(let line): out.line(line)
      case .run(let run, let prefix, let isLast, let level, let note):
        guard let node = positions[run].map({ trace.nodes[$0] }) else { continue }
        let branch = level == 0 ? "" : prefix + (isLast ? "└─ " : "├─ ")
        if !printed.insert(run).inserted {
          out.line(branch + heading(node, out, isReference: true) + note)
          continue
        }
        if level >= Self.deepest {
          printed.remove(run)
          postponed.append(run)
          out.line(branch + heading(node, out, isReference: true, where: "see below") + note)
          continue
        }
        out.line(branch + heading(node, out, isReference: false) + note)
        let below = level == 0 ? prefix : prefix + (isLast ? "   " : "│  ")
        stack += children(of: node, below: below, level: level, out).reversed()
      case .input(let edge, let prefix, let isLast, let level):
        let origin = RunRendering.origin(edge, component: component, out)
        out.line(
          prefix + (isLast ? "└─ " : "├─ ") + RunRendering.artifact(edge.input, out, flags: trace.flags)
            + (origin.isEmpty ? "" : "  " + origin))
        guard let producer = edge.producer, positions[producer] != nil else { continue }
        stack.append(
          .run(producer, prefix: prefix + (isLast ? "   " : "│  "), isLast: true, level: level + 1, note: ""))
      case .reader(let reader, let prefix, let isLast, let level):
        stack.append(
          .run(
            reader.run, prefix: prefix, isLast: isLast, level: level + 1,
            note: "  read \(reader.input.path)"
              + ChangeRendering.marks(reader.input, trace.flags).map { "  " + out.styled($0, .red) }.joined()))
      }
    }
    try show(out.take())
  }

  private func component(_ run: RunID) -> String? {
    positions[run].map { trace.nodes[$0].run.component }
  }

  private func start(_ out: inout StyledText) -> [Item] {
    for model in trace.models { out.line("model: " + ModelRendering.line(model)) }
    if !trace.labels.isEmpty { out.line("labels: " + LabelRendering.line(trace.labels, out)) }
    if let run = trace.start { return [.run(run, prefix: "", isLast: true, level: 0, note: "")] }
    guard let artifact = trace.artifact else { return [] }
    let shown = trace.direction == .up ? trace.origins : []
    let origins = shown.map { RunRendering.origin($0, component: component, out) }.filter { !$0.isEmpty }
    out.line(
      RunRendering.artifact(artifact, out, flags: trace.flags)
        + (origins.isEmpty ? "" : "  " + origins.joined(separator: ", ")))
    if trace.direction == .up {
      let runs = trace.origins.compactMap(\.producer)
      return runs.enumerated().map { index, run in
        .run(run, prefix: "", isLast: index == runs.count - 1, level: 1, note: "")
      }
    }
    if trace.readers.isEmpty {
      out.line("   nothing that is recorded was made from it")
      for reader in trace.otherReaders {
        let content = reader.input.content?.short ?? ""
        out.line(
          "   run \(reader.run.short) read other content there: \(reader.input.path)@\(reader.run.short)  \(content)")
      }
    }
    return items(trace.readers, prefix: "", level: 0)
  }

  private func items(_ readers: [Trace.Reader], prefix: String, level: Int) -> [Item] {
    // A run that read several things of the same maker stands once.
    var seen: Set<RunID> = []
    let distinct = readers.filter { seen.insert($0.run).inserted }
    return distinct.enumerated().map { index, reader in
      .reader(reader, prefix: prefix, isLast: index == distinct.count - 1, level: level)
    }
  }

  private func heading(
    _ node: Trace.Node, _ out: StyledText, isReference: Bool, where place: String = "see above"
  ) -> String {
    let run = node.run
    let name = out.styled(run.component, .bold) + "  " + out.styled(run.id.short, .yellow)
    if isReference { return name + "  (\(place))" }
    var parts = [name, Formatting.time(run.started)]
    if let usage = run.usage { parts.append(Formatting.duration(usage.wall)) }
    let outcome = RunRendering.outcome(run.status, run.exit)
    parts.append(run.status == .finished ? "exit 0" : out.styled(outcome, .red))
    return parts.joined(separator: "  ")
  }

  private func children(of node: Trace.Node, below: String, level: Int, _ out: StyledText) -> [Item] {
    let run = node.run
    let next =
      trace.direction == .up
      ? node.inputs.enumerated().map { index, edge in
        Item.input(edge, prefix: below, isLast: index == node.inputs.count - 1, level: level)
      }
      : outputs(of: node, below: below, level: level, out)
    let bar = below + (next.isEmpty && !node.isCut ? "   " : "│  ")
    var details: [String] = []
    let command = RunRendering.command(run.command)
    details.append(Formatting.fit(command, terminal.width.map { max(20, $0 - bar.count) }))
    var facts: [String] = []
    if let git = run.git {
      let state = git.isDirty ? out.styled("dirty", .yellow) : "clean"
      facts.append("git " + (git.commit.map { String($0.prefix(7)) } ?? "no commit yet") + " " + state)
    }
    facts.append("by \(run.user)")
    if let evidence = run.evidence, evidence != .observed { facts.append(evidence.rawValue) }
    details.append(facts.joined(separator: ", "))
    if !run.parameters.isEmpty { details.append("params " + RunRendering.pairs(run.parameters)) }
    for check in node.failedChecks {
      details.append(out.styled("suspect: " + CheckText.failure(check.fact), .red))
    }
    for line in node.staleness.map(StalenessText.lines) ?? [] {
      details.append(out.styled("stale: " + line, .yellow))
    }
    for hazard in run.hazards where hazard.kind != .notObserved {
      details.append(out.styled("warning: " + HazardText.of(hazard), .yellow))
    }
    if trace.direction == .up {
      // What is shown as an input, or was asked for, has its mark there.
      for output in node.outputs where !trace.flags.flags.isEmpty && !shownInputs.contains(Subject(output)) {
        for mark in ChangeRendering.marks(output, trace.flags) {
          details.append(out.styled("wrote \(output.path), \(mark)", .red))
        }
      }
    }
    var items = details.map { Item.line(bar + $0) } + next
    if node.isCut { items.append(.line(below + "└─ …")) }
    return items
  }

  private func outputs(of node: Trace.Node, below: String, level: Int, _ out: StyledText) -> [Item] {
    let readers = items(node.readers, prefix: below, level: level)
    let lines = node.outputs.enumerated().map { index, output in
      let isLast = index == node.outputs.count - 1 && readers.isEmpty
      return Item.line(below + (isLast ? "└─ " : "├─ ") + RunRendering.artifact(output, out, flags: trace.flags))
    }
    return lines + readers
  }
}
