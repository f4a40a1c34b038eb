import Pipelines
import Testing

@Suite struct ProblemTests {
  /// A project's `dvc.yaml`, with files beside it, and what is said of it.
  struct Case: CustomTestStringConvertible, Sendable {
    var text: String
    var others: [String: String] = [:]
    var words: String
    var testDescription: String { words }

    init(_ text: String, _ others: [String: String], _ words: String) {
      (self.text, self.others, self.words) = (text, others, words)
    }

    init(_ text: String, _ words: String) {
      self.init(text, [:], words)
    }
  }

  static let cases = [
    Case("stages:\n  a:\n    cmd: x\n    out: [y]\n", "'dvc.yaml', line 4, column 5, stage 'a': unknown key 'out'"),
    Case(
      "stages:\n  a:\n    cmd: x\n    outs:\n      - y:\n          cach: true\n",
      "'dvc.yaml', line 6, column 11, stage 'a': unknown key 'cach'"),
    Case("nope: 1\n", "'dvc.yaml', line 1, column 1: unknown key 'nope'"),
    Case("stages:\n  a: {deps: [x]}\n", "'dvc.yaml', line 2, column 6, stage 'a': key 'cmd' is missing"),
    Case(
      "stages:\n  a: {cmd: x, frozen: 'yes'}\n",
      "'dvc.yaml', line 2, column 23, stage 'a': 'frozen' must be true or false"),
    Case("stages: [a]\n", "'dvc.yaml', line 1, column 9: 'stages' must be a mapping"),
    Case(
      "stages:\n  a:\n    cmd: echo ${nope.x}\n",
      "'dvc.yaml', line 3, column 10, stage 'a': 'nope.x' is not defined"),
    Case(
      "stages:\n  a:\n    cmd:\n    - x\n    - echo ${a..b}\n",
      "'dvc.yaml', line 5, column 7, stage 'a': '${a..b}' is no template; write '\\${' for plain text"),
    Case(
      "vars: [a: {b: 1}]\nstages:\n  a: {cmd: x, deps: ['${a}']}\n",
      "'dvc.yaml', line 3, column 22, stage 'a': '${a}' is a mapping, which can't stand here"),
    Case(
      "vars:\n  - a: '${b}'\n", "'dvc.yaml', line 2, column 8: 'vars' can't hold templates"),
    Case(
      "vars:\n  - lr: 2\n", ["params.yaml": "lr: 1\n"],
      "'dvc.yaml', line 2, column 5: 'lr' from 'vars[0]' is already defined by 'params.yaml'"),
    Case(
      "vars:\n  - t: {a: {b: 1}}\n  - t: {a: {b: 2}}\n",
      "'dvc.yaml', line 3, column 5: 't.a.b' from 'vars[1]' is already defined by 'vars[0]'"),
    Case(
      "vars: [more.json]\n", ["more.json": "{\"a\": 1,\n \"b\": }"],
      "'more.json', line 2, column 7: expected a value"),
    Case("vars: [more.yaml]\n", "'dvc.yaml', line 1, column 8: there is no file 'more.yaml'"),
    Case(
      "vars: ['more.yaml:b']\n", ["more.yaml": "a: 1\n"],
      "'dvc.yaml', line 1, column 8: 'b' is not in 'more.yaml'"),
    Case("vars: [sub]\n", ["sub/x": ""], "'sub': is a folder"),
    Case(
      "stages:\n  a:\n    foreach: [x]\n    do: {vars: [item: 1], cmd: x}\n",
      "'dvc.yaml', line 4, column 17, stage 'a@x': 'item' can't be defined here"),
    Case(
      "vars: [n: 5]\nstages:\n  a: {foreach: '${n}', do: {cmd: x}}\n",
      "'dvc.yaml', line 3, column 16, stage 'a': 'foreach' must be a list or a mapping, and not a number"),
    Case(
      "stages:\n  a:\n    matrix: {x: [a, a-b], y: [b-c, c]}\n    cmd: x\n",
      "'dvc.yaml', line 3, column 13, stage 'a': two combinations come to the name 'a-b-c'"),
    Case(
      "stages:\n  a: {foreach: [1, '1'], do: {cmd: x}}\n",
      "'dvc.yaml', line 2, column 16, stage 'a': two combinations come to the name '1'"),
    Case(
      "stages:\n  a: {foreach: [x, ''], do: {cmd: x}}\n",
      "'dvc.yaml', line 2, column 3, stage 'a@': 'a@' can't be a stage's name"),
    Case("stages:\n  a@b: {cmd: x}\n", "'dvc.yaml', line 2, column 3, stage 'a@b': 'a@b' can't be a stage's name"),
    Case(
      "stages:\n  a: {cmd: x, outs: [../y]}\n",
      "'dvc.yaml', line 2, column 22, stage 'a': output '../y' lies outside the project"),
    Case(
      "stages:\n  a: {cmd: x, outs: [/y]}\n",
      "'dvc.yaml', line 2, column 22, stage 'a': output '/y' lies outside the project"),
    Case(
      "stages:\n  a: {cmd: x, outs: [.git/hooks/x]}\n",
      "'dvc.yaml', line 2, column 22, stage 'a': '.git/hooks/x' can't be used as a path here"),
    Case(
      "stages:\n  a: {cmd: x, outs: [.]}\n",
      "'dvc.yaml', line 2, column 22, stage 'a': '.' can't be used as a path here"),
    Case(
      "stages:\n  a: {cmd: x, wdir: ../..}\n",
      "'dvc.yaml', line 2, column 21, stage 'a': '../..' can't be used as a path here"),
    Case(
      "stages:\n  a: {cmd: x, deps: ['']}\n",
      "'dvc.yaml', line 2, column 22, stage 'a': '' can't be used as a path here"),
    Case("stages:\n\ta: 1\n", "'dvc.yaml', line 2, column 1: a tab can't indent; use blanks"),
    Case("stages:\n  a: {cmd: x}\n  a: {cmd: y}\n", "'dvc.yaml', line 2, column 3: key 'a' occurs twice"),
    Case("stages: *a\n", "'dvc.yaml', line 1, column 9: found undefined alias"),
    Case("stages: !mine {}\n", "'dvc.yaml', line 1, column 9: tag '!mine' is not known"),
    Case("{}\n---\n{}\n", "'dvc.yaml', line 2, column 1: but found another document"),
    Case("- a\n", "'dvc.yaml', line 1, column 1: 'dvc.yaml' must be a mapping"),
  ]

