internal import LineageIndexing
package import MLTBase

extension Workspace {
  /// The runs behind some runs, each with those that its inputs came from, as a review follows them.
  package func producers(behind runs: [RunID]) throws -> [RunID: Set<RunID>] {
    let lookup = RunLookup(try index)
    let start = try lookup.runs(try lookup.numbers(of: runs).values.sorted())
    let lineage = try BulkLineage(of: start, index: index, finder: originFinder())
    var producers: [RunID: Set<RunID>] = [:]
    for (place, run) in lineage.runs.enumerated() {
      producers[run.id] = Set(lineage.producers[place].map { lineage.runs[$0].id })
    }
    return producers
  }
}
