internal import LineageIndexing
internal import MLTBase
public import ObjectStorage

/// What takes the space in the store.
public struct UsageReport: Sendable {
  /// By what the bytes are told apart.
  public enum Grouping: String, Sendable, CaseIterable {
    /// The component whose runs read or wrote them.
    case component
    /// The path at which they stood.
    case path
  }

  /// By what the labels tell bytes apart.
  public var grouping: Grouping
  /// The use, by label; the largest part of one's own first.
  public var usage: StoreUsage
}

extension Workspace {
  /// The label of what only lock files name.
  public static let trackedLabel = "(tracked)"
  /// What stands in place of a component for logs of predictions.
  public static let loggedLabel = "(predictions)"

  /// Finds out what the store's bytes are used for.
  ///
  /// - Parameters:
  ///   - grouping: whether to tell them apart by component or by path.
  ///   - arguments: paths to look at alone, and what lies below them; all if there are none.
  public func usage(by grouping: UsageReport.Grouping, of arguments: [String] = []) throws -> UsageReport {
    var groups: [String: Set<ContentID>] = [:]
    let wanted = arguments.map { path(of: $0) }
    func isWanted(_ text: String) -> Bool {
      guard !wanted.isEmpty, let path = WorkPath(text: text) else { return wanted.isEmpty }
      return wanted.contains { path == $0 || path.isBelow($0) }
    }
    try index.catchUp(journal)
    try index.forEachContent { reference in
      guard isWanted(reference.path), reference.role != .added || grouping == .path else { return true }
      let component = reference.role == .logged ? Self.loggedLabel : reference.component ?? ""
      let label = grouping == .path ? reference.path : component
      groups[label, default: []].insert(reference.content)
      return true
    }
    try ContentRoots(workspace: self, retention: Retention(), withHistory: true).forEachLock { lock in
      for entry in lock.entries where isWanted(entry.path.text) {
        groups[grouping == .path ? entry.path.text : Self.trackedLabel, default: []].insert(entry.content)
      }
    }
    var usage = try store.usage(groups.sorted { $0.key < $1.key }.map { ($0.key, $0.value.sorted()) })
    usage.labels.sort { left, right in
      let (mine, yours) = (left.unique.storedBytes, right.unique.storedBytes)
      return mine == yours ? left.name < right.name : mine > yours
    }
    return UsageReport(grouping: grouping, usage: usage)
  }
}
