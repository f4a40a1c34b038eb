public import Journaling
internal import MLTBase
public import SystemPackage

/// Writes runs as the metadata of an RO-Crate (1.1): a Process Run Crate (0.5), or a Workflow Run Crate (0.5) where a pipeline's
/// stages are among them and its file is in the crate.
///
/// Runs are actions, what they read and wrote are files and folders: in the crate if their bytes are put there, else named by
/// their content.
public final class CrateWriter {
  /// What is said of the crate as a whole.
  public struct Description: Sendable {
    /// Its name.
    public var name: String
    /// What it is, in a sentence or two.
    public var text: String
    /// The licence that it is given away under: a URL, or a text.
    public var licence: String

    /// Takes the texts.
    public init(name: String, text: String, licence: String) {
      self.name = name
      self.text = text
      self.licence = licence
    }
  }

  /// The runs of one pipeline's stages, as one action.
  private struct Pipeline {
    var count = 0
    var started: Timestamp
    var ended: Timestamp?
    var commit: String?
    var hasFailed = false
    var agent: JSON?
    let results: Spool
  }

  private static let profile = "https://w3id.org/ro/wfrun/"

  private let output: DocumentOutput
  private let folder: FilePath
  private let locate: (ArtifactRecord) throws -> [UInt8]?
  private let parts: Spool
  private let mentions: Spool
  private let entities: Spool
  private var named = SeenNames()
  private var located: [String: String] = [:]
  private var pipelines: [String: Pipeline] = [:]
  private var latest: Timestamp?
  private var people: [String] = []

  /// Begins.
  ///
  /// - Parameters:
  ///   - output: gets the document, at the end.
  ///   - folder: where temporary files may be made.
  ///   - locate: puts an artifact's bytes into the crate and returns their path there; nil if they aren't to be or can't be. Asked once for each content of a path.
  public init(
    output: DocumentOutput, temporaryFolder folder: FilePath, locate: @escaping (ArtifactRecord) throws -> [UInt8]?
  ) {
    self.output = output
    self.folder = folder
    self.locate = locate
    parts = Spool(folder)
    mentions = Spool(folder)
    entities = Spool(folder)
  }

  // MARK: Adding

  /// Adds a run.
  public func add(_ run: ExportedRun) throws {
    let id = "#run-" + run.id.hex
    var fields: JSONObject = [
      "@id": .string(id), "@type": .string(Self.actionType(run)), "name": .string(run.component),
      "description": .string(Self.description(of: run)), "identifier": .string(Vocabulary.uuid(run.id)),
      "instrument": try instrument(of: run), "startTime": .string(Vocabulary.zonedTime(run.started)),
    ]
    if let ended = run.ended {
      fields["endTime"] = .string(Vocabulary.zonedTime(ended))
      latest = max(latest ?? ended, ended)
    }
    latest = max(latest ?? run.started, run.started)
    fields["actionStatus"] = .string("http://schema.org/" + Self.status(run))
    fields["error"] = Vocabulary.failure(of: run).map { .string($0) }
    let agent = try self.agent(run.user)
    fields["agent"] = agent
    var objects = try run.inputs.map { try part($0.artifact, of: run) }
    objects += try properties(run.parameters, of: id + "-parameter-")
    let results = try run.outputs.map { try part($0, of: run) }
    fields["object"] = Self.oneOrMore(objects)
    fields["result"] = Self.oneOrMore(results)
    fields["environment"] = Self.oneOrMore(try properties(run.environment.variables, of: id + "-variable-"))
    try entities.add(.object(fields))
    try mentions.add(Self.reference(id))
    if let stage = run.stage { try add(run, to: stage.file, agent, results) }
  }

  private static func description(of run: ExportedRun) -> String {
    Vocabulary.shellText(run.command) + (Vocabulary.doubt(of: run).map { " (\($0))" } ?? "")
  }

  private static func actionType(_ run: ExportedRun) -> String {
    if run.outputs.isEmpty { return "ActivateAction" }
    return run.outputs.allSatisfy { $0.before != nil } ? "UpdateAction" : "CreateAction"
  }

  private static func status(_ run: ExportedRun) -> String {
    switch run.status {
    case .finished: "CompletedActionStatus"
    case .failed, .interrupted: "FailedActionStatus"
    case .running: "ActiveActionStatus"
    }
  }

  private static func reference(_ id: String) -> JSON { ["@id": .string(id)] }

