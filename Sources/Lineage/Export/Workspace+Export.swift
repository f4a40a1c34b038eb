internal import GitAccess
internal import Journaling
internal import MLTBase
internal import ObjectStorage
internal import ProvenanceExchange
internal import SystemPackage

extension Workspace {
  /// Up to how many files of a folder are subjects of an attestation, each by itself.
  private static let subjectLimit: Int64 = 1000

  /// Writes what is known of runs in a form that other tools read.
  ///
  /// One run is held at a time. The same facts make the same bytes.
  ///
  /// - Parameters:
  ///   - progress: told how many runs and bytes were written; may throw to stop.
  /// - Throws: ``ExportError``; what ``target(of:)`` throws; `SigningError` if attestations are to be signed and can't be; what the
  ///   destination throws.
  public func export(
    _ request: ExportRequest, to destination: ExportDestination,
    progress: (_ runs: Int, _ bytes: Int64) throws -> Void = { _, _ in }
  ) throws -> ExportReport {
    let runs = try self.runs(of: request)
    switch destination {
    case .stream(let take): return try write(runs, request, DocumentOutput(take), nil, progress)
    case .file(let path):
      let file = try ReplacementFile(path)
      let report = try write(runs, request, DocumentOutput { try file.write($0) }, nil, progress)
      try file.finish()
      return report
    case .folder(let path):
      let folder = try CrateFolder(path, self)
      let file = try ReplacementFile(folder.metadata)
      var report = try write(runs, request, DocumentOutput { try file.write($0) }, folder, progress)
      try file.finish()
      try folder.finish()
      report.included = folder.included
      report.absent = folder.absent.sorted()
      return report
    }
  }

  private func write(
    _ runs: [RunID], _ request: ExportRequest, _ output: DocumentOutput, _ folder: CrateFolder?,
    _ progress: (_ runs: Int, _ bytes: Int64) throws -> Void
  ) throws -> ExportReport {
    let text = ExportText(
      Redaction(environment: context.environment), root: root, tellsPaths: request.tellsAbsolutePaths)
    var report = ExportReport()
    func each(sources: Bool = false, columns: Bool = false, _ body: (ExportedRun) throws -> Bool) throws {
      let finder = sources ? try originFinder() : nil
      let gathering = RunGathering(
        try index, text, finder: finder, tables: columns ? TableColumns(try store) : nil)
      for run in runs {
        guard let exported = try gathering.run(run) else { continue }
        if try body(exported) { report.runs += 1 }
        try progress(report.runs, output.count)
      }
    }
    switch request.format {
    case .openLineage(let columns):
      let writer = OpenLineageWriter(namespace: try exportNamespace(request.namespace), output: output)
      try each(columns: columns) { run in
        try writer.add(run)
        return true
      }
    case .prov:
      let exported = Set(runs)
      let writer = ProvWriter(output: output, temporaryFolder: spoolFolder) { exported.contains($0) }
      try each(sources: true) { run in
        try writer.add(run)
        return true
      }
      try writer.finish()
    case .crate(let options):
      let writer = CrateWriter(output: output, temporaryFolder: spoolFolder) { artifact in
        guard options.includesData, let folder else { return nil }
        var original = artifact
        original.path = text.original(of: artifact.path)
        return try folder.put(original, toldAs: artifact.path)
      }
      try each { run in
        try writer.add(run)
        return true
      }
      report.isWorkflow = try writer.finish(try description(of: request, options)) { file, commit in
        guard let folder, let bytes = try pipelineFile(file, commit) else { return nil }
        return try folder.put(bytes, toldAs: file)
      }
    case .inToto(let options):
      let writer = try attestations(options, output)
      var omissions: [AttestationWriter.Omission: Int] = [:]
      try each { run in
        guard let omission = try writer.add(run) else { return true }
        omissions[omission, default: 0] += 1
        return false
      }
      report.omissions = omissions
      if report.runs == 0, !request.isAll { throw ExportError.nothingToAttest(omissions) }
    }
    try output.flush()
    return report
  }

  /// Where files may be made that end with the process.
  private var spoolFolder: FilePath {
    context.environment["TMPDIR"].flatMap { $0.hasPrefix("/") ? FilePath($0) : nil } ?? "/tmp"
  }

  // MARK: Attestations

  private func attestations(_ options: AttestationOptions, _ output: DocumentOutput) throws -> AttestationWriter {
    let signer = try signer(options.signs)
    let finder = try originFinder()
    return AttestationWriter(
      options.isTrace ? .runtimeTrace : .provenance, output: output,
      files: { artifact in
        guard let tree = artifact.content, artifact.count.map({ $0 <= Self.subjectLimit }) ?? false else { return nil }
        return try finder.files(of: tree)?.map { ($0.key, $0.value) }.sorted { $0.0.lexicographicallyPrecedes($1.0) }
      },
      sign: signer.map { signer in
        { message in
          let (signature, key) = try signer.keygen.sign(message, key: signer.key)
          return (Array(signature.utf8), key)
        }
      })
  }

  // MARK: Crates

  private func description(
    of request: ExportRequest, _ options: CrateOptions
  ) throws -> CrateWriter.Description {
    let project = try exportNamespace(request.namespace)
    let pointers = request.pointers.prefix(3).joined(separator: ", ") + (request.pointers.count > 3 ? ", …" : "")
    return CrateWriter.Description(
      name: options.name ?? (request.isAll ? "Runs of \(project)" : "Provenance of \(pointers)"),
      text: "Commands that were run in \(project), with what they read and wrote, as mlt recorded them",
      licence: options.licence ?? "No licence is stated")
  }

  private static let pipelineLimit = 16 << 20

  /// The bytes of a pipeline's file, of a commit if git has them, else as they are now.
  private func pipelineFile(_ file: String, _ commit: String?) throws -> [UInt8]? {
    guard let path = WorkPath(text: file), !path.isOutside else { return nil }
    if let commit, let repository, repository.holds(commit: commit),
      let bytes = try repository.blob(at: path.bytes, commit: commit, limit: Self.pipelineLimit)
    {
      return bytes
    }
    return try FileOperations.contents(of: path.filePath(in: root), limit: Self.pipelineLimit)
  }
}
