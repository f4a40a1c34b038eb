internal import Journaling
internal import Lineage
internal import LineageIndexing
internal import MLTBase
internal import PredictionLogs

/// How logs of predictions read.
enum PredictionRendering {
  // MARK: Logging

  static func text(_ logged: [LoggedPredictions], terminal: Terminal) -> String {
    var out = StyledText(colour: terminal.hasColour)
    for log in logged {
      let fact = log.fact
      out.line(
        [log.isNew ? "logged" : "logged before", out.styled(fact.name, .cyan), rows(fact), times(fact)]
          .filter { !$0.isEmpty }.joined(separator: "  "))
      if let columns = fact.columns { out.line("    " + text(columns)) }
      var behind: [String] = []
      if let run = log.run { behind.append("run \(text(run, out))") }
      if let model = log.model { behind.append("model \(text(model, out))") }
      if !behind.isEmpty { out.line("    " + behind.joined(separator: ", ")) }
      let known = fact.models.filter { $0.name != nil && !log.unknownModels.contains($0.name ?? "") }
      if !known.isEmpty {
        out.line("    " + Formatting.count(known.count, "model") + " by name: " + shortened(known.compactMap(\.name)))
      }
    }
    return out.text
  }

  /// What is to be said of rows and models that something is wrong with.
  static func warnings(_ logged: [LoggedPredictions]) -> [String] {
    logged.flatMap { log -> [String] in
      var warnings = problems(log.fact.problems, of: log.fact.name, log.fact.bad, limit: 5).map { "warning: \($0)" }
      if !log.unknownModels.isEmpty {
        let names = shortened(log.unknownModels)
        warnings.append("warning: '\(log.fact.name)': nobody knows which model is meant by \(names)")
        warnings.append(
          "hint: say it with --model-version \(Formatting.word(log.unknownModels[0]))=POINTER, or tag the model with version=…"
        )
      } else if log.fact.models.isEmpty, log.model == nil, log.fact.rows > 0 {
        warnings.append("warning: '\(log.fact.name)': nobody knows which model made these predictions")
        warnings.append("hint: say it with --model POINTER, or with --run if a run that read it made them")
      }
      return warnings
    }
  }

  /// Bad rows, with how many there are beyond those that are named.
  static func problems(
    _ problems: [PredictionsLogged.Problem], of name: String, _ count: Int64, limit: Int
  ) -> [String] {
    var lines = problems.prefix(limit).map { "row \(grouped($0.row)) of '\(name)': \($0.reason)" }
    let rest = count - Int64(lines.count)
    if rest > 0, !lines.isEmpty { lines.append("'\(name)': \(grouped(rest)) more bad \(rest == 1 ? "row" : "rows")") }
    return lines
  }

  static func json(_ logged: [LoggedPredictions]) -> JSONObject {
    let logs = logged.map { log -> JSON in
      var fields = json(log.fact)
      fields["new"] = .bool(log.isNew)
      fields["run"] = log.run.map { .string($0.id.hex) } ?? .null
      fields["unknownModels"] = .array(log.unknownModels.map { .string($0) })
      fields["model"] = log.model.map { json($0) } ?? .null
      return .object(fields)
    }
    return ["format": 1, "logs": .array(logs)]
  }

  // MARK: Listing

  static func list(_ logs: [PredictionLog], terminal: Terminal) -> String {
    var out = StyledText(colour: terminal.hasColour)
    let lines = logs.map { log in
      [
        log.name, log.fact.artifact?.content?.short ?? "", rows(log.fact), times(log.fact),
        log.run.map { "\($0.component) \($0.id.short)" } ?? "",
      ]
    }
    for line in Formatting.table(lines) {
      let end = line.lastIndex { $0 != " " } ?? line.startIndex
      out.line(Formatting.fit(String(line[...end]), terminal.width))
    }
    return out.text
  }

  static func text(_ log: PredictionLog, terminal: Terminal) -> String {
    var out = StyledText(colour: terminal.hasColour)
    let fact = log.fact
    var lines = [["log", out.styled(log.name, .cyan)]]
    if let artifact = fact.artifact, let content = artifact.content {
      lines.append(["content", "\(content.hex)  \(Formatting.size(artifact.size))"])
    }
    lines.append(["rows", rows(fact)])
    if !times(fact).isEmpty { lines.append(["times", times(fact)]) }
    if let columns = fact.columns {
      lines.append(["format", format(columns)])
      lines.append(["columns", text(columns)])
      if !columns.inputs.isEmpty { lines.append(["inputs", columns.inputs.joined(separator: ", ")]) }
    }
    if let run = log.run { lines.append(["run", text(run, out)]) }
    for model in log.models.prefix(20) {
      let name = model.named.name.map { "'\($0)' " } ?? ""
      let found = model.found.map { text($0, out) } ?? out.styled("nobody knows which", .yellow)
      lines.append(["model", "\(name)\(found)  \(count(model.named.rows, "row"))"])
    }
    if log.models.count > 20 { lines.append(["", "and \(log.models.count - 20) more"]) }
    lines.append(["logged", Formatting.time(log.at) + (fact.said.user.map { " by \($0)" } ?? "")])
    if let why = fact.said.why { lines.append(["why", why]) }
    if fact.artifact != nil {
      lines.append(["key index", log.indexSize.map { Formatting.size($0) } ?? "made when needed"])
    }
    for line in Formatting.table(lines) { out.line(line) }
    for problem in problems(fact.problems, of: log.name, fact.bad, limit: 20) { out.line(out.styled(problem, .yellow)) }
    return out.text
  }

