import DVCProjects
import MLTBase
import SystemPackage
import TestSupport
import Testing

/// What is read from the files of a project.
@Suite struct DVCProjectTests {
  private static let one = String(repeating: "1", count: 32)
  private static let two = String(repeating: "2", count: 32)

  /// A text of 60 lines that means a list with 2^60 elements.
  private static let nest: String = {
    var text = "a0: &a0 [x]\n"
    for number in 1...60 { text += "a\(number): &a\(number) [*a\(number - 1), *a\(number - 1)]\n" }
    return text
  }()

  private func withProject<Result>(
    _ files: [String: String], _ body: (FilePath) throws -> Result
  ) throws -> Result {
    try withTemporaryFolder { root in
      try FileOperations.createFolder(root.appending(".dvc"))
      for (path, text) in files {
        let file = root.pushing(FilePath(path))
        try FileOperations.createFolder(file.removingLastComponent())
        try FileOperations.replace(file, with: Array(text.utf8), sync: false)
      }
      return try body(root)
    }
  }

  private func contents(_ files: [String: String]) throws -> DVCContents {
    try withProject(files) { DVCProject(root: $0).contents() }
  }

  private func paths(_ contents: DVCContents) -> [String] {
    contents.outputs.map { String(decoding: $0.path, as: UTF8.self) }
  }

  @Test("a '.dvc' file names its output, with what DVC noted of it")
  func file() throws {
    let contents = try contents([
      "data/raw.csv.dvc": """
      # a comment
      outs:
      - md5: \(Self.one)
        size: 73
        hash: md5
        path: raw.csv
        isexec: true
      """
    ])
    #expect(contents.problems.isEmpty)
    let output = try #require(contents.outputs.first)
    #expect(paths(contents) == ["data/raw.csv"])
    #expect(output.hash.text == "md5:\(Self.one)")
    #expect(output.size == 73)
    #expect(output.isExecutable)
    #expect(output.file == "data/raw.csv.dvc")
    #expect(output.line == 3)
  }

  @Test("files that lie in no folder, as those of a commit, are read alike")
  func elsewhere() {
    let files = [
      "data/raw.csv.dvc": "outs: [{md5: \(Self.one), hash: md5, path: raw.csv}]",
      "dvc.lock": "schema: '2.0'\nstages: {s: {cmd: x, outs: [{path: out.csv, md5: \(Self.two), hash: md5}]}}\n",
      "dvc.yaml": "stages: {s: {cmd: x, wdir: sub, plots: [out.csv]}}\n", "other": "x", "broken.dvc": "outs: [",
      "gone.dvc": "",
    ]
    let contents = DVCProject.contents(of: files.keys.sorted().map { Array($0.utf8) }) { path in
      let name = String(decoding: path, as: UTF8.self)
      return name == "gone.dvc" ? nil : files[name].map { Array($0.utf8) }
    }
    #expect(paths(contents) == ["data/raw.csv", "sub/out.csv"] && contents.problems.map(\.file) == ["broken.dvc"])
  }

  @Test("a hash without a kind is the older one, and a folder's ends in '.dir'")
  func older() throws {
    let contents = try contents(["d.dvc": "outs: [{md5: \(Self.one).dir, nfiles: 3, path: d}]"])
    #expect(contents.outputs.map(\.hash.text) == ["md5-dos2unix:\(Self.one).dir"])
    #expect(contents.outputs.map(\.count) == [3])
  }

  @Test("paths are taken from the working folder of the '.dvc' file")
  func workingFolder() throws {
    let contents = try contents([
      "a/b/x.dvc": "wdir: ../c\nouts: [{md5: \(Self.one), hash: md5, path: ./deep//x}]"
    ])
    #expect(paths(contents) == ["a/c/deep/x"])
  }

  @Test("outputs left to git are told apart")
  func leftToGit() throws {
    let contents = try contents(["m.dvc": "outs: [{path: m.json, cache: false}]"])
    #expect(contents.outputs.isEmpty)
    #expect(contents.leftToGit == [Array("m.json".utf8)])
    #expect(contents.problems.isEmpty)
  }

