internal import Journaling
internal import LineageIndexing
internal import MLTBase
internal import ObjectStorage

extension Workspace {
  /// Checks the lineage of something: the records of its runs against the journal and their signatures, and the bytes
  /// that they read and wrote.
  ///
  /// - Parameters:
  ///   - pointer: a run or an artifact; nil for all that the lock file tracks.
  ///   - progress: called with the bytes read and to be read; may throw to stop.
  /// - Throws: what ``target(of:)`` throws, ``SigningError``, and failures of journal, index and store other than
  ///   damage.
  public func verify(
    _ pointer: String?, progress: (_ done: Int64, _ total: Int64) throws -> Void = { _, _ in }
  ) throws -> VerifyReport {
    var report = VerifyReport()
    let nodes = try lineage(of: pointer, &report)
    for node in nodes { report.changes += Self.changes(in: node.inputs, of: node.run.id) }
    try verifyRecords(of: nodes.map(\.run), &report)
    try withoutActuallyEscaping(progress) { progress in
      try verifyContents(of: nodes, progress, &report)
    }
    return report
  }

  // MARK: Lineage

  private func lineage(of pointer: String?, _ report: inout VerifyReport) throws -> [Trace.Node] {
    let finder = try originFinder()
    let walk = TraceWalk(index: try index, finder: finder, depth: nil)
    if let pointer {
      let trace = try trace(TraceRequest(pointer: pointer))
      if let artifact = trace.artifact {
        add(artifact, trace.origins, &report)
        if !trace.origins.contains(where: Self.isMade) { report.unmade.append(artifact.path) }
      }
      return trace.nodes
    }
    var makers: [RunID] = []
    for entry in try readLock().entries {
      let artifact = Self.record(of: entry)
      let origins = try finder.edges(of: artifact, seenFrom: presentView())
      add(artifact, origins, &report)
      makers += origins.compactMap(\.producer)
    }
    return try walk.up(fromRuns: makers)
  }

  private func add(_ artifact: ArtifactRecord, _ origins: [LineageEdge], _ report: inout VerifyReport) {
    report.artifacts.append(artifact)
    report.changes += Self.changes(in: origins, of: nil)
  }

  /// Whether a step leads to a run that made the content.
  static func isMade(_ edge: LineageEdge) -> Bool {
    switch edge.origin {
    case .produced, .copied: true
    case .changedOutside, .added, .git, .source: false
    }
  }

  private static func changes(in edges: [LineageEdge], of reader: RunID?) -> [VerifyReport.Change] {
    edges.compactMap { edge in
      guard case .changedOutside(let run) = edge.origin else { return nil }
      return VerifyReport.Change(path: edge.input.path, since: run, reader: reader)
    }
  }

  // MARK: Records

  private func verifyRecords(of runs: [RunRecord], _ report: inout VerifyReport) throws {
    let (facts, unreadable) = try recordedFacts(of: Set(runs.map(\.id)))
    report.unreadableEvents = unreadable
    report.runs = try verifications(of: runs, facts)
  }

  /// Compares runs' records with what the journal says of them, and checks their signatures.
  func verifications(of runs: [RunRecord], _ facts: [RunID: RecordedFacts]) throws -> [RunVerification] {
    // Where nothing is signed, nothing is needed to check it.
    var keygen: SSHKeygen?
    if facts.values.contains(where: { !$0.signed.isEmpty }) {
      let program = try SSHKeygen(context)
      if let signers = try allowedSigners() { try program.allow(signers, revoked: revokedKeys()) }
      keygen = program
    }
    return try runs.map { run in
      let facts = facts[run.id] ?? RecordedFacts()
      let (record, problems) = facts.record(hasEnded: run.ended != nil)
      var result = RunVerification(run: run, signatures: [], problems: problems)
      guard let keygen else { return result }
      var others: [RunVerification.Problem] = []
      for (signed, at) in facts.signed {
        if let problem = try check(signed, at, against: record, keygen, &result) { others.append(problem) }
      }
      // Whoever can write to a remote can add a signature that doesn't hold to any run; it takes nothing from one that does.
      if result.signers.isEmpty { result.problems += others } else { result.disregarded = others }
      return result
    }
  }

  /// Notes a signature that holds, or returns why it doesn't.
  private func check(
    _ signed: RunSigned, _ at: Timestamp, against record: ContentID?, _ keygen: SSHKeygen,
    _ result: inout RunVerification
  ) throws -> RunVerification.Problem? {
    // What was signed is checked by itself: a signature that never held says nothing of the record.
    let message = RunSigned.message(of: signed.record)
    guard
      let signer = try keygen.signer(of: signed.signature, over: message, claiming: signed.key, at: at)
    else { return .badSignature(key: signed.key) }
    guard signed.record == record else { return .signedOtherRecord(key: signed.key) }
    // Facts that aren't those of the record, or contradict each other, are nobody's.
    if result.problems.isEmpty { result.signatures.append(RunVerification.Signature(key: signed.key, signer: signer)) }
    return nil
  }

  // MARK: Bytes

  private func verifyContents(
    of nodes: [Trace.Node], _ progress: @escaping (_ done: Int64, _ total: Int64) throws -> Void,
    _ report: inout VerifyReport
  ) throws {
    var total: Int64 = 0
    var checks: [(artifact: ArtifactRecord, run: RunID)] = []
    for node in nodes {
      // A tree that several made has several edges.
      var inputs: Set<ArtifactRecord> = []
      for artifact in node.inputs.map(\.input) + node.outputs where inputs.insert(artifact).inserted {
        checks.append((artifact, node.run.id))
        total = total.addingReportingOverflow(max(0, artifact.size)).partialValue
      }
    }
    var contents = ContentVerification(store: try store, total: max(0, total), progress: progress)
    for (artifact, run) in checks { try contents.check(artifact, of: run) }
    report.damage = contents.damage
    report.verified = contents.verified
    report.inGit = contents.inGit
    report.absent = contents.absent.sorted()
  }
}
