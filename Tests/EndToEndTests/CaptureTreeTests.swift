import MLTBase
import SystemPackage
import Testing

/// Many files of one folder, and folders that are tracked or declared.
@Suite struct CaptureTreeTests {
  private static let make = "mkdir -p data && for i in $(seq 100 169); do echo $i > data/$i.txt; done"

  @Test("up to sixty-four files of a folder are named one by one, more are one tree")
  func border() throws {
    try withWorld { world in
      let few = try world.record("mkdir few; for i in $(seq 64); do echo $i > few/$i; done")
      #expect(few.outputPaths.count == 64)
      let many = try world.record("mkdir many; for i in $(seq 65); do echo $i > many/$i; done")
      #expect(many.outputPaths == ["many"])
      #expect(many.outputs["many"]?["kind"] == "tree")
      #expect(many.outputs["many"]?["count"] == 65)
      #expect(many.outputs["many"]?["partial"] == nil)
      let reading = try world.record("cat few/* many/* > /dev/null")
      #expect(reading.inputPaths.count == 65)
      #expect(reading.inputs["many"]?["count"] == 65)
      #expect(reading.inputs["many"]?["partial"] == nil)
      #expect(reading.inputs["many"]?["id"] == many.outputs["many"]?["id"])
    }
  }

  @Test("a tree that a run wrote is tracked as one, and can be had again")
  func tracked() throws {
    try withWorld { world in
      try world.record(Self.make)
      let lock = try #require(try world.read("mlt.lock"))
      #expect(lock.split(separator: "\n").filter { $0.hasPrefix("tree ") && $0.hasSuffix(" 70 data") }.count == 1)
      #expect(!lock.contains("data/"))
      #expect(try world.shell("git check-ignore data").status == 0)
      try world.shell("rm -r data")
      try expectSuccess(world.mlt("checkout", "data"))
      #expect(try world.read("data/169.txt") == "169\n")
    }
  }

  @Test("files written into a folder that holds others are a tree of their own, and said to be a part")
  func partOfFolder() throws {
    try withWorld { world in
      try world.write("data/other.txt", "mine\n")
      let run = try world.record(Self.make)
      #expect(run.outputs["data"]?["count"] == 70)
      #expect(run.outputs["data"]?["partial"] == true)
    }
  }

  @Test("a tracked folder that is read whole is the tracked tree; read in part it is said to be a part")
  func readTracked() throws {
    try withWorld { world in
      try world.shell(Self.make)
      try expectSuccess(world.mlt("add", "data"))
      let whole = try world.record("cat data/* > /dev/null")
      #expect(whole.inputPaths == ["data"])
      #expect(whole.inputs["data"]?["partial"] == nil)
      #expect(whole.inputs["data"]?["origin"]?["kind"] == "added")
      let lock = try #require(try world.read("mlt.lock"))
      #expect(lock.contains(try #require(whole.inputs["data"]?["id"]?.string)))

      let most = try world.record("rm -f x; for i in $(seq 100 165); do cat data/$i.txt; done > /dev/null")
      #expect(most.inputPaths == ["data"])
      #expect(most.inputs["data"]?["count"] == 66)
      #expect(most.inputs["data"]?["partial"] == true)
      #expect(most.inputs["data"]?["origin"]?["kind"] == "added")

      let few = try world.record("cat data/100.txt data/101.txt")
      #expect(few.inputPaths == ["data/100.txt", "data/101.txt"])
      #expect(few.inputs["data/100.txt"]?["origin"]?["kind"] == "added")
    }
  }

  @Test("a run that writes into a tracked folder brings its entry up to date")
  func writeTracked() throws {
    try withWorld { world in
      try world.shell(Self.make)
      try expectSuccess(world.mlt("add", "data"))
      let run = try world.record("echo new > data/new.txt; echo 2 >> data/100.txt; rm data/101.txt")
      #expect(run.outputPaths == ["data/100.txt", "data/new.txt"])
      #expect(run.inputPaths == ["data/100.txt"])
      #expect(run.removed == ["data/101.txt"])
      #expect(try #require(try world.read("mlt.lock")).contains(" 70 data\n"))
      #expect(try world.json("status")["clean"] == true)
      let removing = try world.record("rm data/102.txt")
      #expect(removing.removed == ["data/102.txt"])
      #expect(try #require(try world.read("mlt.lock")).contains(" 69 data\n"))
    }
  }

  @Test("a folder declared as output is one tree, whatever was seen in it")
  func declaredOutput() throws {
    try withWorld { world in
      let run = try world.record(
        "mkdir -p model/v1; echo w > model/v1/weights; echo c > model/config", options: ["-o", "model"])
      #expect(run.outputs["model"]?["kind"] == "tree")
      #expect(run.outputs["model"]?["count"] == 2)
      #expect(try #require(try world.read("mlt.lock")).split(separator: "\n").last?.hasSuffix(" 2 model") == true)
      #expect(try world.json("status")["clean"] == true)
      let reading = try world.record("cat model/config")
      #expect(reading.inputs["model/config"]?["origin"]?["run"] == .string(run.id))
    }
  }

  @Test("declared paths and URIs are inputs and outputs by declaration, what was seen stays observed")
  func declared() throws {
    try withWorld { world in
      try world.write("seen.csv", "1\n")
      try world.write("unseen.csv", "2\n")
      let run = try world.record(
        "cat seen.csv > out.csv",
        options: [
          "-i", "s3://bucket/raw.parquet", "-i", "unseen.csv", "-i", "seen.csv", "-o", "postgres://db/table", "-o",
          "out.csv",
        ])
      #expect(run.inputPaths == ["s3://bucket/raw.parquet", "seen.csv", "unseen.csv"])
      #expect(run.inputs["s3://bucket/raw.parquet"]?["kind"] == "uri")
      #expect(run.inputs["s3://bucket/raw.parquet"]?["evidence"] == "declared")
      #expect(run.inputs["unseen.csv"]?["evidence"] == "declared")
      #expect(run.inputs["unseen.csv"]?["id"] == contentID("2\n"))
      #expect(run.inputs["seen.csv"]?["evidence"] == "observed")
      #expect(run.outputs["postgres://db/table"]?["evidence"] == "declared")
      #expect(run.outputs["out.csv"]?["evidence"] == "observed")
      #expect(run.json["evidence"] == "observed")
    }
  }

  @Test("a URI leads from the run that declared it as output to the run that declared it as input")
  func declaredLineage() throws {
    try withWorld { world in
      let upload = try world.record("true", options: ["-c", "upload", "-o", "s3://bucket/table"])
      let download = try world.record("echo 1 > a", options: ["-c", "download", "-i", "s3://bucket/table"])
      #expect(download.inputs["s3://bucket/table"]?["origin"]?["run"] == .string(upload.id))
      let down = try world.json("trace", "--down", "s3://bucket/table")
      #expect(down["runs"]?.array?.compactMap { $0["id"]?.string } == [download.id])
    }
  }
}
