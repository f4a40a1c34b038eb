import MLTBase
import Pipelines
import TestSupport
import Testing

@Suite struct LimitTests {
  private func problem(_ text: String, _ others: [String: String] = [:]) -> PipelineProblem.Reason? {
    MemoryProject(others.merging(["dvc.yaml": text], uniquingKeysWith: { $1 })).pipeline.problem?.reason
  }

  @Test("aliases that grow without bounds are refused")
  func bombs() {
    let levels = (1...40).map { level in
      "l\(level): &l\(level) [" + [String](repeating: "*l\(level - 1)", count: 9).joined(separator: ",") + "]"
    }
    let values = "l0: &l0 x\n" + levels.joined(separator: "\n") + "\n"
    #expect(problem(values) == .tooComplex)
    #expect(problem("vars: [v.yaml]", ["v.yaml": values]) == .tooComplex)
    // A key is compared as a whole.
    for key in ["? *l40\n: 1\n", "{*l40 : 1}\n", "[*l40]: 1\n", "- ? [*l40]\n"] {
      #expect(problem(values + "k:\n " + key) == .tooComplex, "\(key)")
    }
    // Merge keys multiply as well.
    let merges = (1...40).map { level in
      "m\(level): &m\(level) {a\(level): 1, <<: ["
        + [String](repeating: "*m\(level - 1)", count: 9).joined(separator: ",")
        + "]}"
    }
    #expect(problem("m0: &m0 {x: 1}\n" + merges.joined(separator: "\n")) == .tooComplex)
  }

  @Test("deep nesting is refused in every language")
  func nesting() throws {
    for depth in [101, 900, 100_000] {
      let lists = String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
      let texts = [
        "v.yaml": "a: " + lists, "v.json": "{\"a\": \(lists)}", "v.toml": "a = " + lists,
        "w.json": String(repeating: "{\"a\":", count: depth) + "1" + String(repeating: "}", count: depth),
        "w.toml": String(repeating: "a.", count: depth) + "b = 1",
        "x.toml": "[" + String(repeating: "a.", count: depth) + "b]",
        "y.toml": "a = " + String(repeating: "{a = ", count: depth) + "1" + String(repeating: "}", count: depth),
        "w.py": (0..<min(depth + 5, 1000)).map { String(repeating: " ", count: $0) + "class A:\n" }.joined(),
        "w.yaml": (0..<min(depth + 5, 1000)).map { String(repeating: " ", count: $0) + "a:\n" }.joined(),
      ]
      for (file, text) in texts {
        let reason = problem("vars: [\(file)]", [file: text])
        switch reason {
        // libyaml has a limit of its own, far beyond.
        case .tooComplex?, .malformed?: break
        default: Issue.record("\(file), \(depth): \(String(describing: reason))")
        }
      }
      // Python's literals are passed over.
      #expect(problem("vars: [v.py]", ["v.py": "a = " + lists]) == nil)
      #expect(problem("vars: [v.py]", ["v.py": "a = " + String(repeating: "-", count: depth) + "1"]) == nil)
    }
  }

  @Test("files with more values than anybody writes are refused")
  func values() {
    let many = String(repeating: "1,\n", count: 1_100_000)
    for (file, text) in ["v.yaml": "a: [\(many)]", "v.json": "{\"a\": [\(many) 1]}", "v.toml": "a = [\(many)]"] {
      #expect(problem("vars: [\(file)]", [file: text]) == .tooComplex, "\(file)")
    }
    #expect(problem("vars: [v.yaml]", ["v.yaml": String(repeating: "#", count: 9 << 20)]) == .tooLarge)
    #expect(problem("# " + String(repeating: "#", count: 9 << 20)) == .tooLarge)
  }

