internal import Journaling
public import LineageIndexing
public import MLTBase
public import Remotes

/// The runs that a remote has.
public struct RemoteLog: Sendable {
  /// The remote's name.
  public var remote: String
  /// The runs, the newest first.
  public var runs: [RunSummary]
  /// Those of them that this clone hasn't fetched.
  public var unfetched: Set<RunID>
  /// What is wrong with the remote.
  public var problems: [RemoteProblem]
}

extension Workspace {
  /// Returns runs that a remote has, the newest first; nothing is fetched.
  ///
  /// Runs that are here too are told of as they are known here.
  ///
  /// - Parameters:
  ///   - request: which of them.
  ///   - name: the remote's name; nil for the default one.
  /// - Throws: what reaching the remote throws; as ``log(_:)``.
  public func log(_ request: LogRequest, ofRemote name: String?) throws -> RemoteLog {
    let connection = try connect(to: name)
    let index = try index
    let there = try sharing(connection.name) { try connection.remote.extent() }
    var problems: [RemoteProblem] = []
    let news = try LineageIndex.temporary { add in
      problems = try sharing(connection.name) {
        try connection.remote.readNews(beyond: journal, options: transfer, add).problems
      }
    }
    try checkNames(of: request, in: [index, news])
    let unfetched = try runs(request, in: news)
    // A writer's starts are in the order of its chain, so that one time divides what was pushed of them from what wasn't.
    var ends: [WriterID: Timestamp] = [:]
    for (writer, last) in try journal.extent().numbers where (there.numbers[writer] ?? 0) < last {
      let link = try journal.link(of: writer, at: there.numbers[writer] ?? 0)
      ends[writer] = link?.at ?? Timestamp(microseconds: .min)
    }
    var unlimited = request
    if !ends.isEmpty { unlimited.limit = nil }
    let shared = try runs(unlimited, in: index).filter { run in ends[run.writer].map { run.started <= $0 } ?? true }
    let known = Set(shared.map(\.id))
    return RemoteLog(
      remote: connection.name,
      runs: Self.newestFirst(shared + unfetched.filter { !known.contains($0.id) }, limit: request.limit),
      unfetched: Set(unfetched.map(\.id)).subtracting(known), problems: problems)
  }
}