  @Test("an import keeps where it came from")
  func imports() throws {
    let contents = try contents([
      "x.dvc": """
      frozen: true
      deps:
      - path: get/x
        repo: {url: https://example.invalid/r, rev: main, rev_lock: abc}
      outs: [{md5: \(Self.one), hash: md5, path: x}]
      """,
      "y.dvc": "deps: [{path: 's3://b/y', etag: '1'}]\nouts: [{md5: \(Self.two), hash: md5, path: y}]",
    ])
    let sources = contents.outputs.compactMap(\.source)
    #expect(sources.map(\.place) == ["https://example.invalid/r", "s3://b/y"])
    #expect(sources.map(\.path) == ["get/x", nil])
    #expect(sources.map(\.commit) == ["abc", nil])
  }

  @Test("stages' outputs come from 'dvc.lock', with working folders and what is left to git from 'dvc.yaml'")
  func pipeline() throws {
    let contents = try contents([
      "p/dvc.yaml": """
      stages:
        train:
          wdir: ..
          cmd: train
          outs: [model.pkl]
          metrics:
          - metrics.json:
              cache: false
        each:
          foreach: [a, b]
          do:
            cmd: make ${item}
            outs:
            - out_${item}.txt
            - log_${item}.txt: {cache: false}
      """,
      "p/dvc.lock": """
      schema: '2.0'
      stages:
        train:
          cmd: train
          params: {params.yaml: {a: &x [1, 2], b: *x}}
          outs:
          - {path: model.pkl, hash: md5, md5: \(Self.one), size: 5}
          - {path: metrics.json, hash: md5, md5: \(Self.two), size: 5}
        each@a:
          cmd: make a
          outs:
          - {path: out_a.txt, hash: md5, md5: \(Self.one), size: 5}
          - {path: log_a.txt, hash: md5, md5: \(Self.one), size: 5}
        removed:
          cmd: x
          outs: [{path: gone, hash: md5, md5: \(Self.one), size: 5}]
      """,
    ])
    #expect(contents.problems.isEmpty)
    #expect(paths(contents) == ["model.pkl", "p/out_a.txt"])
    #expect(contents.outputs.map(\.stage) == ["train", "each@a"])
    #expect(contents.leftToGit == [Array("metrics.json".utf8), Array("p/log_a.txt".utf8)])
    #expect(contents.stages.map(\.name) == ["each@a", "train"])
  }

  @Test(
    "a file that can't be read is reported with its line, and the others are read",
    arguments: [
      ("outs: [", 2), ("outs:\n\t- x", 2), ("a: 1\na: 2\nouts: []", 1), ("- x", 1), ("outs: 5", 1), ("outs: {a: 1}", 1),
      ("outs:\n- x", 2), ("outs:\n- path: [a]", 2), ("outs:\n- {md5: \(one), path: a, size: -1}", 2),
      ("outs:\n- {md5: \(one), path: a, size: 99999999999999999999}", 2),
      ("outs:\n- {md5: \(one), path: a, size: big}", 2), ("outs:\n- {md5: \(one), path: a, cache: 5}", 2),
      ("outs:\n- {md5: 12, path: a}", 2), ("outs:\n- {md5: [], path: a}", 2), ("outs:\n- {path: a}", 2),
      ("outs:\n- {path: a, etag: x}", 2), ("outs:\n- {md5: \(one), hash: sha, path: a}", 2),
      ("outs:\n- {md5: ../../../../../../../../../../../x, path: a}", 2), ("outs:\n- {md5: \(one), path: ../a}", 2),
      ("outs:\n- {md5: \(one), path: /etc/passwd}", 2), ("outs:\n- {md5: \(one), path: 's3://b/a'}", 2),
      ("outs:\n- {md5: \(one), path: .git/config}", 2), ("outs:\n- {md5: \(one), path: .mlt/x}", 2),
      ("outs:\n- {md5: \(one), path: .DVC/x}", 2), ("outs:\n- {md5: \(one), path: .}", 2),
      ("outs:\n- {md5: \(one), path: \"a\\0b\"}", 2), ("wdir: ../..\nouts:\n- {md5: \(one), path: a}", 1),
      ("wdir: [x]\nouts:\n- {md5: \(one), path: a}", 1), ("a: &a [*b]", 1), ("a: b\n--- \nc: d", 2),
    ])
  func malformed(_ text: String, line: Int) throws {
    let contents = try contents(["bad.dvc": text, "good.dvc": "outs: [{md5: \(Self.one), hash: md5, path: good}]"])
    #expect(contents.problems.map(\.file) == ["bad.dvc"])
    #expect(contents.problems.map(\.line) == [line], "\(contents.problems)")
    #expect(paths(contents) == ["good"])
  }

