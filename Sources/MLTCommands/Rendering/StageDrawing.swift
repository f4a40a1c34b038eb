internal import MLTBase
internal import Pipelines

/// Draws which of some stages depend on which.
struct StageDrawing {
  private let stages: [StageID]
  private let upstream: [StageID: [StageID]]
  private let downstream: [StageID: [StageID]]

  init(_ graph: StageGraph, _ stages: [StageID]) {
    self.stages = stages
    let shown = Set(stages)
    upstream = Dictionary(
      uniqueKeysWithValues: stages.map { ($0, graph.dependencies(of: $0).filter(shown.contains)) })
    downstream = Dictionary(
      uniqueKeysWithValues: stages.map { ($0, graph.dependents(of: $0).filter(shown.contains)) })
  }

  /// Each stage below the first one that it depends on; where it stands below others too, its name alone.
  var text: String {
    struct Step {
      var stage: StageID
      var margin: String
      var isLast: Bool
      var isTop: Bool
    }
    var lines: [String] = []
    var drawn: Set<StageID> = []
    for top in stages where upstream[top]?.isEmpty ?? true {
      var pending = [Step(stage: top, margin: "", isLast: true, isTop: true)]
      while let step = pending.popLast() {
        let isFirst = drawn.insert(step.stage).inserted
        let children = downstream[step.stage] ?? []
        let line = step.isTop ? "" : step.margin + (step.isLast ? "└─ " : "├─ ")
        lines.append(line + "\(step.stage)" + (isFirst || children.isEmpty ? "" : " (above)"))
        guard isFirst else { continue }
        let margin = step.isTop ? "" : step.margin + (step.isLast ? "   " : "│  ")
        for (place, child) in children.enumerated().reversed() {
          pending.append(Step(stage: child, margin: margin, isLast: place == children.count - 1, isTop: false))
        }
      }
    }
    return lines.map { $0 + "\n" }.joined()
  }

  private var edges: [(from: StageID, to: StageID)] {
    stages.flatMap { stage in (upstream[stage] ?? []).map { ($0, stage) } }
  }

  /// For Graphviz.
  var dot: String {
    func quoted(_ id: StageID) -> String {
      "\"" + id.description.flatMap { $0 == "\"" || $0 == "\\" ? ["\\", $0] : [$0] } + "\""
    }
    return "digraph pipeline {\n" + stages.map { "  \(quoted($0));\n" }.joined()
      + edges.map { "  \(quoted($0.from)) -> \(quoted($0.to));\n" }.joined() + "}\n"
  }

  /// For Mermaid.
  var mermaid: String {
    let numbers = Dictionary(uniqueKeysWithValues: stages.enumerated().map { ($1, $0 + 1) })
    // What would end the quotes, or begin an entity, is written as one.
    func label(_ id: StageID) -> String {
      id.description.map { $0 == "\"" ? "#quot;" : $0 == "#" ? "#35;" : String($0) }.joined()
    }
    return "flowchart TD\n" + stages.map { "  n\(numbers[$0] ?? 0)[\"\(label($0))\"]\n" }.joined()
      + edges.map { "  n\(numbers[$0.from] ?? 0) --> n\(numbers[$0.to] ?? 0)\n" }.joined()
  }

  var json: JSONObject {
    [
      "format": 1,
      "stages": .array(
        stages.map { stage in
          var fields = StageText.json(stage)
          fields["dependsOn"] = .array((upstream[stage] ?? []).map { .object(JSONObject(StageText.json($0))) })
          return .object(JSONObject(fields))
        }),
    ]
  }
}
