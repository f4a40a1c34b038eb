internal import Journaling
internal import LineageIndexing
internal import MLTBase
public import Remotes

/// What is done about what a remote doesn't need any more.
public struct RemoteCollectRequest: Sendable {
  /// The remote's name; nil for the default one.
  public var remote: String?
  /// Whether to drop what neither facts nor lock files refer to; else everything is kept.
  public var dropsUnreferenced = false
  /// For how many seconds what was replaced can still be read, and nothing new is dropped; nil for the usual.
  public var grace: Int64?
  /// Whether only to find out what would be done.
  public var isDryRun = false

  /// Merges what is small in the default remote, and keeps everything.
  public init() {}
}

/// What was done in a remote.
public struct RemoteCollectOutcome: Sendable {
  /// The remote's name.
  public var remote: String
  /// What was done, or would be.
  public var report: RemoteCollectionReport
}

extension Workspace {
  /// Merges small packs and segments of a remote and deletes what was replaced long ago.
  ///
  /// Other machines may go on meanwhile. If what is unreferenced is to be dropped, all of the remote's facts are read: what they
  /// name in any way is kept, and what lock files name in work trees and in the commits of this clone.
  ///
  /// - Throws: what reaching the remote throws; ``WorkspaceError/hiddenFacts(remote:_:)``,
  ///   ``WorkspaceError/malformedLock(_:_:)`` and failures of git if it can't be known what is wanted: nothing is removed then.
  public func collectRemote(_ request: RemoteCollectRequest) throws -> RemoteCollectOutcome {
    let connection = try connect(to: request.remote)
    var options = RemoteCollectionOptions()
    options.isDryRun = request.isDryRun
    if let grace = request.grace { options.grace = grace }
    options.purged = try purgedContents()
    let report = try sharing(connection.name) {
      if !request.dropsUnreferenced { return try connection.remote.collect(options, transfer: transfer) }
      return try connection.remote.collect(options, transfer: transfer) { try self.wantedRoots(connection) }
    }
    return RemoteCollectOutcome(remote: connection.name, report: report)
  }

  // What the remote's facts and this clone's lock files name. Facts that only this clone has are no matter: pushing them
  // sends what they name again.
  func wantedRoots(_ connection: RemoteConnection) throws -> [ContentID] {
    var roots: Set<ContentID> = []
    // Not by the index, which leaves out what it doesn't understand: a newer version's facts name contents, too.
    let problems = try connection.remote.forEachEvent(options: transfer) { event in
      Self.addContents(of: .object(event.fields), to: &roots)
    }
    guard problems.isEmpty else { throw WorkspaceError.hiddenFacts(remote: connection.name, problems) }
    try ContentRoots(workspace: self, retention: Retention(), withHistory: true).forEachLock { lock in
      for entry in lock.entries { roots.insert(entry.content) }
    }
    return roots.sorted()
  }

  // Adds every text that is a content's id, whatever it is called; how deep there can be any was limited in reading.
  private static func addContents(of value: JSON, to roots: inout Set<ContentID>) {
    switch value {
    case .string(let text):
      if text.utf8.count == 2 * ContentID.byteCount, let id = ContentID(hex: text) { roots.insert(id) }
    case .array(let values):
      for value in values { addContents(of: value, to: &roots) }
    case .object(let object):
      for member in object.members { addContents(of: member.value, to: &roots) }
    default: break
    }
  }
}
