internal import Journaling
internal import Lineage
internal import LineageIndexing
internal import MLTBase

/// How runs side by side read.
enum SideBySideRendering {
  private static let blank = "-"
  private static let narrowest = 12
  private static let widest = 48

  static func text(_ comparison: SideBySide, all: Bool, terminal: Terminal) -> String {
    var out = StyledText(colour: terminal.hasColour)
    let parts = comparison.parts.map { (part: $0.part, rows: $0.rows.filter { all || !$0.isSame }) }
    let names = parts.flatMap { $0.rows.map(\.name.count) }
    let label = min(max(names.max() ?? 0, 8), 40)
    // Every run gets the same room, as much as there is.
    let room = (terminal.width ?? .max / 2) - label - 2
    let limit = max(narrowest, min(widest, room / max(1, comparison.runs.count) - 2))
    var table: [(cells: [String], best: [Int], isHeading: Bool)] = []
    func add(_ name: String, _ cells: [String], best: [Int] = [], isHeading: Bool = false) {
      table.append(([cut(name, 40)] + cells.map { cut($0, limit) }, best, isHeading))
    }
    add("run", comparison.runs.map(\.run.short), isHeading: true)
    if comparison.runs.contains(where: { $0.name != nil }) { add("name", comparison.runs.map { $0.name ?? blank }) }
    if comparison.runs.contains(where: { !$0.run.hex.hasPrefix($0.pointer) }) {
      add("named as", comparison.runs.map(\.pointer))
    }
    for (part, rows) in parts where !rows.isEmpty {
      if part != .run { table.append(([], [], false)); add(part.rawValue, [], isHeading: true) }
      for row in rows {
        let cells = row.values.enumerated().map { place, cell in
          (cell.map { text($0, row.name, part) } ?? blank) + (row.best.contains(place) ? " *" : "")
        }
        add(row.name, cells, best: row.best)
      }
    }
    let lines = Formatting.table(table.map(\.cells))
    for (line, row) in zip(lines, table) { out.line(styled(line, row.isHeading, row.best.isEmpty, out)) }
    let same = comparison.parts.reduce(0) { $0 + $1.rows.count(where: \.isSame) }
    if !all, same > 0 {
      out.line()
      out.line("\(same) more \(same == 1 ? "line" : "lines") in which they are the same (--all)")
    }
    return out.text
  }

  private static func styled(_ line: String, _ isHeading: Bool, _ isPlain: Bool, _ out: StyledText) -> String {
    if isHeading { return out.styled(line, .bold) }
    if isPlain { return line }
    // The best value stands before its star, after two blanks.
    var pieces = line.split(separator: "  ", omittingEmptySubsequences: false).map(String.init)
    for place in pieces.indices where pieces[place].hasSuffix(" *") {
      pieces[place] = out.styled(pieces[place], .green)
    }
    return pieces.joined(separator: "  ")
  }

  private static func cut(_ text: String, _ limit: Int) -> String {
    Formatting.fit(text.split(whereSeparator: \.isNewline).joined(separator: " "), limit)
  }

  private static func text(_ cell: RunTable.Cell, _ name: String, _ part: SideBySide.Part) -> String {
    switch (cell, part) {
    case (.number(let value), .run) where name == "duration": Formatting.duration(seconds: value)
    case (.number(let value), _): FigureText.short(value)
    case (.text(let text), .run) where name == "started": Timestamp(text).map { Formatting.time($0) } ?? text
    case (.text(let text), .run) where name == "commit":
      text.prefix(7) + (text.hasSuffix("dirty") ? ", dirty" : "")
    case (.text(let text), .inputs) where text.count == 64: String(text.prefix(10))
    case (.text(let text), _): text
    }
  }

  static func json(_ comparison: SideBySide) -> JSONObject {
    [
      "format": 1,
      "runs": .array(
        comparison.runs.map { run in
          [
            "id": .string(run.run.hex), "pointer": .string(run.pointer), "name": run.name.map { .string($0) } ?? .null,
          ]
        }),
      "parts": .array(
        comparison.parts.map { part, rows in
          ["part": .string(part.rawValue), "rows": .array(rows.map { .object(json($0)) })]
        }),
    ]
  }

  private static func json(_ row: SideBySide.Row) -> JSONObject {
    [
      "name": .string(row.name), "same": .bool(row.isSame), "best": .array(row.best.map { .int(Int64($0)) }),
      "values": .array(
        row.values.map { cell in
          switch cell {
          case .number(let value): MetricValue(value).json
          case .text(let text): .string(text)
          case nil: .null
          }
        }),
    ]
  }
}
