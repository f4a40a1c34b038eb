internal import Journaling
internal import Lineage
internal import LineageIndexing
internal import MLTBase

/// How a leaderboard reads.
enum LeaderboardRendering {
  private static let blank = "-"
  /// The most letters of a cell, so that one long value doesn't push all else out.
  private static let cellLimit = 32

  /// - Parameters:
  ///   - columns: the columns asked for; nil for those in which the runs differ, as far as they fit.
  ///   - named: what the runs are chosen or sorted by, which is shown first.
  static func text(
    _ board: Leaderboard, _ table: RunTable, columns: [RunField]?, named: [RunField], terminal: Terminal
  ) -> String {
    var out = StyledText(colour: terminal.hasColour)
    if board.runs.isEmpty {
      out.line("no runs")
      return out.text
    }
    var fixed: [[String]] = [["run"] + board.runs.map(\.summary.id.short)]
    var fields = columns ?? []
    if columns == nil {
      let hasNames = board.runs.contains { $0.summary.name != nil }
      if hasNames { fixed.append(["name"] + board.runs.map { $0.summary.name ?? blank }) }
      let components = Set(board.runs.map(\.summary.component))
      if components.count > 1 || !hasNames { fixed.append(["component"] + board.runs.map(\.summary.component)) }
      fixed.append(["started"] + board.runs.map { Formatting.time($0.summary.started) })
      fixed.append(["status"] + board.runs.map { RunRendering.outcome($0.summary.status, $0.summary.exit) })
      let standing: [RunField] = [.run, .name, .component, .started, .status].map { .attribute($0) }
      var known = Set(standing)
      for field in named + table.differing where known.insert(field).inserted { fields.append(field) }
    }
    var shown = fixed.map { Cells(texts: $0.map { cut($0) }, isNumber: false) }
    var width = shown.reduce(0) { $0 + $1.width + 2 } - 2
    var left = 0
    // A name that several kinds of values have leaves the kind open.
    let uses = fields.reduce(into: [:]) { counts, field in counts[field.key ?? "", default: 0] += 1 }
    for (place, field) in fields.enumerated() {
      let isOpen = field.key.map { uses[$0] != 1 } ?? true
      let cells = cells(field, named: isOpen ? field.description : field.key ?? "", table)
      if columns == nil, let limit = terminal.width, width + 2 + cells.width > limit {
        left = fields.count - place
        break
      }
      width += 2 + cells.width
      shown.append(cells)
    }
    let rows = (0...board.runs.count).map { row in shown.map { $0.texts[row] } }
    let right = Set(shown.indices.filter { shown[$0].isNumber })
    for (number, row) in Formatting.table(rows, aligningRight: right).enumerated() {
      var line = row
      while line.last == " " { line.removeLast() }
      if number == 0 {
        out.line(out.styled(line, .bold))
      } else {
        let status = board.runs[number - 1].summary.status
        let rest = String(line.dropFirst(10))
        out.line(
          out.styled(String(line.prefix(10)), .yellow)
            + (status == .failed || status == .interrupted ? out.styled(rest, .red) : rest))
      }
    }
    if board.omitted > 0 || left > 0 {
      let more = [
        board.omitted > 0 ? "\(board.omitted) more \(board.omitted == 1 ? "run" : "runs") (--limit)" : nil,
        left > 0 ? "\(Formatting.count(left, "more column")) (--columns)" : nil,
      ].compactMap { $0 }
      out.line()
      out.line(more.joined(separator: ", "))
    }
    return out.text
  }

  private struct Cells {
    var texts: [String]
    var isNumber: Bool
    var width: Int { texts.map { Formatting.width($0) }.max() ?? 0 }
  }

  private static func cells(_ field: RunField, named name: String, _ table: RunTable) -> Cells {
    let texts = table.runs.map { run in RunTable.cell(field, of: run).map { text($0, field) } ?? blank }
    var isNumber = texts.contains { $0 != blank }
    for text in texts where text != blank && Double(text) == nil { isNumber = false }
    return Cells(texts: [cut(name)] + texts.map { cut($0) }, isNumber: isNumber)
  }

  /// A cell as people read it: six figures are enough to tell tries apart.
  static func text(_ cell: RunTable.Cell, _ field: RunField) -> String {
    switch (cell, field) {
    case (.number(let value), .attribute(.duration)): Formatting.duration(seconds: value)
    case (.number(let value), _): FigureText.short(value)
    case (.text(let text), .attribute(.started)), (.text(let text), .attribute(.ended)):
      Timestamp(text).map { Formatting.time($0) } ?? text
    case (.text(let text), .attribute(.run)), (.text(let text), .attribute(.parent)),
      (.text(let text), .attribute(.commit)):
      String(text.prefix(10))
    case (.text(let text), .attribute(.note)): Formatting.firstLine(text)
    case (.text(let text), _): text
    }
  }

  private static func cut(_ text: String) -> String {
    Formatting.fit(text.split(whereSeparator: \.isNewline).joined(separator: " "), cellLimit)
  }

  // MARK: For programs

  static func json(_ board: Leaderboard) -> JSONObject {
    ["format": 1, "runs": .array(board.runs.map { .object(json($0)) }), "omitted": .int(board.omitted)]
  }

  static func json(_ run: ListedRun) -> JSONObject {
    var fields = RunRendering.json(run.summary)
    fields["name"] = run.summary.name.map { .string($0) } ?? .null
    fields["experiment"] = run.summary.experiment.map { .string($0) } ?? .null
    fields["duration"] = run.summary.wall.map { .int($0) } ?? .null
    fields["params"] = RunRendering.json(run.values.parameters)
    fields["metrics"] = .object(JSONObject(run.values.metrics.mapValues { MetricValue($0).json }))
    fields["tags"] = RunRendering.json(run.values.tags)
    return fields
  }

  private static let csvAttributes: [RunAttribute] = [
    .run, .name, .component, .experiment, .status, .started, .ended, .duration, .user, .commit,
  ]

  static func csv(_ table: RunTable, columns: [RunField]?) -> String {
    let columns =
      columns.map { [.attribute(.run)] + $0.filter { $0 != .attribute(.run) } }
      ?? csvAttributes.map { .attribute($0) } + table.fields
    var text = columns.map { quoted($0.description) }.joined(separator: ",") + "\r\n"
    for run in table.runs {
      let cells = columns.map { field -> String in
        switch RunTable.cell(field, of: run) {
        case .number(let value): Formatting.number(value)
        case .text(let text): quoted(text)
        case nil: ""
        }
      }
      text += cells.joined(separator: ",") + "\r\n"
    }
    return text
  }

  // An empty text is told from none by its quotes.
  private static func quoted(_ text: String) -> String {
    let isPlain = !text.isEmpty && !text.utf8.contains { [0x22, 0x2C, 0x0A, 0x0D].contains($0) }
    return isPlain
      ? text : "\"" + text.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
  }
}
