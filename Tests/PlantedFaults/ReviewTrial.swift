package import Lineage
internal import MLTBase
package import SystemPackage
internal import TestSupport

/// One try at finding a planted fault by review: some bad outputs are flagged, and now and then a good one by mistake.
package struct ReviewTrial {
  /// What was planted.
  package let plan: Plan
  /// What the review said.
  package let report: ReviewReport
  /// What mltrace's count said.
  package let counted: ReviewReport

  /// Flags outputs of a month and reviews them.
  ///
  /// - Parameters:
  ///   - plan: the month's plan.
  ///   - folder: its repository.
  ///   - share: the part of the bad outputs that is flagged, at least one.
  ///   - mistakes: the part of the flags that are on good outputs, drawn flag by flag.
  package init(_ plan: Plan, in folder: FilePath, share: Double = 1 / 3, mistakes: Double = 0.05) throws {
    self.plan = plan
    let context = ProcessContext(
      directory: folder, environment: ["HOME": folder.string], rawEnvironment: [], executable: "/usr/bin/mlt",
      host: "bench", account: "ada", clock: WallClock(now: { plan.end }))
    let workspace = try Workspace.open(context)
    var generator = Drawing(seed: plan.seed).generator("flags")
    let count = max(1, Int((Double(plan.bad.count) * share).rounded()))
    var pointers: [String] = plan.bad.shuffled(using: &generator).prefix(count).map(\.pointer)
    for _ in 0..<count where generator.chance(mistakes) { pointers.append(generator.pick(plan.good).pointer) }
    _ = try workspace.flag(pointers, why: "it looks wrong")
    report = try workspace.review(ReviewRequest(limit: nil))
    counted = try workspace.review(ReviewRequest(method: .count, limit: nil))
  }

  /// The place of the planted fault among the suspects, from 1; nil if it isn't there.
  package var place: Int? { place(in: report) }
  /// The place of the planted fault by mltrace's count, from 1; nil if it isn't there.
  package var countedPlace: Int? { place(in: counted) }

  private func place(in report: ReviewReport) -> Int? {
    report.suspects.firstIndex { plan.components.contains($0.component) }.map { $0 + 1 }
  }
}
