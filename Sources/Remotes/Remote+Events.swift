public import Journaling
internal import MLTBase

extension Remote {
  /// Gives every event of the remote's to `body`, in no order, some more than once: those of all segments, whether or not they fit
  /// into their writer's chain or are from the future.
  ///
  /// - Parameters:
  ///   - options: who can stop it.
  ///   - body: takes each event.
  /// - Returns: which events couldn't be read; there may be more behind them.
  /// - Throws: ``RemoteError``, and what `body` throws.
  public func forEachEvent(
    options: TransferOptions = TransferOptions(), _ body: (Event) throws -> Void
  ) throws -> [RemoteProblem] {
    var seen: Set<RemoteName> = []
    var problems: [RemoteProblem] = []
    for _ in 0..<Self.attempts {
      var isSettled = true
      for (writer, entries) in try segments().sorted(by: { $0.key < $1.key }) {
        for (range, entry) in entries.sorted(by: { $0.key < $1.key }) where !seen.contains(entry.name) {
          try options.check()
          // One that is gone was merged into another, which may not have been listed.
          guard let segment = try segment(writer, range, entry) else {
            isSettled = false
            continue
          }
          seen.insert(entry.name)
          var failure: (any Error)?
          let outcome = segment.check(joining: nil, latest: nil) { _, line in
            guard failure == nil else { return }
            do { try body(Event(line: line)) } catch { failure = error }
          }
          if let failure { throw failure }
          if let fault = outcome.fault {
            problems.append(.fetched(writer, sequence: (outcome.end?.sequence ?? range.first - 1) + 1, fault))
          }
        }
      }
      if isSettled { return problems }
    }
    throw RemoteError.unsettled
  }
}
