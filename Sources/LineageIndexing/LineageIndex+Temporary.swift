internal import GRDB
public import Journaling

extension LineageIndex {
  /// Makes an index of events that are in no journal here; only this process sees it, and it goes with it.
  ///
  /// - Parameter fill: hands over the events, of one writer in the order of the chain.
  /// - Throws: ``IndexError``; what `fill` throws.
  public static func temporary(_ fill: (_ add: (Event) -> Void) throws -> Void) throws -> LineageIndex {
    let index = try indexing { try IndexBuilder.emptyPrivate() }
    var failure: (any Error)?
    try index.change { db in
      let indexer = try indexing { try EventIndexer(db) }
      var sequences: [WriterID: Int64] = [:]
      try fill { event in
        if failure != nil { return }
        sequences[event.writer, default: 0] += 1
        do throws(IndexError) {
          try indexing { try indexer.add(event, sequence: sequences[event.writer] ?? 0) }
        } catch {
          failure = error
        }
      }
      if let failure { throw failure }
      try indexing { try IndexSchema.createIndexes(db) }
    }
    return index
  }
}
