import Journaling
import MLTBase
import ProvenanceExchange
import Testing

@Suite struct OpenLineageWriterTests {
  private func events(_ run: ExportedRun) throws -> [JSON] {
    try Fixture.lines { try OpenLineageWriter(namespace: "mlt://project", output: $0).add(run) }
  }

  @Test(
    "a run starts, and ends as its command did",
    arguments: [
      (RunStatus.running, ["START"]), (.finished, ["START", "COMPLETE"]), (.failed, ["START", "FAIL"]),
      (.interrupted, ["START", "ABORT"]),
    ])
  func types(_ status: RunStatus, _ types: [String]) throws {
    let events = try events(Fixture.run(1, status: status, exit: 3))
    #expect(events.map { $0["eventType"]?.string } == types)
    #expect(events.first?["eventTime"] == "2026-01-01T00:00:01.500000Z")
    #expect(events.allSatisfy { $0["run"]?["runId"] == "01010101-0101-0101-0101-010101010101" })
    #expect(events.allSatisfy { $0["job"]?["name"] == "step 1" })
    let message = events.last?["run"]?["facets"]?["errorMessage"]?["message"]?.string
    #expect((message != nil) == (status == .failed || status == .interrupted))
    if let message { #expect(message.contains("exit status 3")) }
  }

  @Test(
    "files are named in the project, others by where they are",
    arguments: [
      ("data/a.csv", ArtifactRecord.Kind.file, "mlt://project", "data/a.csv"),
      ("data/ü 1.csv", .file, "mlt://project", "data/ü 1.csv"),
      ("\"a\\377%\\nü\"", .file, "mlt://project", "a%FF%25%0Aü"),
      ("/data/x", .file, "file://host%201", "/data/x"),
      ("s3://bucket/a/b.csv", .uri, "s3://bucket", "a/b.csv"),
      ("hdfs://name:8020/a/b", .uri, "hdfs://name:8020", "/a/b"),
      ("https://example.invalid", .uri, "https://example.invalid", "/"),
      ("urn:thing", .uri, "mlt://project", "urn:thing"),
    ])
  func names(_ path: String, _ kind: ArtifactRecord.Kind, _ namespace: String, _ name: String) throws {
    var run = try Fixture.run(1)
    run.inputs = [ExportedRun.Input(Fixture.file(path, kind: kind))]
    let input = try #require(try events(run).last?["inputs"]?[0])
    #expect(input["namespace"]?.string == namespace)
    #expect(input["name"]?.string == name)
  }

  @Test("versions are contents; what a run replaced and removed is told")
  func versions() throws {
    var run = try Fixture.run(1)
    var replaced = Fixture.file("log.txt", "after")
    replaced.before = Fixture.content("before")
    run.outputs = [Fixture.file("data", "tree", kind: .tree), replaced]
    run.removed = ["old.txt"]
    run.columns = [Fixture.content("after"): ["id", "price"]]
    let outputs = try #require(try events(run).last?["outputs"])
    #expect(
      outputs[0]?["facets"]?["version"]?["datasetVersion"]?.string == "sha256:" + Fixture.content("tree").hex)
    #expect(outputs[0]?["outputFacets"]?["outputStatistics"]?["fileCount"] == 2)
    #expect(outputs[1]?["facets"]?["lifecycleStateChange"]?["lifecycleStateChange"] == "OVERWRITE")
    let column = outputs[1]?["facets"]?["schema"]?["fields"]?[1]
    #expect(column == ["name": "price", "ordinal_position": 2])
    #expect(outputs[2]?["name"] == "old.txt")
    #expect(outputs[2]?["facets"]?["lifecycleStateChange"]?["lifecycleStateChange"] == "DROP")
  }

  @Test("a nested run names the one around it, and the outermost")
  func nested() throws {
    var run = try Fixture.run(1)
    run.parent = ExportedRun.Ancestor(run: try Fixture.id(2), component: "inner")
    run.root = ExportedRun.Ancestor(run: try Fixture.id(3), component: "outer")
    let parent = try events(run).first?["run"]?["facets"]?["parent"]
    #expect(parent?["run"]?["runId"] == "02020202-0202-0202-0202-020202020202")
    #expect(parent?["root"]?["job"]?["name"] == "outer")
  }

  @Test(
    "code is located by the URI of its remote, where that is one",
    arguments: [
      ("git@example.invalid:team/a b.git", "ssh://git@example.invalid/team/a%20b.git"),
      ("https://example.invalid/x.git", "https://example.invalid/x.git"), ("../x", nil), ("/srv/git/x:y", nil),
      ("://x", nil), ("", nil),
    ])
  func code(_ remote: String, _ url: String?) throws {
    var run = try Fixture.run(1)
    run.git = GitState(commit: String(repeating: "a", count: 40), branch: nil, remote: remote, isDirty: false)
    let facet = try events(run).first?["job"]?["facets"]?["sourceCodeLocation"]
    #expect(facet?["url"]?.string == url)
    #expect((facet == nil) == (url == nil))
  }

  @Test("numbers that JSON has no spelling for are told as text")
  func numbers() throws {
    var run = try Fixture.run(1)
    run.metrics = ["a": .nan, "b": -.infinity, "c": 0.5]
    let metrics = try events(run).last?["run"]?["facets"]?["mlt_run"]?["metrics"]
    #expect(metrics == ["a": "NaN", "b": "-Infinity", "c": .double(0.5)])
  }
}
