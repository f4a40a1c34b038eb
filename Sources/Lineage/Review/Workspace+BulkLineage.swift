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

  /// What some runs, and those behind them, have of code, parameters, inputs and the like, as a review knows it, sorted.
  package func traits(behind runs: [RunID]) throws -> [RunID: [ReviewReport.Trait]] {
    let lookup = RunLookup(try index)
    let start = try lookup.runs(try lookup.numbers(of: runs).values.sorted())
    let lineage = try BulkLineage(of: start, index: index, finder: originFinder())
    let traits = try RunTraits(lineage, lookup)
    var found: [RunID: [ReviewReport.Trait]] = [:]
    for (place, run) in lineage.runs.enumerated() {
      found[run.id] = traits.values[place].map { value in
        ReviewReport.Trait(
          kind: value.kind, name: value.name, value: value.value, usual: traits.usual(value, in: run.component))
      }.sorted { ($0.kind.rawValue, $0.name, $0.value) < ($1.kind.rawValue, $1.name, $1.value) }
    }
    return found
  }
}
