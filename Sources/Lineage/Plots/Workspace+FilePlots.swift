internal import GitAccess
internal import MLTBase
internal import Pipelines
internal import Plotting
internal import SystemPackage

extension Workspace {
  /// Draws what pipeline files declare to be drawn, or files that are named, of one version or several.
  ///
  /// What can't be drawn is among ``FilePlotReport/problems`` while something else can.
  ///
  /// - Throws: ``FilePlotProblem`` if nothing can be drawn; ``WorkspaceError/unknownRevision(_:similar:)``,
  ///   ``WorkspaceError/noRepository(_:)``, ``WorkspaceError/invalidPipeline(_:)``; failures of git and the store.
  public func filePlots(_ request: FilePlotRequest) throws -> FilePlotReport {
    let contents = PlotContents(self)
    let (versions, targets) = try plotVersions(request, contents)
    var report = FilePlotReport(versions: versions.map(\.name))
    if let name = request.template { _ = try template(name, "") }
    var definitions: [PlotDefinition] = []
    // What is declared now, or else later, counts where versions differ.
    var seen: Set<String> = []
    for version in versions.filter({ $0.commit == nil }) + versions.filter({ $0.commit != nil }).reversed() {
      do {
        let found = plotDefinitions(in: try pipeline(of: version))
        definitions += found.filter { !seen.contains($0.fullID ?? $0.id) }
        seen.formUnion(found.map { $0.fullID ?? $0.id })
      } catch let error as WorkspaceError where version.commit != nil {
        report.problems.append(error)
      }
    }
    if targets.isEmpty, definitions.isEmpty {
      throw report.problems.first ?? FilePlotProblem("", .nothingDeclared)
    }
    let chosen = try choose(targets, definitions, versions, contents)
    let wanted = try chosen.flatMap { try expanded($0, versions, contents) }
    for var definition in wanted {
      var own = request
      // Columns that are asked for are those of the tables among them.
      if wanted.count > 1, PlotDrawing.isOfPictures(definition) { (own.x, own.y) = (nil, []) }
      definition.apply(own)
      var drawing = PlotDrawing(self, definition, versions, contents, hasVersions: request.isComparison)
      do {
        if let drawn = try drawing.draw(smoothing: request.smoothing) {
          report.plots.append(FilePlotReport.Plot(id: definition.id, drawing: drawn))
        }
      } catch let problem as FilePlotProblem {
        drawing.problems.append(problem)
      }
      report.problems += drawing.problems as [any Error]
      report.missing += drawing.missing
    }
    if report.plots.isEmpty { throw report.problems.first ?? FilePlotProblem("", .nothingDeclared) }
    return report
  }

  /// Finds a template.
  ///
  /// - Throws: ``FilePlotProblem``.
  func template(_ name: String, _ plot: String) throws -> PlotTemplate {
    if let template = PlotTemplate(name: name) { return template }
    for file in [".dvc/plots/\(name)", ".dvc/plots/\(name).json", name] {
      // What can't be looked at isn't there.
      let status = try? FileStatus(at: root.pushing(FilePath(file)), followingLinks: true)
      if !name.isEmpty, status?.kind == .regular {
        throw FilePlotProblem(plot, .templateFile(name, path: file))
      }
    }
    throw FilePlotProblem(plot, .unknownTemplate(name))
  }

  // MARK: Versions

  /// What the targets name: without any version HEAD and the work tree, one is compared with the work tree.
  private func plotVersions(
    _ request: FilePlotRequest, _ contents: PlotContents
  ) throws -> (versions: [PlotVersion], targets: [String]) {
    guard request.isComparison else { return ([.workTree], request.targets) }
    if repository == nil { throw WorkspaceError.noRepository(root) }
    var versions: [PlotVersion] = []
    var targets: [String] = []
    func add(_ version: PlotVersion) { if !versions.contains(version) { versions.append(version) } }
    for name in request.targets.dropLast(request.plainTargets) {
      if name == PlotVersion.workTree.name {
        add(.workTree)
      } else if let commit = try commit(of: name) {
        add(PlotVersion(name: name, commit: commit))
      } else if try isPlotTarget(name, versions, contents) || !targets.isEmpty {
        targets.append(name)
      } else {
        _ = try requireCommit(of: name)
      }
    }
    if versions.isEmpty { add(PlotVersion(name: "HEAD", commit: try requireCommit(of: "HEAD"))) }
    if versions.count == 1 { add(.workTree) }
    return (versions, targets + request.targets.suffix(request.plainTargets))
  }

