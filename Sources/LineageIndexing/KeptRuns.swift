internal import GRDB
internal import MLTBase

/// Which runs a ``Retention`` keeps the contents of.
///
/// A run of which no start is known can't be judged, and is kept.
struct KeptRuns {
  private let retention: Retention
  // The last start and id that is among a component's latest; none for one with fewer runs.
  private var bounds: [ExactText: (started: Int64, id: [UInt8])] = [:]

  init(_ db: Database, _ retention: Retention) throws {
    self.retention = retention
    guard let count = retention.latestPerComponent, count > 0 else { return }
    // From component to component, not from row to row.
    var name = try db.first("SELECT min(component) FROM runs") { try $0.optionalText(0) } ?? nil
    while let component = name {
      let bound = try db.first(
        """
        SELECT started, id FROM runs WHERE component = ?\(retention.includesDeleted ? "" : " AND deleted = 0")
        ORDER BY started DESC, id DESC LIMIT 1 OFFSET ?
        """, [.text(component), .int(Int64(count) - 1)]
      ) { (try $0.int(0), try $0.bytes(1) ?? []) }
      if let bound { bounds[ExactText(component)] = bound }
      name =
        try db.first("SELECT min(component) FROM runs WHERE component > ?", [.text(component)]) {
          try $0.optionalText(0)
        } ?? nil
    }
  }

  /// Whether the run keeps its contents.
  func keeps(id: RunID, component: String?, started: Timestamp?, isDeleted: Bool) -> Bool {
    if isDeleted, !retention.includesDeleted { return false }
    guard let component, let started else { return true }
    if retention.latestPerComponent == nil, retention.since == nil { return true }
    if let since = retention.since, started >= since { return true }
    guard let count = retention.latestPerComponent, count > 0 else { return false }
    guard let bound = bounds[ExactText(component)] else { return true }
    if started.microseconds != bound.started { return started.microseconds > bound.started }
    return !id.bytes.lexicographicallyPrecedes(bound.id)
  }
}
