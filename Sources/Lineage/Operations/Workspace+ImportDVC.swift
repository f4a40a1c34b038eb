internal import DVCProjects
internal import GitAccess
internal import Journaling
internal import MLTBase
internal import ObjectStorage
internal import SystemPackage

extension Workspace {
  /// Takes over what a DVC project keeps: its outputs' bytes into the store, their contents into the lock file.
  ///
  /// Bytes come from DVC's cache, else from the work tree, and are stored if their MD5 is the one that DVC noted. An
  /// output without bytes gets a line that says so. Nothing of the project is changed. What is wrong with one file is
  /// reported and keeps none of the others from being taken.
  ///
  /// - Throws: ``WorkspaceError/missingFile(_:)``, ``WorkspaceError/outsideWorkTree(_:)``,
  ///   ``WorkspaceError/notDVCProject(_:)``; failures of store and journal. On a failure nothing is tracked anew.
  public func importDVC(_ request: DVCImportRequest) throws -> DVCImportReport {
    let projectRoot = try dvcRoot(request.folder ?? ".")
    let project = DVCProject(root: projectRoot, configurations: dvcConfigurations)
    let contents = project.contents()
    let base = inside(projectRoot)
    var report = DVCImportReport(root: base, isTrial: request.isTrial)
    report.leftToGit = contents.leftToGit.map { Self.path($0, in: base) }
    report.stages = contents.stages
    report.problems = contents.problems
    report.leftToGit.sort()
    let empty = report
    func taken(_ writer: ObjectWriter) throws -> DVCImportReport {
      var report = empty
      var taking = DVCTaking(
        workspace: self, project: project, lock: try readLock(), writer: writer, isForced: request.isForced,
        isTrial: request.isTrial)
      for output in contents.outputs { try taking.take(output, at: Self.path(output.path, in: base), &report) }
      return report
    }
    if request.isTrial {
      let writer = try store.begin()
      defer { writer.abandon() }
      return try taken(writer)
    }
    return try storing {
      try taken($0)
    } thenRecord: { report in
      try keep(report)
      return report
    }
  }

  private func dvcRoot(_ argument: String) throws -> FilePath {
    let path = path(of: argument)
    guard !path.isOutside else { throw WorkspaceError.outsideWorkTree(path.text) }
    guard let folder = FileOperations.resolved(path.filePath(in: root)), !inside(folder).isOutside else {
      throw WorkspaceError.missingFile(path.text)
    }
    guard let found = try DVCProject.root(around: folder, upTo: root) else {
      throw WorkspaceError.notDVCProject(path.text)
    }
    return found
  }

  /// The machine's and the user's own configuration of DVC, which may say where the cache is.
  var dvcConfigurations: [FilePath] {
    func folder(_ own: String, _ base: String, _ fallback: FilePath?) -> FilePath? {
      if let path = context.environment[own], !path.isEmpty { return FilePath(path) }
      if let path = context.environment[base]?.split(separator: ":").first {
        return FilePath(String(path)).appending("dvc")
      }
      return fallback?.appending("dvc")
    }
    return [
      folder("DVC_SYSTEM_CONFIG_DIR", "XDG_CONFIG_DIRS", "/etc/xdg"),
      folder("DVC_GLOBAL_CONFIG_DIR", "XDG_CONFIG_HOME", context.home?.appending(".config")),
    ].compactMap { $0?.appending("config") }
  }

  private static func path(_ bytes: [UInt8], in base: WorkPath) -> WorkPath {
    WorkPath(normal: base.isRoot ? bytes : base.bytes + [0x2F] + bytes)
  }

  /// Writes down what was taken: the facts, then the lock file.
  private func keep(_ report: DVCImportReport) throws {
    let taken = report.items.filter { $0.outcome == .imported }
    let facts = taken.compactMap { item in
      item.artifact.map { ArtifactAdded($0, origin: origin(of: item, in: report.root)) }
    }
    // Opened before the first fact is written, so that a new one has nothing to catch up on.
    _ = try index
    if !facts.isEmpty { try record(facts, durable: true) }
    try changeLock { lock in
      for item in report.items {
        switch item.outcome {
        case .imported: if let entry = item.artifact.flatMap({ LockEntry($0) }) { lock.set(entry) }
        case .absent:
          // What stood there was to be replaced; without force this would be a conflict.
          if lock[item.path] != nil { lock.remove(item.path) }
          lock.set(AbsentEntry(hash: item.output.hash, size: item.output.size, path: item.path))
        case .unchanged, .conflict: break
        }
      }
    }
    // Where the folder isn't there yet, checkout sees to it.
    try ignoreInGit(
      taken.map(\.path).filter { path in
        try path.parent.map { try FileStatus(at: $0.filePath(in: root))?.kind == .directory } ?? false
      })
  }

  private func origin(of item: DVCImportReport.Item, in base: WorkPath) -> ImportOrigin {
    let file = PathText.decode(item.output.file).map { Self.path($0, in: base).text } ?? item.output.file
    let source = item.output.source.map { source in
      RemoteURL.withoutCredentials(source.place) + (source.path.map { " \($0)" } ?? "")
        + (source.commit.map { " at \($0)" } ?? "")
    }
    return ImportOrigin(tool: "dvc", hash: item.output.hash.text, file: file, source: source)
  }
}
