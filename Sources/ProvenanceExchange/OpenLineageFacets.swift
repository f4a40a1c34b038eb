internal import Journaling
internal import MLTBase

/// What OpenLineage's facets say of runs, jobs and datasets.
struct OpenLineageFacets {
  let namespace: String

  /// A facet of the specification.
  private func facet(_ schema: String, _ version: String, _ fields: JSONObject) -> JSON {
    var fields = fields
    fields["_producer"] = .string(Vocabulary.producer)
    fields["_schemaURL"] = .string("https://openlineage.io/spec/facets/\(version)/\(schema).json#/$defs/\(schema)")
    return .object(fields)
  }

  /// A facet of mlt's own (`docs/export.md`).
  private func ownFacet(_ name: String, _ fields: JSONObject) -> JSON {
    var fields = fields
    fields["_producer"] = .string(Vocabulary.producer)
    fields["_schemaURL"] = .string(Vocabulary.base + "openlineage/1/\(name)")
    return .object(fields)
  }

  // MARK: Runs

  func run(_ run: ExportedRun, hasEnded: Bool) -> JSONObject {
    var facets = JSONObject()
    if let parent = run.parent { facets["parent"] = self.parent(parent, root: run.root ?? parent) }
    if !run.parameters.isEmpty {
      facets["executionParameters"] = facet(
        "ExecutionParametersRunFacet", "1-0-0",
        [
          "parameters": .array(
            run.parameters.sorted { $0.key < $1.key }.map { ["key": .string($0.key), "value": .string($0.value)] })
        ])
    }
    if !run.tags.isEmpty {
      facets["tags"] = facet(
        "TagsRunFacet", "1-0-0",
        [
          "tags": .array(
            run.tags.sorted { $0.key < $1.key }.map {
              ["key": .string($0.key), "value": .string($0.value), "source": "USER"]
            })
        ])
    }
    facets["mlt_run"] = ownFacet("run", own(run, hasEnded: hasEnded))
    if hasEnded { end(run, &facets) }
    return facets
  }

  private func end(_ run: ExportedRun, _ facets: inout JSONObject) {
    if !run.environment.variables.isEmpty {
      facets["environmentVariables"] = facet(
        "EnvironmentVariablesRunFacet", "1-0-0",
        [
          "environmentVariables": .array(
            run.environment.variables.sorted { $0.key < $1.key }.map {
              ["name": .string($0.key), "value": .string($0.value)]
            })
        ])
    }
    if let interpreter = run.environment.interpreters.first(where: { !$0.version.isEmpty }) {
      facets["processing_engine"] = facet(
        "ProcessingEngineRunFacet", "1-1-1",
        ["name": .string(interpreter.name), "version": .string(interpreter.version)])
    }
    if let failure = Vocabulary.failure(of: run) {
      facets["errorMessage"] = facet(
        "ErrorMessageRunFacet", "1-0-1",
        ["message": .string(failure), "programmingLanguage": .string(Self.language(run))])
    }
  }

  private static func language(_ run: ExportedRun) -> String {
    switch run.environment.interpreters.first?.name.prefix(4).lowercased() {
    case "pyth": "PYTHON"
    case "r", "rscr": "R"
    case "node": "JAVASCRIPT"
    case let name?: name.uppercased()
    case nil: "UNKNOWN"
    }
  }

  private func parent(_ parent: ExportedRun.Ancestor, root: ExportedRun.Ancestor) -> JSON {
    func run(_ ancestor: ExportedRun.Ancestor) -> JSON { ["runId": .string(Vocabulary.uuid(ancestor.run))] }
    func job(_ ancestor: ExportedRun.Ancestor) -> JSON {
      ["namespace": .string(namespace), "name": .string(ancestor.component)]
    }
    return facet(
      "ParentRunFacet", "1-2-0",
      ["run": run(parent), "job": job(parent), "root": ["run": run(root), "job": job(root)]])
  }

  private func own(_ run: ExportedRun, hasEnded: Bool) -> JSONObject {
    var fields: JSONObject = [
      "run": .string(run.id.hex), "command": .array(run.command.map { .string($0) }),
      "directory": .string(Vocabulary.readable(run.directory)), "host": .string(run.host), "user": .string(run.user),
    ]
    fields["git"] = run.git.map { .object($0.fields) }
    fields["note"] = run.note.map { .string($0) }
    fields["stage"] = run.stage.map { ["file": .string(Vocabulary.readable($0.file)), "name": .string($0.name)] }
    guard hasEnded else { return fields }
    fields["exit"] = run.exit.map { .int($0) }
    fields["evidence"] = run.evidence.map { .string($0.rawValue) }
    fields["record"] = run.record.map { .string($0.hex) }
    fields["usage"] = run.usage.map { .object($0.fields) }
    if !run.metrics.isEmpty {
      fields["metrics"] = .object(JSONObject(run.metrics.mapValues { Vocabulary.number($0) }))
    }
    if !run.failedChecks.isEmpty { fields["failedChecks"] = .array(run.failedChecks.map { .string($0) }) }
    if !run.hazards.isEmpty { fields["hazards"] = .array(run.hazards.map { .object($0.fields) }) }
    if !run.environment.packages.isEmpty {
      fields["packages"] = .array(
        run.environment.packages.map {
          ["system": .string($0.system), "name": .string($0.name), "version": .string($0.version)]
        })
    }
    if !run.environment.machine.isEmpty {
      fields["machine"] = .object(JSONObject(run.environment.machine.mapValues { .string($0) }))
    }
    return fields
  }

