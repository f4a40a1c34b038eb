import MLTBase
import SystemPackage
import Testing

/// What `mlt run` records of a command that touches files in all the ways there are.
@Suite struct CaptureTests {
  /// One script, what stands before it, and what its record must say.
  struct Case: CustomTestStringConvertible, Sendable {
    var testDescription: String
    /// Files that stand before the run.
    var before: [String: String] = [:]
    /// What is done before the run, beside the files.
    var preparation = ":"
    var script: String
    var inputs: [String] = []
    var outputs: [String] = []
    var removed: [String] = []
    var hazards: [String] = []
  }

  static let cases: [Case] = [
    Case(
      testDescription: "a file that is read is an input", before: ["a": "1\n"], script: "cat a", inputs: ["a"]),
    Case(testDescription: "a file that is made is an output", script: "echo 1 > a", outputs: ["a"]),
    Case(testDescription: "an empty file that is made is an output", script: ": > a", outputs: ["a"]),
    Case(
      testDescription: "a file that is overwritten without being read is an output only", before: ["a": "1\n"],
      script: "echo 2 > a", outputs: ["a"]),
    Case(
      testDescription: "a file that is read and then overwritten is both", before: ["a": "1\n"],
      script: "x=$(cat a); echo $x$x > a", inputs: ["a"], outputs: ["a"]),
    Case(
      testDescription: "a file that is appended to is both", before: ["a": "1\n"], script: "echo 2 >> a", inputs: ["a"],
      outputs: ["a"]),
    Case(
      testDescription: "a file that is read and then overwritten with the same is an input only",
      before: ["a": "1\n"], script: "x=$(cat a); echo $x > a", inputs: ["a"]),
    Case(
      testDescription: "a file that is opened for reading and writing and stays as it is is an input only",
      before: ["a": "1\n"], script: "exec 3<> a; read x <&3", inputs: ["a"]),
    Case(
      testDescription: "a file that is opened for appending and stays as it is is an input only",
      before: ["a": "1\n"], script: ": >> a", inputs: ["a"]),
    Case(
      testDescription: "a file that is read after the run made it is an output only",
      script: "echo 1 > a; cat a > b", outputs: ["a", "b"]),
    Case(testDescription: "a file that is made and removed is nothing", script: "echo 1 > a; cat a; rm a"),
    Case(
      testDescription: "a file that is made in a folder that is made and removed is nothing",
      script: "mkdir t; echo 1 > t/a; cat t/a; rm -r t"),
    Case(
      testDescription: "a file that is looked for and then made is an output only",
      script: "cat a 2>/dev/null || echo 1 > a", outputs: ["a"]),
    Case(
      testDescription: "a file that is looked for and isn't there is nothing", script: "cat a 2>/dev/null || true"),
    Case(
      testDescription: "a file that is only looked at is nothing", before: ["a": "1\n"],
      script: "test -f a && ls -l a && [ -s a ]"),
    Case(
      testDescription: "a file that is removed unread is removed", before: ["a": "1\n"], script: "rm a", removed: ["a"]),
    Case(
      testDescription: "a file that is emptied and then removed is removed", before: ["a": "1\n"],
      script: "echo 2 > a; rm a", removed: ["a"]),
    Case(
      testDescription: "a file that is read and then removed is an input, and removed", before: ["a": "1\n"],
      script: "cat a; rm a", inputs: ["a"], removed: ["a"]),
    Case(
      testDescription: "a file that is removed and made anew is an output only", before: ["a": "1\n"],
      script: "rm a; echo 2 > a", outputs: ["a"]),
    Case(
      testDescription: "a file that is renamed into place is an output under its last name only",
      script: "echo 1 > a.tmp; mv a.tmp a", outputs: ["a"]),
    Case(
      testDescription: "a file that is read and replaced by renaming is both", before: ["a": "1\n"],
      script: "sed s/1/2/ a > a.tmp && mv a.tmp a", inputs: ["a"], outputs: ["a"]),
    Case(
      testDescription: "a file that is replaced by renaming without being read is an output only",
      before: ["a": "1\n"], script: "echo 2 > a.tmp; mv a.tmp a", outputs: ["a"]),
    Case(
      testDescription: "an untouched file that is renamed is an input, an output, and removed",
      before: ["a": "1\n"], script: "mv a b", inputs: ["a"], outputs: ["b"], removed: ["a"]),
    Case(
      testDescription: "a file that is read and renamed is an input, an output, and removed", before: ["a": "1\n"],
      script: "cat a; mv a b", inputs: ["a"], outputs: ["b"], removed: ["a"]),
    Case(
      testDescription: "a file that is renamed, read and renamed back is an input", before: ["a": "1\n"],
      script: "mv a b; cat b; mv b a", inputs: ["a"]),
    Case(
      testDescription: "a file that is renamed to and fro is nothing", before: ["a": "1\n"], script: "mv a b; mv b a"),
    Case(
      testDescription: "a file that is changed and then renamed is both, and removed", before: ["a": "1\n"],
      script: "echo 2 >> a; mv a b", inputs: ["a"], outputs: ["b"], removed: ["a"]),
    Case(
      testDescription: "a file that is renamed twice is an input, an output under its last name, and removed",
      before: ["a": "1\n"], script: "mv a b; mv b c", inputs: ["a"], outputs: ["c"], removed: ["a"]),
    Case(
      testDescription: "a file that is renamed and removed is removed", before: ["a": "1\n"],
      script: "mv a b; rm b", removed: ["a"]),
    Case(
      testDescription: "a folder that is made, filled and renamed into place holds outputs only",
      script: "mkdir t; echo 1 > t/a; mkdir t/u; echo 2 > t/u/b; mv t d", outputs: ["d/a", "d/u/b"]),
    Case(
      testDescription: "a folder that is renamed after a file was written in it takes the file along",
      before: ["d/old": "1\n"], script: "echo 2 > d/new; mv d e", outputs: ["e"], removed: ["d"]),
    Case(
      testDescription: "a folder that is made and renamed twice, with a folder in it, holds outputs only",
      script: "mkdir -p t/u; echo 1 > t/u/a; mv t d; mv d/u e", outputs: ["e/a"]),
    Case(
      testDescription: "an untouched folder that is renamed is an input and an output", before: ["d/a": "1\n"],
      script: "mv d e", inputs: ["d"], outputs: ["e"], removed: ["d"]),
    Case(
      testDescription: "a hard link reads the old name and writes the new one", before: ["a": "1\n"],
      script: "ln a b", inputs: ["a"], outputs: ["b"]),
    Case(
      testDescription: "a symbolic link that is made is an output", before: ["a": "1\n"], script: "ln -s a l",
      outputs: ["l"]),
    Case(
      testDescription: "what is read over a symbolic link is an input under its own name, and so is the link",
      before: ["a": "1\n"], preparation: "ln -s a l", script: "cat l", inputs: ["a", "l"]),
    Case(
      testDescription: "what is read over a link to a folder is an input under its own name, and so is the link",
      before: ["d/a": "1\n"], preparation: "ln -s d l", script: "cat l/a", inputs: ["d/a", "l"]),
    Case(
      testDescription: "what is written over a symbolic link is an output under its own name, and the link an input",
      before: ["a": "1\n"], preparation: "ln -s a l", script: "echo 2 > l", inputs: ["l"], outputs: ["a"]),
    Case(
      testDescription: "a link that is switched meanwhile led to both files",
      before: ["v1": "1\n", "v2": "2\n"], preparation: "ln -s v1 l",
      script: "cat l; ln -sfn v2 l; cat l", inputs: ["v1", "v2"], outputs: ["l"]),
    Case(
      testDescription: "a link to a folder that is switched meanwhile led to both folders",
      before: ["v1/x/a": "1\n", "v2/x/a": "2\n"], preparation: "ln -s v1 l",
      script: "cat l/x/a; ln -sfn v2 l; cat l/x/a", inputs: ["v1/x/a", "v2/x/a"], outputs: ["l"]),
    Case(
      testDescription: "a link that the run made and switched led to both files", before: ["v1": "1\n", "v2": "2\n"],
      script: "ln -s v1 l; cat l; ln -sfn v2 l; cat l; rm l; ln -s v1 l", inputs: ["v1", "v2"], outputs: ["l"]),
    Case(
      testDescription: "a link that is switched to a file made by the run doesn't make that an input",
      before: ["v1": "1\n"], preparation: "ln -s v1 l",
      script: "cat l; echo 2 > v2; ln -sfn v2 l; cat l", inputs: ["v1"], outputs: ["l", "v2"]),
    Case(
      testDescription: "relative paths are taken from where the process stands", before: ["d/a": "1\n"],
      script: "(cd d && cat a > ../b); cd d/..; cat b > c", inputs: ["d/a"], outputs: ["b", "c"]),
    Case(
      testDescription: "the processes of a pipeline belong to the run", before: ["a": "2\n1\n"],
      script: "cat < a | sort | head -n 1 > b", inputs: ["a"], outputs: ["b"]),
    Case(
      testDescription: "the processes in the background belong to the run", before: ["a": "1\n"],
      script: "(cat a > b) & wait", inputs: ["a"], outputs: ["b"]),
    Case(
      testDescription: "two files that exchange their contents are both", before: ["a": "1\n", "b": "2\n"],
      script: "mv a c; mv b a; mv c b", inputs: ["a", "b"], outputs: ["a", "b"]),
    Case(
      testDescription: "git's and Python's own folders, and mlt's, are noise",
      before: ["__pycache__/m.pyc": "1"],
      script: "cat .git/HEAD __pycache__/m.pyc .gitignore; mkdir -p d/__pycache__; echo 1 > d/__pycache__/x.pyc"),
    Case(
      testDescription: "what .mltignore names is noise", before: [".mltignore": "*.log\n/scratch/\n", "a.log": "1\n"],
      script: "cat a.log; echo 1 > b.log; mkdir scratch; echo 1 > scratch/x; echo 1 > out", outputs: ["out"]),
    Case(
      testDescription: "names with blanks, quotes and letters of all kinds are kept",
      before: ["a b/ü\"x'.csv": "1\n"], script: "cat 'a b'/* > 'größe \\ n'",
      inputs: ["a b/ü\"x'.csv"], outputs: ["größe \\ n"]),
  ]

