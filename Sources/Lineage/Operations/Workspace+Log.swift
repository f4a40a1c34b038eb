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
    try checkNames(of: request, in: [index])
    return try runs(request, in: index)
  }

  /// Returns the runs of an index that a request is for, the newest first.
  func runs(_ request: LogRequest, in index: LineageIndex) throws -> [RunSummary] {
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
    if request.paths.isEmpty { return try index.runs(query) }
    var found: [RunID: RunSummary] = [:]
    for argument in request.paths {
      query.path = recordedPath(argument)
      for run in try index.runs(query) { found[run.id] = run }
    }
    return Self.newestFirst(found.values, limit: request.limit)
  }

  /// Sorts runs as listings have them.
  static func newestFirst(_ runs: some Sequence<RunSummary>, limit: Int?) -> [RunSummary] {
    let sorted = runs.sorted { ($0.started, $0.id) > ($1.started, $1.id) }
    return limit.map { Array(sorted.prefix($0)) } ?? sorted
  }

  /// The path by which files are recorded that an argument names; nil for the root, which holds everything that is recorded by a
  /// relative path.
  private func recordedPath(_ argument: String) -> String? {
    let text = argument.contains("://") ? argument : path(of: argument).text
    return text == "." ? nil : text
  }

  /// Checks that the component and paths of a request are known to one of some indexes.
  func checkNames(of request: LogRequest, in indexes: [LineageIndex]) throws {
    if let component = request.component, try !indexes.contains(where: { try $0.component(component) != nil }) {
      try checkComponent(component)
    }
    for argument in request.paths {
      var query = RunQuery()
      query.path = recordedPath(argument)
      query.limit = 1
      if query.path != nil, try indexes.allSatisfy({ try $0.runs(query).isEmpty }) {
        throw WorkspaceError.unknownPointer(argument, similar: try similarPaths(to: argument))
      }
    }
  }

  func checkComponent(_ name: String) throws {
    if try index.component(name) != nil { return }
    let names = try index.components().map(\.name)
    throw WorkspaceError.unknownComponent(name, similar: Similarity.nearest(to: name, among: names, limit: 3))
  }
}
