import Journaling
import MLTBase
import ProvenanceExchange
import SystemPackage
import TestSupport
import Testing

@Suite struct ProvWriterTests {
  private func document(_ runs: [ExportedRun]) throws -> JSON {
    let exported = Set(runs.map(\.id))
    return try withTemporaryFolder { folder in
      let text = try Fixture.written { output in
        let writer = ProvWriter(output: output, temporaryFolder: folder) { exported.contains($0) }
        for run in runs { try writer.add(run) }
        try writer.finish()
      }
      #expect(try FileOperations.nameBytes(in: folder).isEmpty)
      return try JSON(parsing: text)
    }
  }

  private func values(_ json: JSON?) -> [JSON] { json?.object?.members.map(\.value) ?? [] }

  private static func hex(_ digits: String) -> String { String(repeating: digits, count: 16) }

  @Test("without runs it is a document all the same")
  func empty() throws {
    #expect(try document([]).object?.members.map(\.key) == ["prefix"])
  }

  @Test("the same bytes that two runs wrote are two entities, each with one maker")
  func makers() throws {
    var runs = [try Fixture.run(1), try Fixture.run(2)]
    for place in runs.indices { runs[place].outputs = [Fixture.file("a", "same")] }
    let document = try document(runs)
    let made = values(document["wasGeneratedBy"]).compactMap { $0["prov:entity"]?.string }
    #expect(made == ["output:\(Self.hex("01"))/a", "output:\(Self.hex("02"))/a"])
    #expect(document["entity"]?.object?.members.count == 2)
    #expect(document["agent"]?.object?.members.count == 1)
  }

  @Test("an input is the entity that its maker wrote, in this document or not")
  func sources() throws {
    var run = try Fixture.run(2)
    let path = "data/a.csv"
    let cases: [(ExportedRun.Source, String)] = [
      (.output(of: try Fixture.id(1)), "output:\(Self.hex("01"))/data/a.csv"),
      (.output(of: try Fixture.id(9)), "output:\(Self.hex("09"))/data/a.csv"),
      (.member(of: try Fixture.id(1), folder: "data"), "output:\(Self.hex("01"))/data/a.csv"),
      (.git, "content:\(Fixture.content("x").hex)/data/a.csv"),
      (.unknown, "content:\(Fixture.content("x").hex)/data/a.csv"),
      (.copy(of: try Fixture.id(1), path: "b"), "content:\(Fixture.content("x").hex)/data/a.csv"),
    ]
    for (source, entity) in cases {
      run.inputs = [ExportedRun.Input(Fixture.file(path, "x"), sources: [source])]
      var maker = try Fixture.run(1)
      maker.outputs = [Fixture.file(path, "x")]
      let document = try document([maker, run])
      #expect(values(document["used"]).first?["prov:entity"]?.string == entity, "\(source)")
      #expect(document["entity"]?[entity] != nil, "\(source)")
      let informants = values(document["wasInformedBy"]).count
      #expect(informants == ([.git, .unknown].contains(source) ? 0 : 1), "\(source)")
    }
  }

  @Test("what was changed, by a run or by hand, is a revision of what it was")
  func revisions() throws {
    var run = try Fixture.run(2)
    run.inputs = [
      ExportedRun.Input(Fixture.file("a", "old"), sources: [.changed(since: try Fixture.id(1), path: "a")])
    ]
    run.outputs = [Fixture.file("a", "new")]
    let derived = values(try document([run])["wasDerivedFrom"])
    let old = "content:\(Fixture.content("old").hex)/a"
    #expect(
      derived.map { [$0["prov:generatedEntity"]?.string, $0["prov:usedEntity"]?.string] } == [
        [old, "output:\(Self.hex("01"))/a"], ["output:\(Self.hex("02"))/a", old],
      ])
  }

  @Test("names are qualified names of PROV-N, whatever bytes they have")
  func names() throws {
    var run = try Fixture.run(1)
    run.outputs = [Fixture.file("\"\\377\""), Fixture.file("a b."), Fixture.file("ü=")]
    let names = try document([run])["entity"]?.object?.members.map(\.key) ?? []
    let prefix = "output:\(Self.hex("01"))/"
    #expect(names == [prefix + "%C3%BC%3D", prefix + "%FF", prefix + "a%20b%2E"])
  }

  @Test("a long document is whole, and comes out the same again")
  func long() throws {
    let template = try Fixture.run(1)
    let runs = try (0..<3000).map { number -> ExportedRun in
      var run = template
      run.id = try #require(
        RunID(bytes: [UInt8](repeating: 0, count: 14) + [UInt8(number >> 8), UInt8(number & 0xFF)]))
      run.outputs = [Fixture.file("out/\(number)")]
      return run
    }
    let document = try document(runs)
    #expect(document["activity"]?.object?.members.count == 3000)
    #expect(document["wasGeneratedBy"]?.object?.members.count == 3000)
    #expect(try self.document(runs) == document)
  }
}
