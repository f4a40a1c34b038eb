internal import ArgumentParser
internal import Lineage
internal import Plotting

/// Where drawings go: files, or else the terminal.
struct PlotOutput: ParsableArguments {
  @Option(name: .long, help: ArgumentHelp("Write SVG", valueName: "file"), completion: .file())
  var svg: String?

  @Option(
    name: .long, help: ArgumentHelp("Write a page that needs nothing else", valueName: "file"), completion: .file())
  var html: String?

  @Flag(name: .long, help: "Print the points as JSON")
  var json = false

  /// A drawing, and what it is called where it is asked for.
  struct Entry {
    var id: String
    var drawing: Drawing
  }

  func validate() throws {
    if json, svg != nil || html != nil {
      throw ValidationError("--json prints points, and goes with neither --svg nor --html")
    }
  }

  /// Draws files; what can't be drawn is told, and ends the process with exit status 1.
  func show(_ request: FilePlotRequest) throws {
    let session = try Session()
    let workspace = try session.workspace()
    let report = try session.telling(workspace) { try workspace.filePlots(request) }
    try show(
      report.plots.map { Entry(id: $0.id, drawing: $0.drawing) }, session, workspace,
      versions: request.isComparison ? report.versions : nil)
    for missing in report.missing {
      Output.say("mlt: '\(missing.file)' isn't in \(missing.version) and is drawn for the others")
    }
    if report.problems.isEmpty { return }
    for problem in report.problems { FailureReport(problem).presentAsWarning() }
    throw ExitCode(FailureReport.Status.failed.rawValue)
  }

  /// Writes or prints drawings.
  ///
  /// - Parameter versions: the versions that are compared.
  func show(
    _ entries: [Entry], _ session: Session, _ workspace: Workspace, versions: [String]? = nil
  ) throws {
    let drawings = entries.map(\.drawing)
    if let svg {
      // A file holds one picture; further ones are numbered.
      let drawn = drawings.filter { if case .pictures = $0 { false } else { true } }
      for (number, drawing) in drawn.enumerated() {
        try OutputFile.write(SVGPlot.draw(drawing), to: Self.name(svg, number), session)
      }
      if drawn.count < drawings.count {
        Output.say("hint: pictures that are there already are shown by '--html FILE'")
      }
    }
    if let html {
      try OutputFile.write(PlotPage.draw(Self.title(drawings), drawings), to: html, session)
    }
    if json {
      try session.show(json: PlotJSON.of(entries, versions: versions), of: workspace)
    } else if svg == nil, html == nil {
      try session.show(
        PlotRendering.text(drawings, terminal: session.terminal, context: session.context), of: workspace)
    } else {
      session.tell(workspace)
    }
    let unplaced = drawings.reduce(0) { $0 + $1.unplaced }
    if unplaced > 0 {
      Output.say("mlt: \(Formatting.count(unplaced, "point")) left out that \(unplaced == 1 ? "has" : "have") no place")
    }
  }

  // The names of a few; of many only how many there are.
  private static func title(_ drawings: [Drawing]) -> String {
    drawings.count > 6 ? Formatting.count(drawings.count, "plot") : drawings.map(\.title).joined(separator: ", ")
  }

  private static func name(_ file: String, _ number: Int) -> String {
    if number == 0 { return file }
    let stem = file.lowercased().hasSuffix(".svg") ? String(file.dropLast(4)) : file
    return "\(stem)-\(number + 1).svg"
  }
}