  @Test("few words that make many stages are refused")
  func stages() {
    let axis = "[" + (0..<400).map(String.init).joined(separator: ",") + "]"
    #expect(problem("stages: {a: {matrix: {x: \(axis), y: \(axis)}, cmd: x}}") == .tooManyStages)
    let axes = (0..<80).map { "x\($0): \(axis)" }.joined(separator: ", ")
    #expect(problem("stages: {a: {matrix: {\(axes)}, cmd: x}}") == .tooManyStages)
    let half = "[" + (0..<60_000).map(String.init).joined(separator: ",") + "]"
    #expect(
      problem("stages: {a: {foreach: \(half), do: {cmd: x}}, b: {foreach: \(half), do: {cmd: x}}}") == .tooManyStages)
  }

  @Test("few words that make much text are refused")
  func text() {
    let long = String(repeating: "x", count: 1 << 18)
    let many = String(repeating: "${t}", count: 2000)
    #expect(problem("vars: [t: \(long)]\nstages: {a: {cmd: '\(many)'}}") == .tooMuchText)
    let items = "[" + (0..<1000).map(String.init).joined(separator: ",") + "]"
    #expect(problem("vars: [t: \(long)]\nstages: {a: {foreach: \(items), do: {cmd: '${t}${t}'}}}") == .tooMuchText)
    let deps = "[" + (0..<5000).map { "d\($0)" }.joined(separator: ",") + "]"
    #expect(problem("stages: {a: {foreach: \(items), do: {cmd: x, deps: \(deps)}}}") == .tooMuchText)
    #expect(problem("stages: {a: {foreach: \(items), do: {cmd: '\(long)'}}}") == .tooMuchText)
  }

  @Test("many unclosed templates take no longer than they are long")
  func unclosed() {
    let text = String(repeating: "${", count: 1 << 18)
    let stages = MemoryProject(["dvc.yaml": "stages: {a: {cmd: '\(text)'}}"]).pipeline.stages
    #expect(stages.first?.command == .text(text))
  }

  @Test("a thousand stages of a thousand keys are read")
  func large() throws {
    let stages = (0..<1000).map { "  s\($0):\n    cmd: run ${v\($0)}\n    deps: [in\($0)]\n    outs: [out\($0)]\n" }
    let values = (0..<1000).map { "v\($0): \($0)\n" }.joined()
    let pipeline = MemoryProject(["mlt.yaml": "stages:\n" + stages.joined(), "params.yaml": values]).pipeline
    #expect(pipeline.problems.isEmpty)
    #expect(pipeline.stages.last?.command == .text("run 999"))
  }

  @Test("no text makes a reader fail otherwise than with a problem", arguments: [1, 2, 3, 4] as [UInt64])
  func broken(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    var originals: [(file: String, text: String)] = []
    for recorded in try Golden("values.json").cases {
      originals.append((recorded["file"]?.string ?? "", recorded["text"]?.string ?? ""))
    }
    for recorded in try Golden("pipelines.json").cases {
      originals.append(("dvc.yaml", recorded["files"]?["dvc.yaml"]?.string ?? ""))
    }
    let pieces = Array("[]{}()\"'\\:,-?*&!#%|>$@.=;\n\t 0e_+rbfux<é\u{2028}\r\u{0}".utf8)
    for (file, text) in originals {
      for _ in 0..<25 {
        var bytes = Array(text.utf8)
        for _ in 0..<Int.random(in: 1...4, using: &generator) {
          let at = Int.random(in: 0...bytes.count, using: &generator)
          let byte = pieces.randomElement(using: &generator) ?? 0
          switch Int.random(in: 0..<4, using: &generator) {
          case 0: bytes.insert(byte, at: at)
          case 1: if at < bytes.count { bytes.remove(at: at) }
          case 2: if at < bytes.count { bytes[at] = byte }
          default:
            let end = min(bytes.count, at + Int.random(in: 0...20, using: &generator))
            bytes.insert(contentsOf: bytes[at..<end], at: Int.random(in: 0...bytes.count, using: &generator))
          }
        }
        read(file, bytes)
      }
    }
  }

  @Test("no beginning of a text makes a reader fail otherwise than with a problem")
  func cut() throws {
    for recorded in try Golden("values.json").cases {
      let text = Array((recorded["text"]?.string ?? "").utf8)
      for length in stride(from: 0, to: text.count, by: text.count > 1000 ? 7 : 1) {
        read(recorded["file"]?.string ?? "", Array(text.prefix(length)))
      }
    }
  }

  // What comes out doesn't matter, only that something does.
  private func read(_ file: String, _ bytes: [UInt8]) {
    struct Raw: ProjectFiles {
      let file: String
      let bytes: [UInt8]
      func read(_ path: String, limit: Int) -> FileText {
        path == file
          ? .bytes(bytes)
          : path == "mlt.yaml" ? .bytes(Array("stages: {a: {cmd: x, params: [{\(file): }]}}".utf8)) : .missing
      }
    }
    let project = Raw(file: file, bytes: bytes)
    let isPipeline = file == "dvc.yaml"
    let pipeline = Pipeline(reading: [isPipeline ? "dvc.yaml" : "mlt.yaml"], of: project)
    for stage in pipeline.stages {
      let values = (try? ParameterReader(project).values(of: stage)) ?? []
      _ = StageDefinition(stage, values).id
    }
    _ = (try? StageGraph(pipeline))?.order()
  }
}