  @Test("files, links and folders become inputs, outputs and removals", arguments: cases)
  func accesses(_ example: Case) throws {
    try withWorld { world in
      for (path, text) in example.before { try world.write(path, text) }
      try expectSuccess(world.shell(example.preparation))
      let run = try world.record(example.script)
      #expect(run.inputPaths.map(Self.unquoted) == example.inputs)
      #expect(run.outputPaths.map(Self.unquoted) == example.outputs)
      #expect(run.removed == example.removed)
      #expect(run.hazards == example.hazards)
      let artifacts = Array(run.inputs.values) + Array(run.outputs.values)
      #expect(artifacts.allSatisfy { $0["evidence"] == "observed" && $0["id"]?.string != nil && $0["problem"] == nil })
    }
  }

  private static func unquoted(_ text: String) -> String {
    PathText.decode(text).map { String(decoding: $0, as: UTF8.self) } ?? text
  }

  @Test("a change in place keeps the content before and the content after, and both can be had again")
  func inPlace() throws {
    try withWorld { world in
      try world.write("a.csv", "one\n")
      let run = try world.record("echo two >> a.csv")
      #expect(run.inputs["a.csv"]?["id"] == contentID("one\n"))
      #expect(run.outputs["a.csv"]?["id"] == contentID("one\ntwo\n"))
      #expect(run.outputs["a.csv"]?["before"] == contentID("one\n"))
      #expect(run.inputs["a.csv"]?["stored"] == true)
      // A run's output comes before its input where both are at one path.
      #expect(try world.cat("a.csv@" + run.id) == "one\ntwo\n")
      let before = try #require(run.inputs["a.csv"]?["id"]?.string)
      #expect(try world.cat(before) == "one\n")
    }
  }

