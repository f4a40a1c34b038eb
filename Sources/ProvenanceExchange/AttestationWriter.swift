public import Journaling
public import MLTBase

/// Writes runs as in-toto attestations, one JSON object a line: SLSA provenance (v1), and runtime traces (v0.1).
///
/// A statement's subjects are what the run wrote. With a signer each is wrapped in a DSSE envelope; else it stands for itself.
public struct AttestationWriter {
  /// What a statement says of a run.
  public enum Predicate: Hashable, Sendable {
    /// From what its outputs were made, and how.
    case provenance
    /// What was seen of its accesses while it went on.
    case runtimeTrace
  }

  /// Why a run has no statement.
  public enum Omission: Hashable, Sendable, CaseIterable {
    /// It hasn't ended.
    case running
    /// Its command failed or was interrupted: nobody is to take its outputs for good.
    case unsuccessful
    /// It wrote nothing whose content is known.
    case withoutOutputs
    /// Its accesses weren't seen, so that there is no trace of them.
    case unobserved
  }

  /// Signs a message.
  ///
  /// - Returns: the signature's bytes, and a hint for whose it is.
  public typealias Signer = (_ message: [UInt8]) throws -> (signature: [UInt8], keyID: String)

  private let predicate: Predicate
  private let output: DocumentOutput
  private let files: (ArtifactRecord) throws -> [(path: [UInt8], content: ContentID)]?
  private let sign: Signer?

  /// Begins.
  ///
  /// - Parameters:
  ///   - predicate: what the statements say.
  ///   - output: gets the statements or envelopes.
  ///   - files: the files of a folder by their paths from its top; nil if they aren't known or too many.
  ///   - sign: signs each statement.
  public init(
    _ predicate: Predicate, output: DocumentOutput,
    files: @escaping (ArtifactRecord) throws -> [(path: [UInt8], content: ContentID)]?, sign: Signer?
  ) {
    self.predicate = predicate
    self.output = output
    self.files = files
    self.sign = sign
  }

  /// Writes the statement of a run.
  ///
  /// - Returns: why there is none, if so.
  public func add(_ run: ExportedRun) throws -> Omission? {
    if run.status == .running || run.ended == nil { return .running }
    if run.status != .finished, predicate == .provenance { return .unsuccessful }
    if predicate == .runtimeTrace, run.evidence != .observed { return .unobserved }
    let subjects = try subjects(of: run)
    if subjects.isEmpty { return .withoutOutputs }
    let (type, body) =
      switch predicate {
      case .provenance: ("https://slsa.dev/provenance/v1", provenance(of: run))
      case .runtimeTrace: ("https://in-toto.io/attestation/runtime-trace/v0.1", trace(of: run))
      }
    let statement: JSON = [
      "_type": "https://in-toto.io/Statement/v1", "subject": .array(subjects), "predicateType": .string(type),
      "predicate": body,
    ]
    try output.line(try sign.map { try Self.envelope(of: statement, $0) } ?? statement)
    return nil
  }

  // MARK: Signing

  private static let payloadType = "application/vnd.in-toto+json"

  private static func envelope(of statement: JSON, _ sign: Signer) throws -> JSON {
    let payload = statement.canonicalBytes
    let (signature, keyID) = try sign(message(payload))
    return [
      "payloadType": .string(payloadType), "payload": .string(Base64.encode(payload)),
      "signatures": [["keyid": .string(keyID), "sig": .string(Base64.encode(signature))]],
    ]
  }

  /// What is signed of a payload: its pre-authentication encoding (DSSE v1).
  static func message(_ payload: [UInt8]) -> [UInt8] {
    Array("DSSEv1 \(payloadType.utf8.count) \(payloadType) \(payload.count) ".utf8) + payload
  }

  // MARK: Subjects

  private func subjects(of run: ExportedRun) throws -> [JSON] {
    var subjects: [JSON] = []
    // Names must be unique in a statement.
    var names: Set<String> = []
    func add(_ path: String, _ digest: JSON) {
      let name = Vocabulary.readable(path)
      if names.insert(name).inserted { subjects.append(["name": .string(name), "digest": digest]) }
    }
    for artifact in run.outputs {
      guard let content = artifact.content else { continue }
      add(artifact.path, Self.digest(artifact, content))
      guard artifact.kind == .tree, let files = try files(artifact) else { continue }
      let folder = Vocabulary.bytes(of: artifact.path) + [UInt8(ascii: "/")]
      for file in files { add(PathText.encode(folder + file.path), ["sha256": .string(file.content.hex)]) }
    }
    return subjects
  }

  /// Of a folder and of a link the content id isn't the SHA-256 of a file's bytes, and must not be taken for it.
  private static func digest(_ artifact: ArtifactRecord, _ content: ContentID) -> JSON {
    switch artifact.kind {
    case .file, .uri: ["sha256": .string(content.hex)]
    case .tree: ["mltTree": .string(content.hex)]
    case .link: ["mltLink": .string(content.hex)]
    }
  }

