import Journaling
import Lineage
import LineageIndexing
import MLTBase
import PlantedFaults
import SystemPackage
import TestSupport
import Testing

/// How many seeds a test takes: in a debug build fewer, since everything is computed.
func seeds(_ all: ClosedRange<UInt64>, debug: Int) -> [UInt64] {
  #if DEBUG
    Array(all.prefix(debug))
  #else
    Array(all)
  #endif
}

/// The context of a month's repository, as of its end.
func context(_ folder: FilePath, _ plan: Plan) -> ProcessContext {
  ProcessContext(
    directory: folder, environment: ["HOME": folder.string], rawEnvironment: [], executable: "/usr/bin/mlt",
    host: "bench",
    account: "ada", clock: WallClock(now: { plan.end }))
}

@Suite struct PlantedFaultTests {
  @Test(
    "A month is a repository with a fault that shows, and enough that is right",
    arguments: seeds(10_001...10_024, debug: 12))
  func months(seed: UInt64) throws {
    try withFolderInMemory { folder in
      let plan = try PlantedFault(seed: seed).write(into: folder)
      #expect((5...40).contains(plan.componentCount))
      #expect(!plan.bad.isEmpty)
      #expect(!plan.expected.isEmpty)
      #expect(!plan.components.isEmpty)
      #expect(plan.bad.allSatisfy { $0.day >= plan.days.lowerBound })
      let workspace = try Workspace.open(context(folder, plan))
      let first = try #require(plan.bad.first)
      for output in [first] + plan.good.suffix(3) {
        let target = try workspace.artifact(of: output.pointer)
        #expect(target.artifact.content == output.content)
      }
      let trace = try workspace.trace(TraceRequest(pointer: first.pointer))
      #expect(plan.components.contains { name in trace.nodes.contains { $0.run.component == name } })
    }
  }

  @Test("The same seed gives the same month")
  func repeats() throws {
    try withFolderInMemory { folder in
      let folders = ["one", "two"].map { folder.appending($0) }
      let plans = try folders.map { folder in
        try FileOperations.createFolder(folder)
        return try PlantedFault(seed: 10_005).write(into: folder)
      }
      #expect(plans[0].bad == plans[1].bad)
      #expect(plans[0].good == plans[1].good)
      #expect(plans[0].story == plans[1].story)
    }
  }
}
