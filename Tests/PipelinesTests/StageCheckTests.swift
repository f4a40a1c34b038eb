import Pipelines
import Testing

/// Checks of stages: `meta.mlt.checks`.
@Suite struct StageCheckTests {
  private func pipeline(_ meta: String) -> Pipeline {
    Pipeline(
      reading: ["mlt.yaml"],
      of: MemoryProject(["mlt.yaml": "vars: [{n: 3}]\nstages:\n  a:\n    cmd: x\n    meta: \(meta)\n"]))
  }

  @Test("one command or a list of them, with templates replaced")
  func commands() throws {
    let checks = try #require(
      pipeline("{mlt: {checks: {before: 'test ${n} = 3', after: [a, b c]}}}").stages.first?.checks)
    #expect(checks.before == ["test 3 = 3"])
    #expect(checks.after == ["a", "b c"])
  }

  @Test(
    "what others note in meta is no business of ours",
    arguments: ["{checks: {before: 1}}", "text", "{mlt: [1]}", "[1]"])
  func others(_ meta: String) throws {
    let pipeline = pipeline(meta)
    #expect(pipeline.problems.isEmpty)
    #expect(try #require(pipeline.stages.first).checks == StageChecks())
  }

  @Test(
    "what can't be meant is told",
    arguments: [
      ("{mlt: {checks: [a]}}", "meta.mlt.checks"), ("{mlt: {checks: {during: a}}}", "meta.mlt.checks"),
      ("{mlt: {checks: {after: {a: b}}}}", "meta.mlt.checks.after"),
      ("{mlt: {checks: {after: [[a]]}}}", "meta.mlt.checks.after"),
    ])
  func malformed(_ meta: String, _ field: String) {
    let problems = pipeline(meta).problems
    #expect(problems.count == 1)
    #expect(problems.first.map { "\($0)".contains("'\(field)'") || "\($0)".contains(field) } == true)
  }
}