  static func json(_ log: PredictionLog) -> JSONObject {
    var fields = json(log.fact)
    fields["logged"] = .string(log.at.description)
    fields["run"] = log.run.map { .string($0.id.hex) } ?? .null
    fields["keyIndex"] = log.indexSize.map { .int($0) } ?? .null
    return fields
  }

  static func json(_ named: PredictionsLogged.Model, _ found: PredictionModel?) -> JSON {
    var fields: JSONObject = ["name": named.name.map { .string($0) } ?? .null, "rows": .int(named.rows)]
    fields["model"] = found.map { json($0) } ?? .null
    return .object(fields)
  }

  private static func json(_ fact: PredictionsLogged) -> JSONObject {
    [
      "name": .string(fact.name), "content": fact.artifact?.content.map { .string($0.hex) } ?? .null,
      "size": fact.artifact.map { .int($0.size) } ?? .null,
      "columns": fact.columns.map { .object($0.fields) } ?? .null, "rows": .int(fact.rows), "bad": .int(fact.bad),
      "problems": .array(fact.problems.map { .object($0.fields) }),
      "first": fact.first.map { .string($0.description) } ?? .null,
      "last": fact.last.map { .string($0.description) } ?? .null,
      "user": fact.said.user.map { .string($0) } ?? .null, "why": fact.said.why.map { .string($0) } ?? .null,
    ]
  }

  // MARK: Found predictions

  static func text(_ findings: PredictionFindings, terminal: Terminal) -> String {
    var out = StyledText(colour: terminal.hasColour)
    for (place, found) in findings.predictions.enumerated() {
      if place > 0 { out.line() }
      add(found, &out)
    }
    let rest = findings.count - findings.predictions.count
    if rest > 0 {
      out.line()
      out.line("… and \(count(Int64(rest), "earlier prediction")) with this key (--limit \(findings.count) shows all)")
    }
    if findings.isCut { out.line("… there are more predictions with this key than were looked at") }
    if let trace = findings.trace {
      let isLatest = findings.predictions.count > 1
      out.line()
      out.line(isLatest ? "What the first one's model was made from:" : "What the model was made from:")
      out.line()
      return out.text + TraceRendering(trace, terminal: terminal).text
    }
    return out.text
  }

  private static func add(_ found: FoundPrediction, _ out: inout StyledText) {
    let row = found.row
    let time = row.time.map { Formatting.time($0) } ?? row.timeText.map { "'\($0)'" } ?? "no time"
    let place = found.content == nil ? found.log : "row \(grouped(row.number)) of \(found.log)"
    out.line(out.styled("prediction \(PathText.encode(row.key))", .yellow) + "  \(time)  \(place)")
    var lines: [[String]] = []
    if !row.outputs.isEmpty { lines.append(["output", pairs(row.outputs)]) }
    if !row.inputs.isEmpty { lines.append(["inputs", pairs(row.inputs)]) }
    let version = row.model.map { "'\(Formatting.firstLine(plain($0)))'" }
    if let model = found.model {
      let maker = found.modelRun.map { ", made by \(text($0, out))" } ?? ", made by nobody knows whom"
      lines.append(["model", [version, text(model, out) + maker].compactMap { $0 }.joined(separator: " is ")])
    } else {
      lines.append(["model", (version.map { $0 + ", " } ?? "") + out.styled("nobody knows which", .yellow)])
    }
    if let run = found.run {
      lines.append(["run", text(run, out) + (Formatting.git(run.git).map { ", git \($0)" } ?? "")])
      lines.append(["command", RunRendering.command(run.command)])
      for (index, input) in found.inputs.prefix(10).enumerated() {
        lines.append([index == 0 ? "read" : "", RunRendering.artifact(input, out)])
      }
      if found.inputs.count > 10 { lines.append(["", "and \(found.inputs.count - 10) more"]) }
    }
    if let problem = row.problem { lines.append(["problem", out.styled(problem, .red)]) }
    for line in Formatting.table(lines) { out.line("    " + line) }
  }

  static func warnings(_ findings: PredictionFindings) -> [String] {
    unsearched(findings.unsearched).map { "warning: \($0)" }
  }

  /// Logs that couldn't be looked into, a line each, as far as there is room.
  static func unsearched(_ logs: [UnsearchedLog]) -> [String] {
    let lines = logs.prefix(5).map { "'\($0.name)' (\($0.content.short)) wasn't searched: \($0.reason)" }
    return logs.count > 5 ? lines + ["\(logs.count - 5) more logs weren't searched"] : lines
  }