  @Test("a file that is moved and then changed isn't said to have held the change before")
  func movedThenChanged() throws {
    try withWorld { world in
      try world.write("a", "one\n")
      let run = try world.record("mv a b; echo two >> b")
      #expect(run.outputs["b"]?["id"] == contentID("one\ntwo\n"))
      #expect(run.inputs["a"]?["id"] != contentID("one\ntwo\n"))
      #expect(run.removed == ["a"])
    }
  }

  @Test("a link is recorded as a link, by what it holds")
  func links() throws {
    try withWorld { world in
      let run = try world.record("echo 1 > a; ln -s a l")
      #expect(run.outputs["l"]?["kind"] == "link")
      #expect(run.outputs["l"]?["id"] == contentID("a"))
      #expect(run.outputs["a"]?["kind"] == "file")
    }
  }

  @Test("a run is recorded from the folder it was started in, by paths from the work tree's root")
  func subfolder() throws {
    try withWorld { world in
      try world.write("steps/deep/in.txt", "1\n")
      let run = try world.record(
        "cat deep/in.txt > ../out.txt", in: world.repository.appending("steps"))
      #expect(run.inputPaths == ["steps/deep/in.txt"])
      #expect(run.outputPaths == ["out.txt"])
      #expect(run.json["directory"] == "steps")
    }
  }

  @Test("files outside the work tree are kept by absolute path and content")
  func outside() throws {
    try withWorld { world in
      let data = world.folder.appending("share/data.csv")
      try FileOperations.createFolder(data.removingLastComponent())
      try FileOperations.replace(data, with: Array("1\n".utf8), sync: false)
      let result = world.folder.appending("share/result.csv").string
      let run = try world.record("cat \(data.string) > \(result)")
      #expect(run.inputPaths == [data.string])
      #expect(run.outputPaths == [result])
      #expect(run.inputs[data.string]?["id"] == contentID("1\n"))
      #expect(run.outputs[result]?["id"] == contentID("1\n"))
      #expect(try world.read("mlt.lock")?.contains("result") != true)
    }
  }

  @Test("files that the run makes in a folder for temporary files and leaves there are outputs, others nothing")
  func temporary() throws {
    try withWorld { world in
      let folder = world.folder.appending("tmp")
      try FileOperations.createFolder(folder)
      let run = try world.record(
        "t=$(mktemp); echo 1 > $t; cat $t > out; rm $t; echo 2 > $TMPDIR/left", environment: ["TMPDIR": folder.string])
      #expect(run.inputPaths == [])
      #expect(run.outputPaths == [folder.appending("left").string, "out"])
    }
  }
}
