internal import GitAccess
internal import Journaling
internal import LineageIndexing
internal import MLTBase
internal import SystemPackage

extension Workspace {
  /// Finds the runs that an export is for, by start, then by id.
  ///
  /// - Throws: ``ExportError/unmade(_:)`` for an artifact that no run made; what ``target(of:)`` throws.
  func runs(of request: ExportRequest) throws -> [RunID] {
    if request.isAll { return try index.runIDs(since: request.since) }
    var found: [RunID: Timestamp] = [:]
    for pointer in request.pointers {
      let trace = try trace(TraceRequest(pointer: pointer, depth: 1))
      if let run = trace.start, !request.isDeep {
        found[run] = try index.run(run)?.started
        continue
      }
      let makers = trace.start.map { [$0] } ?? trace.origins.compactMap(\.producer)
      if makers.isEmpty { throw ExportError.unmade(pointer) }
      try addLineage(of: makers, to: &found)
    }
    return found.filter { run, started in request.since.map { $0 <= started } ?? true }
      .sorted { ($0.value, $0.key) < ($1.value, $1.key) }.map(\.key)
  }

  /// Adds runs and all that are behind them, each once, with their starts.
  private func addLineage(of runs: [RunID], to found: inout [RunID: Timestamp]) throws {
    let finder = try originFinder()
    var seen: Set<RunID> = []
    var pending = runs
    while let run = pending.popLast() {
      guard seen.insert(run).inserted, let record = try index.run(run) else { continue }
      found[run] = record.started
      let view = OriginFinder.Viewpoint(
        run: run, started: record.started, ended: record.ended ?? record.started)
      for input in try index.files(of: run, role: .input) {
        pending += try finder.edges(of: input, seenFrom: view).compactMap(\.producer)
      }
    }
  }

  // MARK: What the project is called

  /// The name that files and components are told in: as it was given, else as the setting says, else after the git remote or
  /// the work tree's folder.
  func exportNamespace(_ given: String?) throws -> String {
    if let given, !given.isEmpty { return given }
    let key = Setting.exportNamespace.rawValue.lowercased()
    if let value = configuration.entries.last(where: { $0.key.lowercased() == key })?.value, !value.isEmpty {
      return value
    }
    let remote = try repository?.remoteURL().map { RemoteURL.withoutCredentials($0) }
    let name = remote.flatMap { Self.projectName($0) } ?? root.lastComponent?.string ?? ""
    return "mlt://" + (name.isEmpty ? "repository" : name)
  }

  /// A remote's host and path, however they are spelled, as `host/team/project`.
  ///
  /// Of a path of the machine it is the last name.
  static func projectName(_ remote: String) -> String? {
    var place = remote[...]
    if let scheme = remote.firstRange(of: "://") {
      place = remote[scheme.upperBound...]
      if remote.lowercased().hasPrefix("file:") { place = place.split(separator: "/").last ?? "" }
    } else if case let host = remote.prefix(while: { $0 != ":" }), host.endIndex < remote.endIndex, !host.contains("/")
    {
      place = "\(host)/\(remote[remote.index(after: host.endIndex)...])"[...]
    } else {
      place = remote.split(separator: "/").last ?? ""
    }
    var parts = place.split(separator: "/").map(String.init)
    guard let first = parts.first, !parts.contains("..") else { return nil }
    if parts.count > 1 {
      // Without user and port, which say how to get there.
      let host = first[(first.lastIndex(of: "@").map { first.index(after: $0) } ?? first.startIndex)...]
      parts[0] = String(host.hasPrefix("[") ? host : host.prefix { $0 != ":" })
    }
    if let last = parts.last, last.hasSuffix(".git"), last.count > 4 {
      parts[parts.count - 1] = String(last.dropLast(4))
    }
    return parts.joined(separator: "/")
  }
}