  @Test(
    "texts made to take for ever are refused at once",
    arguments: [
      String(repeating: "[", count: 200_000), String(repeating: "{a: ", count: 200_000),
      String(repeating: "- ", count: 200_000), String(repeating: "? ", count: 200_000),
      nest + "? *a60\n: x\n",
      nest + "*a60 : x\n", nest.replacing("*", with: "\u{2028}*") + "\u{2028}*a60 : x\n",
      nest + "[*a60]: x\n",
      nest + "{*a60:x : y}: x\n",
    ])
  func explosive(_ text: String) throws {
    let contents = try contents(["bad.dvc": text])
    #expect(contents.problems.count == 1)
    #expect(contents.outputs.isEmpty)
  }

  @Test("aliases in what isn't looked at do no harm")
  func laughs() throws {
    let contents = try contents(["x.dvc": Self.nest + "outs: *a60\n", "y.dvc": Self.nest + "meta: *a60\n"])
    #expect(contents.problems.map(\.file) == ["x.dvc", "x.dvc"])
  }

  @Test("bytes that are no text, and a 'dvc.lock' of another schema, are reported")
  func otherFormats() throws {
    let contents = try withProject(["dvc.lock": "train: {cmd: x}", "sub/dvc.lock": "schema: '3.0'"]) { root in
      try FileOperations.replace(root.appending("x.dvc"), with: [0xFF, 0xFE], sync: false)
      return DVCProject(root: root).contents()
    }
    #expect(contents.problems.map(\.reason) == [.unsupportedSchema, .notText, .unsupportedSchema])
  }

  @Test("outputs that overlap, and projects in the project, are reported")
  func overlap() throws {
    let contents = try contents([
      "d.dvc": "outs: [{md5: \(Self.one).dir, hash: md5, path: d}]",
      "f.dvc": "outs: [{md5: \(Self.one), hash: md5, path: d/f}]",
      "g.dvc": "outs: [{md5: \(Self.one), hash: md5, path: d}]",
      "inner/.dvc/config": "", "inner/x.dvc": "outs: [{md5: \(Self.one), hash: md5, path: x}]",
      "d/y.dvc": "outs: 5", "d2.dvc": "outs: [{md5: \(Self.one), hash: md5, path: d2}]",
    ])
    #expect(paths(contents) == ["d", "d2"])
    #expect(
      contents.problems.map(\.reason) == [
        .nestedProject, .overlap(path: "d", other: "d"), .overlap(path: "d/f", other: "d"),
      ])
  }

  @Test("links and pipes named like DVC's files aren't followed or waited for")
  func odd() throws {
    let contents = try withProject([:]) { root in
      try FileOperations.createFolder(root.appending("dvc.lock"))
      try FileOperations.createFolder(root.appending("x.dvc"))
      return DVCProject(root: root).contents()
    }
    #expect(contents.problems.isEmpty && contents.outputs.isEmpty)
  }

  @Test(
    "the cache is where the configuration says",
    arguments: [
      ("", "", "/R/.dvc/cache"), ("[cache]\n    dir = ../store\n", "", "/R/store"),
      ("[cache]\ndir = /abs # note", "", "/abs"), ("[cache]\n  dir = \"/a # b\"", "", "/a # b"),
      ("[cache]\ndir = /one", "[cache]\ndir = /two", "/two"),
      ("[core]\ndir = /one\n['remote \"cache\"']\ndir = /x", "", "/R/.dvc/cache"),
      ("[cache]\n#dir = /one\ntype = symlink", "", "/R/.dvc/cache"),
    ])
  func cache(_ config: String, _ local: String, _ expected: String) throws {
    try withProject([".dvc/config": config, ".dvc/config.local": local]) { root in
      let folder = DVCProject(root: root).cache.folder.string
      #expect(folder == expected.replacing("/R", with: root.string) || folder == expected)
    }
  }

  @Test("a content is looked for in both layouts, its own first")
  func places() throws {
    let cache = DVCCache(folder: "/c")
    let new = try #require(DVCHash("ab" + Self.one.dropLast(2), algorithm: .md5))
    let old = try #require(DVCHash("ab" + Self.one.dropLast(2) + ".dir", algorithm: .dos2unix))
    let rest = String(repeating: "1", count: 30)
    #expect(cache.places(of: new).map(\.string) == ["/c/files/md5/ab/\(rest)", "/c/ab/\(rest)"])
    #expect(cache.places(of: old).map(\.string) == ["/c/ab/\(rest).dir", "/c/files/md5/ab/\(rest).dir"])
  }
}