  // MARK: Jobs

  func job(_ run: ExportedRun) -> JSONObject {
    var facets: JSONObject = [
      "jobType": facet(
        "JobTypeJobFacet", "2-0-4", ["processingType": "BATCH", "integration": "MLT", "jobType": "COMMAND"])
    ]
    if let git = run.git, let remote = git.remote, let url = Vocabulary.gitURI(remote) {
      var fields: JSONObject = ["type": "git", "url": .string(url), "repoUrl": .string(remote)]
      fields["version"] = git.commit.map { .string($0) }
      fields["branch"] = git.branch.map { .string($0) }
      facets["sourceCodeLocation"] = facet("SourceCodeLocationJobFacet", "1-1-0", fields)
    }
    if let summary = run.summary, !summary.isEmpty {
      facets["documentation"] = facet("DocumentationJobFacet", "1-1-0", ["description": .string(summary)])
    }
    if let owner = run.owner, !owner.isEmpty {
      facets["ownership"] = facet(
        "OwnershipJobFacet", "1-0-1", ["owners": [["name": .string(owner), "type": "OWNER"]]])
    }
    return facets
  }

  // MARK: Datasets

  func input(_ artifact: ArtifactRecord, of run: ExportedRun) -> JSONObject {
    var dataset = self.dataset(artifact, of: run)
    if artifact.kind != .uri {
      dataset["inputFacets"] = [
        "inputStatistics": facet("InputStatisticsInputDatasetFacet", "1-0-0", Self.statistics(artifact))
      ]
    }
    return dataset
  }

  func output(_ artifact: ArtifactRecord, of run: ExportedRun) -> JSONObject {
    let change = artifact.before == nil ? nil : "OVERWRITE"
    var dataset = self.dataset(artifact, of: run, change: change)
    if artifact.kind != .uri {
      dataset["outputFacets"] = [
        "outputStatistics": facet("OutputStatisticsOutputDatasetFacet", "1-0-2", Self.statistics(artifact))
      ]
    }
    return dataset
  }

  func removed(_ path: String, of run: ExportedRun) -> JSONObject {
    var dataset = name(path, isURI: false, host: run.host)
    dataset["facets"] = ["lifecycleStateChange": lifecycle("DROP")]
    return dataset
  }

  private static func statistics(_ artifact: ArtifactRecord) -> JSONObject {
    ["size": .int(artifact.size), "fileCount": .int(artifact.count ?? 1)]
  }

  private func lifecycle(_ change: String) -> JSON {
    facet("LifecycleStateChangeDatasetFacet", "1-0-1", ["lifecycleStateChange": .string(change)])
  }

  private func dataset(_ artifact: ArtifactRecord, of run: ExportedRun, change: String? = nil) -> JSONObject {
    var dataset = name(artifact.path, isURI: artifact.kind == .uri, host: run.host)
    var facets: JSONObject = ["mlt_artifact": ownFacet("artifact", Self.own(artifact))]
    if let content = artifact.content {
      facets["version"] = facet(
        "DatasetVersionDatasetFacet", "1-0-1", ["datasetVersion": .string("sha256:" + content.hex)])
      if let columns = run.columns[content] {
        let fields = columns.enumerated().map { position, name -> JSON in
          ["name": .string(name), "ordinal_position": .int(Int64(position + 1))]
        }
        facets["schema"] = facet("SchemaDatasetFacet", "1-2-0", ["fields": .array(fields)])
      }
    }
    if let change { facets["lifecycleStateChange"] = lifecycle(change) }
    dataset["facets"] = .object(facets)
    return dataset
  }

  private static func own(_ artifact: ArtifactRecord) -> JSONObject {
    var fields: JSONObject = [
      "kind": .string(artifact.kind.rawValue), "evidence": .string(artifact.evidence.rawValue),
    ]
    if artifact.isInGit { fields["git"] = true }
    if artifact.isModified { fields["modified"] = true }
    if artifact.isPartial { fields["partial"] = true }
    fields["before"] = artifact.before.map { .string($0.hex) }
    fields["problem"] = artifact.problem.map { .string($0) }
    return fields
  }

  /// Names a dataset as the specification's page on naming has it.
  private func name(_ path: String, isURI: Bool, host: String) -> JSONObject {
    if isURI, let (namespace, name) = Self.uriName(path) {
      return ["namespace": .string(namespace), "name": .string(name)]
    }
    let text = Vocabulary.readable(path)
    if text.hasPrefix("/") {
      return ["namespace": .string("file://" + Vocabulary.encodedSegment(host.utf8)), "name": .string(text)]
    }
    return ["namespace": .string(namespace), "name": .string(text)]
  }

  // Of object stores the name is the object's key; elsewhere it is a path, with the slash that it begins with.
  private static let keyed: Set<String> = ["s3", "s3a", "s3n", "gs", "gcs", "abfs", "abfss", "wasb", "wasbs"]

  private static func uriName(_ uri: String) -> (namespace: String, name: String)? {
    guard let colon = uri.firstRange(of: "://"), colon.lowerBound != uri.startIndex else { return nil }
    let scheme = uri[..<colon.lowerBound]
    let authority = uri[colon.upperBound...].prefix { $0 != "/" }
    let path = uri[authority.endIndex...]
    let name = keyed.contains(scheme.lowercased()) ? path.drop { $0 == "/" } : path
    return ("\(scheme)://\(authority)", name.isEmpty ? "/" : String(name))
  }
}
