import Journaling
import MLTBase
import ProvenanceExchange
import SystemPackage
import TestSupport
import Testing

@Suite struct CrateWriterTests {
  private func crate(
    _ runs: [ExportedRun], locate: @escaping (ArtifactRecord) throws -> [UInt8]? = { _ in nil },
    workflow: [UInt8]? = nil
  ) throws -> (json: JSON, isWorkflow: Bool) {
    try withTemporaryFolder { folder in
      var isWorkflow = false
      let text = try Fixture.written { output in
        let writer = CrateWriter(output: output, temporaryFolder: folder, locate: locate)
        for run in runs { try writer.add(run) }
        isWorkflow = try writer.finish(CrateWriter.Description(name: "n", text: "t", licence: "none")) { _, _ in
          workflow
        }
      }
      return (try JSON(parsing: text), isWorkflow)
    }
  }

  private func entities(_ json: JSON) -> [String: JSON] {
    Dictionary(
      (json["@graph"]?.array ?? []).compactMap { entity in entity["@id"]?.string.map { ($0, entity) } },
      uniquingKeysWith: { $1 })
  }

  @Test("a crate without runs has its root")
  func empty() throws {
    let root = entities(try crate([]).json)["./"]
    #expect(root?["name"] == "n")
    #expect(root?["hasPart"] == nil)
  }

  @Test("a run is an action of the kind that its outputs make it")
  func actions() throws {
    let kinds: [(before: [Bool], String)] = [
      ([], "ActivateAction"), ([false], "CreateAction"), ([true], "UpdateAction"), ([true, false], "CreateAction"),
    ]
    for (before, kind) in kinds {
      var run = try Fixture.run(1)
      run.outputs = before.enumerated().map { number, isReplaced in
        var file = Fixture.file("f\(number)")
        if isReplaced { file.before = Fixture.content("before") }
        return file
      }
      let action = entities(try crate([run]).json)["#run-" + run.id.hex]
      #expect(action?["@type"]?.string == kind)
      #expect(action?["endTime"] == "2026-01-01T00:00:02.250+00:00")
      #expect(action?["description"] == "sh -c 'it'\\''s'")
    }
  }

  @Test("a failed run says so, one that goes on has no end")
  func status() throws {
    let failed = try Fixture.run(1, status: .failed, exit: 3)
    let running = try Fixture.run(2, status: .running)
    let entities = entities(try crate([failed, running]).json)
    #expect(entities["#run-" + failed.id.hex]?["actionStatus"] == "http://schema.org/FailedActionStatus")
    #expect(entities["#run-" + failed.id.hex]?["error"]?.string?.contains("status 3") == true)
    #expect(entities["#run-" + running.id.hex]?["actionStatus"] == "http://schema.org/ActiveActionStatus")
    #expect(entities["#run-" + running.id.hex]?["endTime"] == nil)
  }

  @Test("each version of a file is one part, by its place in the crate or by its digest")
  func parts() throws {
    var runs = [try Fixture.run(1), try Fixture.run(2)]
    runs[0].outputs = [Fixture.file("a b.csv", "one"), Fixture.file("d", "tree", kind: .tree)]
    runs[1].inputs = [ExportedRun.Input(Fixture.file("a b.csv", "one"))]
    runs[1].outputs = [Fixture.file("a b.csv", "two"), Fixture.file("s3://b/k?x y", kind: .uri)]
    var asked: [String] = []
    let json = try crate(runs) { artifact in
      asked.append(artifact.path)
      return artifact.content == Fixture.content("one") ? Array("contents/1/a b.csv".utf8) : nil
    }.json
    #expect(asked == ["a b.csv", "d", "a b.csv", "s3://b/k?x y"])
    let entities = entities(json)
    let parts = (entities["./"]?["hasPart"]?.array ?? []).compactMap { $0["@id"]?.string }
    #expect(parts.count == 4)
    #expect(parts.first == "contents/1/a%20b.csv")
    #expect(parts[1].hasPrefix("ni:///sha-256;") && parts[1].hasSuffix("?tree=d/"))
    #expect(parts[2].hasPrefix("ni:///sha-256;") && parts[2].hasSuffix("?path=a%20b.csv"))
    #expect(parts[3] == "s3://b/k?x%20y")
    #expect(entities["#run-" + runs[1].id.hex]?["object"] == ["@id": "contents/1/a%20b.csv"])
    #expect(parts.allSatisfy { entities[$0] != nil })
    #expect((json["@graph"]?.array?.count ?? 0) == Set(json["@graph"]?.array?.compactMap { $0["@id"] } ?? []).count)
  }

  @Test("stages make it a workflow, if the pipeline's file is in the crate")
  func workflow() throws {
    var run = try Fixture.run(1)
    run.outputs = [Fixture.file("a"), Fixture.file("b")]
    run.stage = RunStage(file: "mlt.yaml", name: "s", definition: Fixture.content("d"), declared: nil)
    #expect(try !crate([run]).isWorkflow)
    let (json, isWorkflow) = try crate([run], workflow: Array("mlt.yaml".utf8))
    #expect(isWorkflow)
    let entities = entities(json)
    #expect(entities["./"]?["mainEntity"] == ["@id": "mlt.yaml"])
    #expect(entities["#pipeline-mlt.yaml"]?["instrument"] == ["@id": "mlt.yaml"])
    #expect(entities["#pipeline-mlt.yaml"]?["result"]?.array?.count == 2)
  }
}