  static func json(_ findings: PredictionFindings, key: [UInt8]) -> JSONObject {
    var fields: JSONObject = [
      "format": 1, "key": .string(PathText.encode(key)), "searched": .int(Int64(findings.searched)),
      "cut": .bool(findings.isCut), "count": .int(Int64(findings.count)),
    ]
    fields["unsearched"] = .array(
      findings.unsearched.map {
        ["log": .string($0.name), "content": .string($0.content.hex), "reason": .string($0.reason)]
      })
    fields["predictions"] = .array(findings.predictions.map { .object(json($0)) })
    fields["trace"] = findings.trace.map { .object(TraceJSON.json($0)) } ?? .null
    return fields
  }

  private static func json(_ found: FoundPrediction) -> JSONObject {
    func values(_ values: [PredictionRow.Value]) -> JSON {
      .array(values.map { ["name": .string($0.name), "value": .string($0.text)] })
    }
    var fields: JSONObject = [
      "log": .string(found.log), "content": found.content.map { .string($0.hex) } ?? .null,
      "logged": .string(found.logged.description), "row": .int(found.row.number),
      "time": found.row.time.map { .string($0.description) } ?? .null,
      "version": found.row.model.map { .string($0) } ?? .null, "outputs": values(found.row.outputs),
      "inputs": values(found.row.inputs),
    ]
    fields["problem"] = found.row.problem.map { .string($0) }
    fields["model"] = found.model.map { json($0) } ?? .null
    fields["run"] = found.run.map { .object(RunRendering.json($0)) } ?? .null
    fields["read"] = .array(found.inputs.map { .object($0.fields) })
    return fields
  }

  // MARK: Pieces

  private static func json(_ model: PredictionModel) -> JSON {
    var fields: JSONObject = [
      "path": .string(model.artifact.path), "found": .string(model.finding.rawValue),
      "run": model.run.map { .string($0.hex) } ?? .null,
    ]
    fields["id"] = model.artifact.content.map { .string($0.hex) } ?? .null
    return .object(fields)
  }

  private static func text(_ model: PredictionModel, _ out: StyledText) -> String {
    out.styled(model.artifact.path, .cyan) + (model.artifact.content.map { "  \($0.short)" } ?? "")
  }

  private static func text(_ run: RunRecord, _ out: StyledText) -> String {
    out.styled(run.component, .bold) + " " + out.styled(run.id.short, .yellow) + ", " + Formatting.time(run.started)
  }

  private static func text(_ columns: PredictionsLogged.Columns) -> String {
    var parts = ["key '\(columns.key)'"]
    parts.append(columns.time.map { "time '\($0)'" } ?? "no time column")
    parts.append(columns.model.map { "model '\($0)'" } ?? "no model column")
    parts.append(
      columns.outputs.isEmpty
        ? "no output column" : "output " + columns.outputs.map { "'\($0)'" }.joined(separator: ", "))
    return parts.joined(separator: ", ")
  }

  private static func format(_ columns: PredictionsLogged.Columns) -> String {
    let name =
      switch (columns.format, columns.delimiter) {
      case ("table", ","): "CSV"
      case ("table", "\t"): "TSV"
      case ("table", let delimiter?): "table with '\(delimiter)'"
      case ("json-lines", _): "JSON Lines"
      default: columns.format
      }
    return name + (columns.isCompressed ? ", gzip" : "")
  }

  private static func rows(_ fact: PredictionsLogged) -> String {
    count(fact.rows, "row") + (fact.bad > 0 ? ", \(grouped(fact.bad)) bad" : "")
  }

  private static func times(_ fact: PredictionsLogged) -> String {
    guard let first = fact.first, let last = fact.last else { return "" }
    return first == last ? Formatting.time(first) : "\(Formatting.time(first)) to \(Formatting.time(last))"
  }

  private static func pairs(_ values: [PredictionRow.Value]) -> String {
    // What would break the line, or speak to the terminal, is quoted.
    values.map { "\(plain($0.name))=\(plain($0.text))" }.joined(separator: "  ")
  }

  private static func plain(_ text: String) -> String {
    text.utf8.contains { $0 < 0x20 || $0 == 0x7F } ? PathText.encode(text.utf8) : text
  }

  private static func count(_ number: Int64, _ noun: String) -> String {
    "\(grouped(number)) \(noun)\(number == 1 ? "" : "s")"
  }

  /// A number with its digits in groups of three.
  static func grouped(_ number: Int64) -> String {
    let digits = Array(String(number))
    return digits.enumerated().reduce(into: "") { text, digit in
      let left = digits.count - digit.offset
      if digit.offset > 0, left % 3 == 0, digits[digit.offset - 1] != "-" { text += "," }
      text.append(digit.element)
    }
  }

  private static func shortened(_ names: [String]) -> String {
    names.prefix(3).map { "'\($0)'" }.joined(separator: ", ") + (names.count > 3 ? " and \(names.count - 3) more" : "")
  }
}
