public import LineageIndexing
public import MLTBase

/// Which runs `mlt log` is asked for.
public struct LogRequest: Sendable {
  /// Only runs of this component.
  public var component: String?
  /// Only runs that read or wrote one of these paths, or something below it.
  public var paths: [String] = []
  /// Only runs that ended so.
  public var exit: ExitFilter?
  /// Only runs that started at or after this moment.
  public var since: Timestamp?
  /// Only runs that started before this moment.
  public var until: Timestamp?
  /// At most this many.
  public var limit: Int?
  /// Only runs that have this tag.
  public var tag: String?
  /// Only runs whose tag has this value.
  public var tagValue: String?

  /// How a run's end is chosen.
  public enum ExitFilter: Hashable, Sendable {
    /// The command failed or was interrupted.
    case failed
    /// It ended with this status.
    case status(Int64)
  }

  /// Makes a request for all runs.
  public init() {}
}

extension Workspace {
  /// Returns runs, the newest first.
  ///
  /// - Throws: ``WorkspaceError/unknownPointer(_:similar:)`` for a path that no run read or wrote and
  ///   ``WorkspaceError/unknownComponent(_:similar:)`` likewise; failures of the index.
  public func log(_ request: LogRequest) throws -> [RunSummary] {
    if let component = request.component { try checkComponent(component) }
    var query = RunQuery()
    query.component = request.component
    query.since = request.since
    query.until = request.until
    query.limit = request.limit
    query.tag = request.tag
    query.tagValue = request.tagValue
    switch request.exit {
    case .failed: query.outcome = .unsuccessful
    case .status(let status): query.outcome = .exit(status)
    case nil: break
    }
    guard !request.paths.isEmpty else { return try index.runs(query) }
    var found: [RunID: RunSummary] = [:]
    for argument in request.paths {
      let text = argument.contains("://") ? argument : path(of: argument).text
      // The root holds everything that is recorded by a relative path.
      query.path = text == "." ? nil : text
      let runs = try index.runs(query)
      var unfiltered = RunQuery()
      unfiltered.path = query.path
      unfiltered.limit = 1
      if runs.isEmpty, query.path != nil, try index.runs(unfiltered).isEmpty {
        throw WorkspaceError.unknownPointer(argument, similar: try similarPaths(to: argument))
      }
      for run in runs { found[run.id] = run }
    }
    let sorted = found.values.sorted { ($0.started, $0.id) > ($1.started, $1.id) }
    return request.limit.map { Array(sorted.prefix($0)) } ?? sorted
  }

  func checkComponent(_ name: String) throws {
    if try index.component(name) != nil { return }
    let names = try index.components().map(\.name)
    throw WorkspaceError.unknownComponent(name, similar: Similarity.nearest(to: name, among: names, limit: 3))
  }
}
