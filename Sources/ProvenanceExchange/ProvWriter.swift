internal import Journaling
public import MLTBase
public import SystemPackage

/// Writes runs as one W3C PROV document in JSON (PROV-JSON, member submission of 2013).
///
/// Runs are activities, what they read and wrote are entities, commits are plans, people are agents. An entity is one version
/// of one path: what a run wrote there, so that no entity has two makers; what nobody is known to have made is
/// named by its content and path.
public final class ProvWriter {
  private enum Section: String, CaseIterable {
    case entity, activity, agent, used, wasGeneratedBy, wasAssociatedWith, wasDerivedFrom, wasInformedBy, wasStartedBy
    case hadMember
  }

  private let output: DocumentOutput
  private let isExported: (RunID) -> Bool
  private var sections: [Section: Spool] = [:]
  private var named = SeenNames()
  private var relations = 0

  /// Begins.
  ///
  /// - Parameters:
  ///   - output: gets the document, at the end.
  ///   - folder: where temporary files may be made.
  ///   - isExported: whether a run is one of those that are added, before or later.
  public init(output: DocumentOutput, temporaryFolder folder: FilePath, isExported: @escaping (RunID) -> Bool) {
    self.output = output
    self.isExported = isExported
    for section in Section.allCases { sections[section] = Spool(folder) }
  }

  // MARK: Adding

  /// Adds a run.
  public func add(_ run: ExportedRun) throws {
    let activity = "run:" + run.id.hex
    try add(.activity, activity, attributes(of: run))
    try associate(run, activity)
    if let parent = run.parent {
      try relate(
        .wasStartedBy, ["prov:activity": .string(activity), "prov:starter": .string("run:" + parent.run.hex)])
    }
    var informants: Set<RunID> = []
    var used: [String: String] = [:]
    for input in run.inputs {
      let entity = try self.entity(of: input, of: run)
      used[input.artifact.path] = entity
      try relate(
        .used,
        [
          "prov:activity": .string(activity), "prov:entity": .string(entity),
          "mlt:evidence": .string(input.artifact.evidence.rawValue),
        ])
      for source in input.sources {
        switch source {
        case .output(let maker), .member(let maker, _), .part(let maker), .copy(let maker, _): informants.insert(maker)
        case .changed, .added, .git, .unknown: break
        }
      }
    }
    for informant in informants.sorted() {
      try relate(
        .wasInformedBy, ["prov:informed": .string(activity), "prov:informant": .string("run:" + informant.hex)])
    }
    for artifact in run.outputs {
      let entity = Self.output(of: run.id, at: artifact.path)
      try declare(entity, artifact)
      try relate(
        .wasGeneratedBy,
        [
          "prov:entity": .string(entity), "prov:activity": .string(activity),
          "mlt:evidence": .string(artifact.evidence.rawValue),
        ])
      if let before = used[artifact.path] { try derive(entity, from: before, type: "prov:Revision", by: activity) }
    }
  }

  private func associate(_ run: ExportedRun, _ activity: String) throws {
    var fields: JSONObject = ["prov:activity": .string(activity)]
    if !run.user.isEmpty {
      let agent = "agent:" + Self.local(run.user.utf8)
      fields["prov:agent"] = .string(agent)
      if named.insert(agent) {
        try add(.agent, agent, ["prov:type": Self.type("prov:Person"), "prov:label": .string(run.user)])
      }
    }
    if let git = run.git, let commit = git.commit {
      let plan = "commit:" + Self.local(commit.utf8)
      fields["prov:plan"] = .string(plan)
      if named.insert(plan) {
        var entity: JSONObject = ["prov:type": Self.type("prov:Plan"), "prov:label": .string("commit " + commit)]
        entity["mlt:repository"] = git.remote.map { .string($0) }
        try add(.entity, plan, entity)
      }
    }
    if fields.members.count > 1 { try relate(.wasAssociatedWith, fields) }
  }