  // The validator of the profiles doesn't like lists of one.
  private static func oneOrMore(_ values: [JSON]) -> JSON? {
    values.count <= 1 ? values.first : .array(values)
  }

  private func declare(_ id: String, _ type: JSON, _ fields: JSONObject) throws {
    guard named.insert(id) else { return }
    var fields = fields
    fields["@id"] = .string(id)
    fields["@type"] = type
    try entities.add(.object(fields))
  }

  private func properties(_ values: [String: String], of prefix: String) throws -> [JSON] {
    try values.sorted { $0.key < $1.key }.map { name, value in
      let id = prefix + Vocabulary.encodedSegment(name.utf8)
      try declare(id, "PropertyValue", ["name": .string(name), "value": .string(value)])
      return Self.reference(id)
    }
  }

  /// `Name <mail>`, or whatever names somebody.
  private func agent(_ user: String) throws -> JSON? {
    if user.isEmpty { return nil }
    let name = user.prefix { $0 != "<" }.drop { $0 == " " }
    let mail = user[name.endIndex...].dropFirst().prefix { $0 != ">" }
    let id = "#person-" + Vocabulary.encodedSegment(user.utf8)
    var plain = String(name)
    while plain.last == " " { plain.removeLast() }
    var fields: JSONObject = ["name": .string(plain.isEmpty ? user : plain)]
    if !mail.isEmpty { fields["email"] = .string(String(mail)) }
    if !named.contains(id) { people.append(id) }
    try declare(id, "Person", fields)
    return Self.reference(id)
  }

  // MARK: Software

  /// What a run executed: its component, of the commit and with the packages that it had.
  private func instrument(of run: ExportedRun) throws -> JSON {
    let packages = run.environment.packages.filter { Vocabulary.packageURL($0) != nil }
    let version = run.git?.commit.map { $0 + (run.git?.isDirty == true ? "+dirty" : "") }
    let place = run.git?.remote.flatMap { Vocabulary.gitURI($0) }
    let platform = Vocabulary.interpreters(of: run)
    let detail = [place ?? "", version ?? ""] + packages.compactMap { Vocabulary.packageURL($0) } + platform
    let digest = ContentHasher.contentID(of: Array(detail.joined(separator: "\n").utf8)).hex.prefix(16)
    let id = Vocabulary.base + "component/\(digest)/" + Vocabulary.encodedSegment(run.component.utf8)
    guard !named.contains(id) else { return Self.reference(id) }
    var fields: JSONObject = ["name": .string(run.component)]
    fields["description"] = run.summary.map { .string($0) }
    fields["softwareVersion"] = version.map { .string($0) }
    fields["url"] = place.map { .string($0) }
    fields["runtimePlatform"] = Self.oneOrMore(platform.map { .string($0) })
    fields["softwareRequirements"] = Self.oneOrMore(try packages.map { try requirement($0) })
    try declare(id, "SoftwareApplication", fields)
    return Self.reference(id)
  }

  private func requirement(_ package: RunEnvironment.Package) throws -> JSON {
    let page = Vocabulary.packagePage(package)
    let id =
      page ?? "#package-"
      + Vocabulary.encodedSegment("\(package.system)-\(package.name)-\(package.version)".utf8)
    var fields: JSONObject = ["name": .string(package.name)]
    if !package.version.isEmpty { fields["softwareVersion"] = .string(package.version) }
    fields["identifier"] = Vocabulary.packageURL(package).map { .string($0) }
    fields["url"] = page.map { .string($0) }
    try declare(id, "SoftwareApplication", fields)
    return Self.reference(id)
  }

  // MARK: Files

  /// The path by which a file is to lie in a crate: bytes that aren't text are percent-encoded, since not all readers take
  /// them back from URIs.
  public static func path(inCrate path: String) -> String { Vocabulary.readable(path) }

  private func part(_ artifact: ArtifactRecord, of run: ExportedRun) throws -> JSON {
    let name = Self.name(artifact, of: run)
    if let id = located[name] { return Self.reference(id) }
    guard named.insert(name) else { return Self.reference(name) }
    let path = try locate(artifact).map { Vocabulary.encodedPath($0) }
    let id = path ?? name
    if path != nil { located[name] = id }
    var fields: JSONObject = [
      "@id": .string(id), "@type": artifact.kind == .tree ? "Dataset" : "File",
      "name": .string(Vocabulary.readable(artifact.path)),
    ]
    if artifact.kind != .uri, artifact.content != nil {
      fields["contentSize"] = .string(String(artifact.size))
    }
    if artifact.kind == .file { fields["sha256"] = artifact.content.map { .string($0.hex) } }
    fields["encodingFormat"] = Self.format(artifact).map { .string($0) }
    if let columns = artifact.content.flatMap({ run.columns[$0] }) {
      fields["description"] = .string("columns: " + columns.joined(separator: ", "))
    }
    try entities.add(.object(fields))
    try parts.add(Self.reference(id))
    return Self.reference(id)
  }

