import Glibc
import MLTBase
import SystemPackage
import TestSupport
import Testing
import TrackingStores

/// MLflow's file store is read as far as it can be understood.
@Suite struct MLflowFilesTests {
  private func write(_ folder: FilePath, _ path: String, _ text: String) throws {
    let file = folder.pushing(FilePath(path))
    try FileOperations.createFolder(file.removingLastComponent())
    try FileOperations.replace(file, with: Array(text.utf8), sync: false)
  }

  private let run = "0123456789abcdef0123456789abcdef"

  private func store(_ folder: FilePath) throws -> FilePath {
    let store = folder.appending("mlruns")
    try write(
      store, "1/meta.yaml", "experiment_id: '1'\nname: wine\nlifecycle_stage: active\ncreation_time: 1700000000000\n")
    try write(
      store, "1/\(run)/meta.yaml",
      """
      artifact_uri: file:///elsewhere/mlruns/1/\(run)/artifacts
      end_time: 1700000002000
      run_id: \(run)
      run_name: '007'
      start_time: 1700000001000
      status: 3
      tags: []
      user_id: ada
      lifecycle_stage: active
      """)
    try write(store, "1/\(run)/params/depth", "5")
    try write(store, "1/\(run)/params/a/b c", "ü\nzwei")
    try write(
      store, "1/\(run)/metrics/odd",
      "1700000001000 nan 2\n1700000001001 1.7976931348623157e+308 1\n1700000001001 -inf -3\n1 2\n")
    try write(store, "1/\(run)/tags/mlflow.note.content", "# Note\n")
    return store
  }

  @Test("a run's values are taken as they were logged, with infinities out of the largest numbers")
  func values() throws {
    try withTemporaryFolder { folder in
      let store = try MLflowStores.open(try store(folder))
      let experiment = try #require(try store.experiments().first)
      #expect(experiment.name == "wine")
      #expect(try store.identity() == "begun 2023-11-14T22:13:20.000000Z")
      #expect(try store.runs(of: experiment) == [run])
      let found = try #require(try store.run(run, of: experiment))
      #expect(found.parameters == ["depth": "5", "a/b c": "ü\nzwei"])
      #expect(found.metrics.map(\.step) == [2, 1, -3, 0])
      #expect(found.metrics.first?.value.isNaN == true)
      #expect(found.metrics.dropFirst().map(\.value) == [.infinity, -.infinity, 2])
      #expect(found.name == "007")
      #expect(found.status == .finished)
      #expect(found.tags == ["mlflow.note.content": "# Note\n"])
      #expect(store.problems == [])
    }
  }

  @Test(
    "an id that YAML takes for a number is the folder's name all the same",
    arguments: ["00000000000000000000000000000e10", "00000000000000000000000000000017"])
  func numericID(id: String) throws {
    try withTemporaryFolder { folder in
      let path = try store(folder)
      try write(path, "1/\(id)/meta.yaml", "run_id: \(id)\nrun_uuid: \(id)\nstatus: 4\n")
      let store = try MLflowStores.open(path)
      let experiment = try #require(try store.experiments().first)
      #expect(try store.run(id, of: experiment)?.id == id)
    }
  }

  @Test("texts that Python's YAML leaves without quotes stay texts, and a dataset may say much of itself")
  func plainTexts() throws {
    try withTemporaryFolder { folder in
      let path = try store(folder)
      try write(path, "1/e1/meta.yaml", "run_name: 12e4\nuser_id: 0x10\nstatus: 3\nend_time: null\nartifact_uri: ~\n")
      try write(path, "1/e1/inputs/i/meta.yaml", "source_id: d\ntags: {mlflow.data.context: 1_0}\n")
      try write(
        path, "1/datasets/d/meta.yaml",
        "digest: 12345e67\nname: 2026-01-01\nsource: 'null'\nschema: '\(String(repeating: "x", count: 3 << 20))'\n")
      let store = try MLflowStores.open(path)
      let experiment = try #require(try store.experiments().first)
      let run = try #require(try store.run("e1", of: experiment))
      #expect(run.name == "12e4" && run.user == "0x10" && run.status == .finished)
      #expect(run.ended == nil && run.artifacts.isEmpty)
      let data = try #require(run.datasets.first)
      #expect([data.name, data.digest, data.source, data.context] == ["2026-01-01", "12345e67", "null", "1_0"])
    }
  }