  private func attributes(of run: ExportedRun) -> JSONObject {
    var fields: JSONObject = [
      "prov:type": Self.type("mlt:Run"), "prov:label": .string(run.component),
      "prov:startTime": .string(run.started.description), "mlt:component": .string(run.component),
      "mlt:command": .string(JSON.array(run.command.map { .string($0) }).canonicalText),
      "mlt:directory": .string(Vocabulary.readable(run.directory)), "mlt:status": .string(run.status.rawValue),
    ]
    fields["prov:endTime"] = run.ended.map { .string($0.description) }
    fields["mlt:exit"] = run.exit.map { ["$": .string(String($0)), "type": "xsd:int"] }
    fields["mlt:evidence"] = run.evidence.map { .string($0.rawValue) }
    fields["mlt:record"] = run.record.map { .string($0.hex) }
    fields["mlt:note"] = run.note.map { .string($0) }
    fields["mlt:failure"] = Vocabulary.failure(of: run).map { .string($0) }
    if !run.host.isEmpty { fields["mlt:host"] = .string(run.host) }
    fields["mlt:branch"] = run.git?.branch.map { .string($0) }
    if run.git?.isDirty == true { fields["mlt:dirty"] = true }
    fields["mlt:stage"] = run.stage.map { .string(Vocabulary.readable($0.file) + ":" + $0.name) }
    func set(_ name: String, _ values: [String]) {
      if values.isEmpty { return }
      fields[name] = values.count == 1 ? .string(values[0]) : .array(values.map { .string($0) })
    }
    set("mlt:parameter", Vocabulary.assignments(run.parameters))
    set("mlt:tag", Vocabulary.assignments(run.tags))
    set("mlt:metric", run.metrics.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" })
    set("mlt:variable", Vocabulary.assignments(run.environment.variables))
    set("mlt:package", run.environment.packages.compactMap { Vocabulary.packageURL($0) })
    set("mlt:interpreter", Vocabulary.interpreters(of: run))
    set("mlt:machine", Vocabulary.assignments(run.environment.machine))
    set("mlt:failedCheck", run.failedChecks)
    set("mlt:removed", run.removed.map { Vocabulary.readable($0) })
    set(
      "mlt:hazard",
      run.hazards.map { hazard in
        [hazard.kind.rawValue, hazard.path.map { Vocabulary.readable($0) }, hazard.detail].compactMap { $0 }
          .joined(separator: ": ")
      })
    return fields
  }

  // MARK: Entities

  /// Returns the name of an input's entity, which is declared unless a run of this document does.
  private func entity(of input: ExportedRun.Input, of reader: ExportedRun) throws -> String {
    let artifact = input.artifact
    if input.sources.count == 1 {
      switch input.sources[0] {
      case .output(let run):
        let entity = Self.output(of: run, at: artifact.path)
        if !isExported(run) { try declare(entity, artifact) }
        return entity
      case .member(let run, let folder):
        let entity = Self.output(of: run, at: artifact.path)
        if try declare(entity, artifact) {
          try relate(
            .hadMember,
            ["prov:collection": .string(Self.output(of: run, at: folder)), "prov:entity": .string(entity)])
        }
        return entity
      case .part, .copy, .changed, .added, .git, .unknown: break
      }
    }
    let entity = Self.content(artifact, reader: reader.id)
    guard try declare(entity, artifact) else { return entity }
    for source in input.sources {
      switch source {
      case .copy(let run, let path): try derive(entity, from: Self.output(of: run, at: path), type: nil, by: nil)
      case .changed(let run, let path?):
        try derive(entity, from: Self.output(of: run, at: path), type: "prov:Revision", by: nil)
      case .output, .member, .part, .changed, .added, .git, .unknown: break
      }
    }
    return entity
  }

  /// Declares an entity unless that was done.
  ///
  /// - Returns: whether it is new.
  @discardableResult
  private func declare(_ entity: String, _ artifact: ArtifactRecord) throws -> Bool {
    guard named.insert(entity) else { return false }
    var fields: JSONObject = ["prov:label": .string(Vocabulary.readable(artifact.path))]
    switch artifact.kind {
    case .file: fields["prov:type"] = Self.type("mlt:File")
    case .link: fields["prov:type"] = Self.type("mlt:Link")
    case .uri: fields["prov:type"] = Self.type("mlt:URI")
    case .tree: fields["prov:type"] = .array([Self.type("mlt:Folder"), Self.type("prov:Collection")])
    }
    if let content = artifact.content {
      fields[artifact.kind == .tree ? "mlt:tree" : "mlt:sha256"] = .string(content.hex)
      fields["mlt:size"] = ["$": .string(String(artifact.size)), "type": "xsd:long"]
    }
    fields["mlt:files"] = artifact.count.map { ["$": .string(String($0)), "type": "xsd:long"] }
    fields["mlt:problem"] = artifact.problem.map { .string($0) }
    try add(.entity, entity, fields)
    return true
  }

  private func derive(_ entity: String, from other: String, type: String?, by activity: String?) throws {
    var fields: JSONObject = ["prov:generatedEntity": .string(entity), "prov:usedEntity": .string(other)]
    fields["prov:type"] = type.map { Self.type($0) }
    fields["prov:activity"] = activity.map { .string($0) }
    try relate(.wasDerivedFrom, fields)
  }

  private static func output(of run: RunID, at path: String) -> String {
    "output:" + run.hex + "/" + local(Vocabulary.bytes(of: path))
  }

  private static func content(_ artifact: ArtifactRecord, reader: RunID) -> String {
    let path = local(Vocabulary.bytes(of: artifact.path))
    if let content = artifact.content { return "content:" + content.hex + "/" + path }
    return artifact.kind == .uri ? "uri:" + path : "unknown:" + reader.hex + "/" + path
  }

  /// Spells the local part of a qualified name, which in PROV-N mustn't end with a dot.
  private static func local(_ bytes: some Sequence<UInt8>) -> String {
    let text = Vocabulary.encodedPath(bytes)
    return text.hasSuffix(".") ? text.dropLast() + "%2E" : text
  }

  private static func type(_ name: String) -> JSON { ["$": .string(name), "type": "prov:QUALIFIED_NAME"] }

  // MARK: The document

  private func add(_ section: Section, _ key: String, _ fields: JSONObject) throws {
    try sections[section]?.add(key, fields)
  }

  private func relate(_ section: Section, _ fields: JSONObject) throws {
    relations += 1
    try add(section, "_:r\(relations)", fields)
  }

  /// Writes the document.
  public func finish() throws {
    var prefixes: JSONObject = ["mlt": .string(Vocabulary.base + "prov#")]
    for name in ["run", "output", "content", "uri", "unknown", "commit", "agent"] {
      prefixes[name] = .string(Vocabulary.base + name + "/")
    }
    try output.write("{\n\"prefix\":" + JSON.object(prefixes).canonicalText)
    for section in Section.allCases {
      guard let spool = sections[section], spool.count > 0 else { continue }
      try output.write(",\n\"\(section.rawValue)\":{\n")
      try spool.copy(to: output)
      try output.write("\n}")
    }
    try output.write("\n}\n")
  }
}