  /// A URI for what isn't in the crate: by its digest (RFC 6920), or its own.
  private static func name(_ artifact: ArtifactRecord, of run: ExportedRun) -> String {
    let path = Vocabulary.encodedPath(Vocabulary.bytes(of: artifact.path))
    if artifact.kind == .uri { return Vocabulary.encodedURI(artifact.path) }
    guard let content = artifact.content else { return "tag:mlt.invalid,2026:unknown/\(run.id.hex)/\(path)" }
    let digest = "ni:///sha-256;" + Base64.encodeForURL(content.bytes)
    switch artifact.kind {
    case .file, .uri: return digest + "?path=" + path
    case .tree: return digest + "?tree=" + path + "/"
    case .link: return digest + "?link=" + path
    }
  }

  private static let formats = [
    "csv": "text/csv", "tsv": "text/tab-separated-values", "json": "application/json", "jsonl": "application/jsonl",
    "txt": "text/plain", "md": "text/markdown", "html": "text/html", "yaml": "application/yaml",
    "yml": "application/yaml", "py": "text/x-python", "r": "text/x-r", "sh": "application/x-sh", "png": "image/png",
    "jpg": "image/jpeg", "jpeg": "image/jpeg", "svg": "image/svg+xml", "pdf": "application/pdf",
    "gz": "application/gzip", "zip": "application/zip", "parquet": "application/vnd.apache.parquet",
    "ipynb": "application/x-ipynb+json",
  ]

  private static func format(_ artifact: ArtifactRecord) -> String? {
    guard artifact.kind == .file || artifact.kind == .uri else { return nil }
    let bytes = Vocabulary.bytes(of: artifact.path)
    let ending = bytes.lastIndex(of: UInt8(ascii: ".")).map { String(decoding: bytes[($0 + 1)...], as: UTF8.self) }
    return ending.flatMap { formats[$0.lowercased()] } ?? (artifact.kind == .file ? "application/octet-stream" : nil)
  }

  // MARK: Pipelines

  private func add(_ run: ExportedRun, to file: String, _ agent: JSON?, _ results: [JSON]) throws {
    var pipeline = pipelines[file] ?? Pipeline(started: run.started, results: Spool(folder))
    pipeline.count += 1
    pipeline.started = min(pipeline.started, run.started)
    if let ended = run.ended { pipeline.ended = max(pipeline.ended ?? ended, ended) }
    if run.git?.commit != nil { pipeline.commit = run.git?.commit }
    // What holds in the end is what the last run of the pipeline came to.
    pipeline.hasFailed = run.status != .finished
    pipeline.agent = agent ?? pipeline.agent
    for result in results { try pipeline.results.add(result) }
    pipelines[file] = pipeline
  }

  /// Describes the pipeline that most runs belong to, if its file can be put into the crate.
  ///
  /// - Returns: the path of its file there.
  private func workflow(_ put: (_ file: String, _ commit: String?) throws -> [UInt8]?) throws -> String? {
    let main = pipelines.max { ($0.value.count, $1.key) < ($1.value.count, $0.key) }
    guard let (file, pipeline) = main, let place = try put(file, pipeline.commit) else { return nil }
    let path = Vocabulary.encodedPath(place)
    let isDVC = Vocabulary.readable(file).hasSuffix("dvc.yaml")
    let language = isDVC ? "https://dvc.org" : "#language-mlt"
    try declare(
      language, "ComputerLanguage",
      isDVC ? ["name": "DVC", "url": "https://dvc.org"] : ["name": "mlt pipeline", "alternateName": "mlt.yaml"])
    var fields: JSONObject = [
      "name": .string(Vocabulary.readable(file)), "programmingLanguage": Self.reference(language),
      "encodingFormat": "application/yaml",
    ]
    fields["version"] = pipeline.commit.map { .string($0) }
    try declare(path, ["File", "SoftwareSourceCode", "ComputationalWorkflow"], fields)
    try parts.add(Self.reference(path))

    let id = "#pipeline-" + Vocabulary.encodedSegment(Vocabulary.bytes(of: file))
    var action: JSONObject = [
      "@id": .string(id), "@type": "CreateAction", "name": .string("stages of " + Vocabulary.readable(file)),
      "description": .string("\(pipeline.count) runs of stages"), "instrument": Self.reference(path),
      "startTime": .string(Vocabulary.zonedTime(pipeline.started)),
      "actionStatus": .string(
        "http://schema.org/" + (pipeline.hasFailed ? "FailedActionStatus" : "CompletedActionStatus")),
    ]
    action["endTime"] = pipeline.ended.map { .string(Vocabulary.zonedTime($0)) }
    action["agent"] = pipeline.agent
    try entities.add(action, listing: pipeline.results, as: "result")
    try mentions.add(Self.reference(id))
    return path
  }

