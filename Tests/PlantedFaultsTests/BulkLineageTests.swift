import Journaling
import Lineage
import LineageIndexing
import MLTBase
import PlantedFaults
import SystemPackage
import TestSupport
import Testing

@Suite struct BulkLineageTests {
  /// What `trace` says of the runs behind a run: each with those that its inputs came from.
  private func traced(_ run: RunID, _ workspace: Workspace) throws -> [RunID: Set<RunID>] {
    let trace = try workspace.trace(TraceRequest(pointer: run.hex))
    return Dictionary(
      uniqueKeysWithValues: trace.nodes.map { node in
        (
          node.run.id,
          Set(node.inputs.compactMap(\.producer)).intersection(trace.nodes.map(\.run.id)).subtracting([node.run.id])
        )
      })
  }

  @Test(
    "What is followed in bulk is what trace follows one by one, in months of pipelines",
    arguments: [10_006, 10_018] as [UInt64])
  func months(seed: UInt64) throws {
    try withFolderInMemory { folder in
      let plan = try PlantedFault(seed: seed).write(into: folder)
      let workspace = try Workspace.open(context(folder, plan))
      let outputs = plan.bad.prefix(5) + plan.good.suffix(5)
      let bulk = try workspace.producers(behind: outputs.map(\.run))
      for output in outputs {
        for (run, producers) in try traced(output.run, workspace) {
          #expect(bulk[run] == producers, "run \(run) behind \(output.pointer)")
        }
      }
    }
  }

  @Test(
    "So it is with copies, files changed outside or in place, folders, URIs, runs at the same time, and any others",
    arguments: 1...20 as ClosedRange<UInt64>)
  func anything(seed: UInt64) throws {
    try withFolderInMemory { folder in
      let runs = try Jumble(seed: seed).write(into: folder)
      let workspace = try Workspace.open(
        ProcessContext(
          directory: folder, environment: ["HOME": folder.string], rawEnvironment: [], executable: "/usr/bin/mlt",
          host: "bench", account: "ada"))
      let bulk = try workspace.producers(behind: runs)
      for run in runs {
        for (run, producers) in try traced(run, workspace) { #expect(bulk[run] == producers, "run \(run)") }
      }
    }
  }
}