  /// Whether a text that is no revision may name a plot: there is such a path, or a pipeline file says so.
  private func isPlotTarget(
    _ name: String, _ versions: [PlotVersion], _ contents: PlotContents
  ) throws -> Bool {
    let path = path(of: name)
    if try FileStatus(at: path.filePath(in: root)) != nil { return true }
    if try ([.workTree] + versions).contains(where: { try hasAnything(at: path, $0, contents) }) { return true }
    let declared = try project().map { plotDefinitions(in: $0.pipeline) } ?? []
    return declared.contains { $0.id == name || $0.fullID == name }
  }

  private func pipeline(of version: PlotVersion) throws -> Pipeline {
    guard let commit = version.commit, let repository else {
      return try project()?.pipeline ?? Pipeline(reading: [], of: WorkTreeFiles(root: root))
    }
    let files = try repository.files(below: [], commit: commit) ?? []
    let paths = Pipeline.files(
      among: files.compactMap { String(validating: $0.path, as: UTF8.self) }.filter { path in
        !path.split(separator: "/").dropLast().contains { $0.hasPrefix(".") }
      })
    let pipeline = Pipeline(
      reading: paths, of: CommitFiles(repository: repository, commit: commit),
      options: Pipeline.Options(root: root.string))
    guard pipeline.problems.isEmpty else { throw WorkspaceError.invalidPipeline(pipeline.problems) }
    return pipeline
  }

  // MARK: Which plots

  private func choose(
    _ targets: [String], _ definitions: [PlotDefinition], _ versions: [PlotVersion], _ contents: PlotContents
  ) throws -> [PlotDefinition] {
    if targets.isEmpty { return definitions }
    var chosen: [PlotDefinition] = []
    for target in targets {
      let byName = definitions.filter { $0.id == target || $0.fullID == target }
      let path = path(of: target)
      let byPath = definitions.filter { $0.file == path || $0.file?.isBelow(path) ?? false }
      if !byName.isEmpty || !byPath.isEmpty {
        chosen += byName.isEmpty ? byPath : byName
        continue
      }
      if path.isOutside { throw FilePlotProblem(target, .outside) }
      var plot = PlotDefinition(id: path.text, file: path)
      // A file in a declared folder is drawn as the folder is.
      if let around = definitions.first(where: { $0.file.map { path.isBelow($0) } ?? false }) {
        plot = around
        (plot.id, plot.file) = (path.text, path)
      }
      chosen.append(plot)
      if try !versions.contains(where: { try hasAnything(at: path, $0, contents) }) {
        let known = definitions.map(\.id) + (try similarPaths(to: target))
        throw FilePlotProblem(
          target, .unknownPlot(similar: Similarity.nearest(to: target, among: Set(known), limit: 3)))
      }
    }
    return chosen
  }

  private func hasAnything(at path: WorkPath, _ version: PlotVersion, _ contents: PlotContents) throws -> Bool {
    do {
      if try contents.bytes(path, version) != nil { return true }
    } catch is FilePlotProblem.Reason {
      // It is there, but can't be read, which is told when it is to be drawn.
      return true
    }
    return try !contents.files(below: path, version).isEmpty
  }

  /// A folder's files, each for itself; anything else as it is.
  private func expanded(
    _ definition: PlotDefinition, _ versions: [PlotVersion], _ contents: PlotContents
  ) throws -> [PlotDefinition] {
    guard let folder = definition.file, !folder.isOutside else { return [definition] }
    // What looks like a file is mostly one, and asking costs a walk through a commit.
    let ending = PlotTable.ending(of: String(decoding: folder.name, as: UTF8.self))
    if PlotTable.endings.contains(ending) || PlotDrawing.mediaTypes[ending] != nil {
      let isFolder = try FileStatus(at: folder.filePath(in: root), followingLinks: true)?.kind == .directory
      if !isFolder { return [definition] }
    }
    let files = try Set(versions.flatMap { try contents.files(below: folder, $0) }).sorted()
    // What lies there beside them is no plot.
    let plots = files.filter { file in
      let ending = PlotTable.ending(of: String(decoding: file.name, as: UTF8.self))
      return PlotTable.endings.contains(ending) || PlotDrawing.mediaTypes[ending] != nil
    }
    if files.isEmpty { return [definition] }
    return (plots.isEmpty ? files : plots).map { file in
      var plot = definition
      (plot.id, plot.file) = (file.text, file)
      return plot
    }
  }
}
