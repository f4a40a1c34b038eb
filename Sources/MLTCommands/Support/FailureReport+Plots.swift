internal import Lineage
internal import MLTBase
internal import Pipelines

/// What to say of what can't be drawn.
extension FailureReport {
  mutating func describe(_ error: PlotError) {
    switch error {
    case .unknownMetric(let name, let similar):
      set("no run has a metric '\(name)'", .notFound, hint: Self.meant(similar) ?? "'mlt runs' shows what runs have")
    case .noMetric: set("no metric is named to plot", .usage, hint: "'mlt runs' shows what runs have")
    case .nothingToDraw(let what): set("none of the runs has '\(what)'", .notFound)
    case .unsuitableField(let name):
      set("runs can't be drawn by '\(name)'", .usage, hint: "name it as 'metrics.f1', 'params.depth' or 'duration'")
    }
  }

  mutating func describe(_ error: FilePlotProblem) {
    let what = "'\(Self.shown(error.plot))'" + (error.version.map { " in \($0)" } ?? "")
    switch error.reason {
    case .nothingDeclared:
      set(
        "no pipeline file declares a plot", .notFound,
        hint: "name a file to draw it: 'mlt plot show loss.csv', or list it below 'plots' in 'mlt.yaml'")
    case .unknownPlot(let similar):
      set(
        "there is no plot or file \(what)", .notFound,
        hint: Self.meant(similar) ?? "'mlt plot show' without names draws what is declared")
    case .missingFile:
      set("there is no file \(what)", .notFound, hint: "run 'mlt checkout', 'mlt repro' or what makes it")
    case .absentContent:
      set(
        "the content of \(what) is neither in the store nor in DVC's cache", .notFound,
        hint: "run 'mlt fetch --all', or 'dvc fetch' for what DVC keeps")
    case .outside:
      set("\(what) lies outside the work tree", .usage, hint: "copy the file into it; only what it holds can be drawn")
    case .unsupportedKind:
      set(
        "\(what) can't be drawn: its name ends neither as a table nor as a picture", .usage,
        hint: "these can: .csv, .tsv, .json, .yaml, .yml, and as pictures .png, .jpg, .jpeg, .gif, .svg")
    case .tooLarge(let limit):
      set(
        "\(what) is larger than \(Formatting.size(Int64(limit))), which is what is read", .failed,
        hint: "draw every n-th row of it")
    case .unreadable(let words): set("cannot read \(what): \(words)", .failed)
    case .notText: set("\(what) isn't UTF-8 text", .failed, hint: "write it as UTF-8; is it what its name says?")
    case .malformed(let problem):
      set(
        "cannot read \(what): \(problem.reason)\(problem.position.map { " (line \($0.line), column \($0.column))" } ?? "")",
        .failed)
      if case .tooComplex = problem.reason { hints.append("write so many values as CSV") }
    case .noRows: set("\(what) has no rows", .failed)
    case .noList:
      set(
        "\(what) has no list of objects to draw", .failed,
        hint: "write it as [{\"step\": 0, \"loss\": 0.5}, …], or in an object as {\"train\": […]}")
    case .damagedRow(let row):
      set("\(what): row \(row) is too long, or a quote in it is never closed", .failed)
    case .raggedRow(let row, let cells, let expected):
      set(
        "\(what): row \(row) has \(Formatting.count(cells, "cell")) and the first \(expected)", .failed,
        hint: "put texts with commas into double quotes; tables with tabs are called '.tsv'")
    case .unknownColumn(let column, let known):
      let shown =
        known.prefix(20).map { "'\(Self.shown($0))'" }.joined(separator: ", ") + (known.count > 20 ? ", …" : "")
      set("\(what) has no column '\(Self.shown(column))'", .notFound, hint: "it has \(shown)")
    case .notNumbers(let column, let example, let numeric):
      set(
        "column '\(Self.shown(column))' of \(what) has no numbers: its first value is '\(Self.shown(String(example.prefix(40))))'",
        .usage,
        hint: numeric.isEmpty
          ? "classes are drawn by '--template confusion'"
          : "these have: \(numeric.prefix(20).map { "'\(Self.shown($0))'" }.joined(separator: ", ")); classes are drawn by '--template confusion'"
      )
    case .unequalLengths(let x, let width, let y, let height):
      set(
        "\(what): column '\(Self.shown(x))' has \(Formatting.count(width, "row")) and '\(Self.shown(y))' \(height)",
        .failed,
        hint: "columns of two files are joined row by row")
    case .unequalColumns(let x, let y):
      set(
        "plot \(what) has \(Formatting.count(x, "column")) for x and \(y) for y", .usage,
        hint: "give one column for x, or one for each of y")
    case .tooManyNames(let column, let count, let limit):
      set(
        "\(what): '\(Self.shown(column))' has \(count) different values, of which \(limit) can be drawn", .usage,
        hint: "draw it by '--template scatter', or another column")
    case .unknownTemplate(let name):
      set("there is no template '\(name)'", .usage, hint: "there are \(PlotText.names)")
    case .templateFile(let name, let path):
      set(
        "template '\(name)' is written for Vega (\(path)) and can't be drawn", .usage,
        hint: "draw it by one of these: --template \(PlotText.names)")
    case .isPicture:
      set("\(what) is a picture, which has no columns", .usage, hint: "leave out x and y, and show it by '--html FILE'")
    }
  }

  // Names come from files, which may hold anything.
  private static func shown(_ name: String) -> String {
    name.utf8.contains { $0 < 0x20 || $0 == 0x7F } ? PathText.encode(name.utf8) : name
  }
}