  @Test("a problem names file, place and stage", arguments: cases)
  func problem(_ expected: Case) {
    var texts = expected.others
    texts["dvc.yaml"] = expected.text
    #expect(MemoryProject(texts).pipeline.problems.map(\.description) == [expected.words])
  }

  @Test("each stage and file is looked at, whatever is wrong with others")
  func several() {
    let pipeline = MemoryProject([
      "dvc.yaml": "stages:\n  a: {cmd: '${x}'}\n  b: {cmd: ok}\n  c: {cmd: 5}\nwhat: 1\n",
      "sub/dvc.yaml": "stages: [",
      "work/mlt.yaml": "stages: {d: {cmd: ok}}",
    ]).pipeline
    #expect(pipeline.stages.map(\.id.description) == ["b", "work/mlt.yaml:d"])
    #expect(pipeline.problems.map(\.file) == ["dvc.yaml", "dvc.yaml", "dvc.yaml", "sub/dvc.yaml"])
    #expect(pipeline.problems.map(\.stage) == [nil, "a", "c", nil])
  }

  @Test("what a stage made of many is wrong in is said once")
  func group() {
    let pipeline = MemoryProject([
      "dvc.yaml": "stages: {a: {foreach: [x, y, z], do: {cmd: '${nope}'}}}"
    ]).pipeline
    #expect(pipeline.problems.map(\.stage) == ["a@x"])
  }

  @Test("files that can't be read are problems of theirs")
  func unreadable() {
    struct Broken: ProjectFiles {
      let answer: FileText
      func read(_ path: String, limit: Int) -> FileText { answer }
    }
    func reason(_ answer: FileText) -> PipelineProblem.Reason? {
      Pipeline(reading: ["mlt.yaml"], of: Broken(answer: answer)).problem?.reason
    }
    #expect(reason(.missing) == .missing)
    #expect(reason(.folder) == .isFolder)
    #expect(reason(.tooLarge) == .tooLarge)
    #expect(reason(.unreadable("cannot open")) == .unreadable("cannot open"))
    #expect(reason(.bytes([0x61, 0xFF])) == .notText)
  }
}