  @Test("a folder that was copied, id and all, is an experiment of its own")
  func copiedFolder() throws {
    try withTemporaryFolder { folder in
      let path = try store(folder)
      try write(path, "1-copy/meta.yaml", "experiment_id: '1'\nname: copy\n")
      try write(path, "1-copy/ffff/meta.yaml", "status: 3\n")
      try write(path, ".trash/1/meta.yaml", "experiment_id: '1'\nname: old\n")
      let store = try MLflowStores.open(path)
      let experiments = try store.experiments()
      #expect(experiments.map(\.name) == ["wine", "copy"] && experiments.map(\.id) == ["1", "1-copy"])
      #expect(try store.experiments() == experiments)
      #expect(try store.runs(of: experiments[1]) == ["ffff"])
      #expect(store.problems.map(\.description) == ["'.trash/1': another experiment has its id, and its name"])
    }
  }

  @Test("a logged model's own parameters are among its tags")
  func loggedModel() throws {
    try withTemporaryFolder { folder in
      let path = try store(folder)
      try write(path, "1/models/m-1/meta.yaml", "model_id: m-1\nname: forest\nsource_run_id: \(run)\n")
      try write(path, "1/models/m-1/params/depth", "5")
      try write(path, "1/models/m-1/tags/team", "x")
      let store = try MLflowStores.open(path)
      let experiment = try #require(try store.experiments().first)
      let model = try #require(try store.run(run, of: experiment)?.models.first)
      #expect(
        model.tags == [
          "mlflow.model.param.depth": "5", "team": "x", "mlflow.model.id": "m-1", "mlflow.model.name": "forest",
        ])
    }
  }

  @Test("what is broken is told, and loses nothing else")
  func broken() throws {
    try withTemporaryFolder { folder in
      let path = try store(folder)
      try write(path, "1/\(run)/metrics/loss", "1700000001000 0.5 0\nnonsense\n99999999999999999999 1 1\n")
      try write(path, "2/meta.yaml", "{ this: is: no [yaml")
      try write(path, "1/ffff/meta.yaml", "status: 17\nrun_id: ffff\nstart_time: x\n")
      try write(path, ".trash/3/meta.yaml", "experiment_id: '3'\nname: old\n")
      #expect(symlink("/etc/passwd", path.pushing(FilePath("1/\(run)/params/secret")).string) == 0)
      let store = try MLflowStores.open(path)
      let experiments = try store.experiments()
      #expect(experiments.map(\.name) == ["wine", "old"])
      #expect(experiments.map(\.isDeleted) == [false, true])
      let found = try #require(try store.run(run, of: experiments[0]))
      #expect(found.metrics.count { $0.key == "loss" } == 1)
      #expect(found.parameters["secret"] == nil, "links aren't followed")
      let other = try #require(try store.run("ffff", of: experiments[0]))
      #expect(other.status == .running)
      #expect(other.started == nil)
      #expect(
        store.problems.map(\.description).sorted()
          == [
            "'2/meta.yaml': it is no YAML mapping", "'run \(run)': 2 lines of metric 'loss' are no values",
            "'run ffff': its status '17' isn't known, and taken for running",
          ].sorted())
    }
  }

  @Test("whatever bytes stand in a store, reading it ends", arguments: [1, 2, 3] as [UInt64])
  func garbage(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    try withTemporaryFolder { folder in
      let path = try store(folder)
      for file in ["1/meta.yaml", "1/\(run)/meta.yaml", "1/\(run)/metrics/odd"] {
        let place = path.pushing(FilePath(file))
        let whole = try #require(try FileOperations.contents(of: place))
        for _ in 0..<40 {
          var bytes = whole
          for _ in 0..<Int.random(in: 1...6, using: &generator) {
            bytes[Int.random(in: 0..<bytes.count, using: &generator)] = UInt8.random(in: 0...255, using: &generator)
          }
          try FileOperations.replace(place, with: bytes, sync: false)
          guard let store = try? MLflowStores.open(path) else { continue }
          for experiment in (try? store.experiments()) ?? [] {
            for run in (try? store.runs(of: experiment)) ?? [] { _ = try? store.run(run, of: experiment) }
          }
          _ = try? store.models()
        }
        try FileOperations.replace(place, with: whole, sync: false)
      }
    }
  }

  @Test("what is no store is said to be none")
  func noStore() throws {
    try withTemporaryFolder { folder in
      #expect(throws: TrackingStoreError.notAStore(folder)) { try MLflowStores.open(folder) }
      let file = folder.appending("notes.txt")
      #expect(throws: TrackingStoreError.missing(file)) { try MLflowStores.open(file) }
      try write(folder, "notes.txt", "some text that is long enough to be looked at as a database's header, and more")
      #expect(throws: TrackingStoreError.notAStore(file)) { try MLflowStores.open(file) }
      try write(folder, "empty.db", "")
      #expect(throws: TrackingStoreError.notAStore(folder.appending("empty.db"))) {
        try MLflowStores.open(folder.appending("empty.db"))
      }
    }
  }
}