  // MARK: The document

  /// Writes the document.
  ///
  /// - Parameters:
  ///   - put: puts a pipeline's file into the crate, of a commit if there is one, and returns its path there; nil if that can't be.
  /// - Returns: whether it is a Workflow Run Crate.
  @discardableResult
  public func finish(
    _ description: Description, putting put: (_ file: String, _ commit: String?) throws -> [UInt8]? = { _, _ in nil }
  ) throws -> Bool {
    let workflow = try workflow(put)
    var profiles = [Self.profile + "process/0.5"]
    var standards = ["https://w3id.org/ro/crate/1.1"]
    if workflow != nil {
      profiles += [Self.profile + "workflow/0.5", "https://w3id.org/workflowhub/workflow-ro-crate/1.0"]
      standards.append("https://w3id.org/workflowhub/workflow-ro-crate/1.0")
    }
    try output.write(
      "{\n\"@context\":[\"https://w3id.org/ro/crate/1.1/context\","
        + "\"https://w3id.org/ro/terms/workflow-run/context\"],\n\"@graph\":[\n")
    var descriptor: JSONObject = [
      "@id": "ro-crate-metadata.json", "@type": "CreativeWork", "about": Self.reference("./"),
    ]
    descriptor["conformsTo"] = Self.oneOrMore(standards.map { Self.reference($0) })
    try output.write(JSON.object(descriptor).canonicalText + ",\n")
    var root: JSONObject = [
      "@id": "./", "@type": "Dataset", "name": .string(description.name), "description": .string(description.text),
      "datePublished": .string(Vocabulary.zonedTime(latest ?? Timestamp(microseconds: 0))),
    ]
    root["conformsTo"] = Self.oneOrMore(profiles.map { Self.reference($0) })
    root["mainEntity"] = workflow.map { Self.reference($0) }
    root["author"] = Self.oneOrMore(people.map { Self.reference($0) })
    let isLink = description.licence.hasPrefix("https://") || description.licence.hasPrefix("http://")
    let licence = isLink ? Vocabulary.encodedURI(description.licence) : "#license"
    root["license"] = Self.reference(licence)
    try writeRoot(root)
    for profile in profiles {
      try output.write(",\n" + JSON.object(Self.profile(profile)).canonicalText)
    }
    let terms: JSON = [
      "@id": .string(licence), "@type": "CreativeWork", "name": .string(description.licence),
      "description": "How this crate may be used",
    ]
    try output.write(",\n" + terms.canonicalText)
    if entities.count > 0 {
      try output.write(",\n")
      try entities.copy(to: output)
    }
    try output.write("\n]\n}\n")
    return workflow != nil
  }

  private static func profile(_ id: String) -> JSONObject {
    let parts = id.split(separator: "/")
    let name = parts.dropLast().last.map(String.init) ?? id
    let title =
      switch name {
      case "process": "Process Run Crate"
      case "workflow": "Workflow Run Crate"
      default: "Workflow RO-Crate"
      }
    return [
      "@id": .string(id), "@type": "CreativeWork", "name": .string(title),
      "version": .string(parts.last.map(String.init) ?? ""),
    ]
  }

  /// Writes the root with its long lists, which come from files.
  private func writeRoot(_ fields: JSONObject) throws {
    try output.write(JSON.object(fields).canonicalBytes.dropLast())
    try write("hasPart", parts)
    try write("mentions", mentions)
    try output.write("}")
  }

  private func write(_ name: String, _ list: Spool) throws {
    if list.count == 0 { return }
    try output.write(",\"\(name)\":" + (list.count > 1 ? "[\n" : ""))
    try list.copy(to: output)
    if list.count > 1 { try output.write("\n]") }
  }
}