  private static func resource(_ artifact: ArtifactRecord) -> JSON {
    var fields: JSONObject = [
      "annotations": ["evidence": .string(artifact.evidence.rawValue), "kind": .string(artifact.kind.rawValue)]
    ]
    if artifact.kind == .uri {
      fields["uri"] = .string(Vocabulary.encodedURI(artifact.path))
    } else {
      fields["name"] = .string(Vocabulary.readable(artifact.path))
    }
    if let content = artifact.content { fields["digest"] = digest(artifact, content) }
    return .object(fields)
  }

  // MARK: Provenance

  private func provenance(of run: ExportedRun) -> JSON {
    var external: JSONObject = [
      "command": .array(run.command.map { .string($0) }), "directory": .string(Vocabulary.readable(run.directory)),
    ]
    if !run.parameters.isEmpty {
      external["parameters"] = .object(JSONObject(run.parameters.mapValues { .string($0) }))
    }
    var inner: JSONObject = ["component": .string(run.component)]
    inner["record"] = run.record.map { .string($0.hex) }
    inner["evidence"] = run.evidence.map { .string($0.rawValue) }
    inner["stage"] = run.stage.map { ["file": .string(Vocabulary.readable($0.file)), "name": .string($0.name)] }
    if run.git?.isDirty == true { inner["dirty"] = true }
    if !run.environment.variables.isEmpty {
      inner["variables"] = .object(JSONObject(run.environment.variables.mapValues { .string($0) }))
    }
    if !run.environment.machine.isEmpty {
      inner["machine"] = .object(JSONObject(run.environment.machine.mapValues { .string($0) }))
    }
    let interpreters = Vocabulary.interpreters(of: run)
    if !interpreters.isEmpty { inner["interpreters"] = .array(interpreters.map { .string($0) }) }
    if !run.failedChecks.isEmpty { inner["failedChecks"] = .array(run.failedChecks.map { .string($0) }) }
    if !run.hazards.isEmpty { inner["hazards"] = .array(run.hazards.map { .object($0.fields) }) }
    var metadata: JSONObject = [
      "invocationId": .string(run.id.hex), "startedOn": .string(run.started.description),
    ]
    metadata["finishedOn"] = run.ended.map { .string($0.description) }
    return [
      "buildDefinition": [
        "buildType": .string(Vocabulary.base + "run/v1"), "externalParameters": .object(external),
        "internalParameters": .object(inner), "resolvedDependencies": .array(dependencies(of: run)),
      ],
      "runDetails": [
        "builder": ["id": .string(Vocabulary.base + "local/v1")], "metadata": .object(metadata),
      ],
    ]
  }

  private func dependencies(of run: ExportedRun) -> [JSON] {
    var dependencies: [JSON] = []
    if let git = run.git, let commit = git.commit {
      var fields: JSONObject = ["digest": ["gitCommit": .string(commit)]]
      if let uri = git.remote.flatMap({ Vocabulary.gitURI($0) }) {
        fields["uri"] = .string("git+\(uri)@\(commit)")
      } else {
        fields["name"] = "git"
      }
      dependencies.append(.object(fields))
    }
    dependencies += run.inputs.map { Self.resource($0.artifact) }
    return dependencies
      + run.environment.packages.compactMap { package in
        Vocabulary.packageURL(package).map { ["uri": .string($0)] }
      }
  }

  // MARK: Traces

  private func trace(of run: ExportedRun) -> JSON {
    func accesses(_ artifacts: [ArtifactRecord], _ access: String) -> [JSON] {
      artifacts.map { artifact in
        guard var fields = Self.resource(artifact).object, var notes = fields["annotations"]?.object else {
          return Self.resource(artifact)
        }
        notes["access"] = .string(access)
        fields["annotations"] = .object(notes)
        return .object(fields)
      }
    }
    let files = accesses(run.inputs.map(\.artifact), "read") + accesses(run.outputs, "write")
    var log: JSONObject = [
      "fileAccess": .array(files), "process": [.string(Vocabulary.shellText(run.command))],
    ]
    if !run.network.isEmpty { log["network"] = .array(run.network.map { .string($0) }) }
    var metadata: JSONObject = ["buildStartedOn": .string(run.started.description)]
    metadata["buildFinishedOn"] = run.ended.map { .string($0.description) }
    return [
      "monitor": ["type": .string(Vocabulary.base + "tracer/v1"), "tracePolicy": ["evidence": "observed"]],
      "monitoredProcess": [
        "hostID": .string(Vocabulary.base + "host/" + Vocabulary.encodedSegment(run.host.utf8)),
        "type": .string(Vocabulary.base + "run/v1"), "event": .string(run.id.hex),
      ],
      "monitorLog": .object(log), "metadata": .object(metadata),
    ]
  }
}
