internal import Journaling
internal import Lineage
internal import LineageIndexing
internal import MLTBase

/// A trace as a graph of runs and artifacts, for programs that draw.
struct TraceGraph {
  private struct Vertex {
    var id: String
    var label: String
    var isRun: Bool
  }

  private struct Arrow: Hashable {
    var from: String
    var to: String
    var label: String
  }

  private var vertices: [Vertex] = []
  private var arrows: [Arrow] = []
  private var known: Set<String> = []
  private var drawn: Set<Arrow> = []
  private var numbers: [String: Int] = [:]
  private let flags: FlagMarks

  init(_ trace: Trace) {
    flags = trace.flags
    for node in trace.nodes { _ = add(run: node) }
    for node in trace.nodes {
      let run = add(run: node)
      for output in node.outputs { draw(run, add(output), "") }
      for edge in node.inputs { draw(add(edge.input), run, mark(edge.evidence)) }
      for reader in node.readers { draw(add(reader.input), add(run: reader.run), mark(reader.input.evidence)) }
    }
    // An input from elsewhere than its path, or changed on the way, hangs together with its maker by a dashed line.
    for node in trace.nodes { for edge in node.inputs { link(edge, trace) } }
    if let artifact = trace.artifact {
      let vertex = add(artifact)
      for edge in trace.origins { link(edge, trace) }
      for reader in trace.readers { draw(vertex, add(run: reader.run), "") }
    }
  }

  private func mark(_ evidence: Evidence) -> String { evidence == .observed ? "" : evidence.rawValue }

  private mutating func add(run node: Trace.Node) -> String {
    let id = "run" + node.run.id.short
    if known.insert(id).inserted {
      vertices.append(Vertex(id: id, label: node.run.component + "\n" + node.run.id.short, isRun: true))
    }
    return id
  }

  /// Adds a run that an arrow leads to or from; where the trace was cut off before it, only its id is known.
  private mutating func add(run: RunID) -> String {
    let id = "run" + run.short
    if known.insert(id).inserted { vertices.append(Vertex(id: id, label: "…\n" + run.short, isRun: true)) }
    return id
  }

  private mutating func add(_ artifact: ArtifactRecord) -> String {
    let key = artifact.path + "\n" + (artifact.content?.hex ?? "")
    let number = numbers[key] ?? numbers.count
    numbers[key] = number
    let id = "artifact\(number)"
    if known.insert(id).inserted {
      let content = artifact.content.map { "\n" + $0.short } ?? ""
      let flagged = flags.flag(on: artifact) == nil ? "" : "\nflagged"
      vertices.append(Vertex(id: id, label: artifact.path + content + flagged, isRun: false))
    }
    return id
  }

  private mutating func draw(_ from: String, _ to: String, _ label: String) {
    let arrow = Arrow(from: from, to: to, label: label)
    if drawn.insert(arrow).inserted { arrows.append(arrow) }
  }

  private mutating func link(_ edge: LineageEdge, _ trace: Trace) {
    let target = add(edge.input)
    switch edge.origin {
    case .copied(let run, let from): draw(add(run: run), target, "copied from " + from)
    case .changedOutside(let run): draw(add(run: run), target, "changed outside mlt")
    case .produced(let run):
      if edge.count != nil || trace.artifact != nil { draw(add(run: run), target, mark(edge.evidence)) }
    case .added, .git, .source: break
    }
  }

  /// A text in quotes, scalar by scalar: with an accent behind it a quote is another character, and still a quote.
  private static func quoted(_ text: String, _ escaped: (Unicode.Scalar) -> String?) -> String {
    text.unicodeScalars.reduce(into: "\"") { result, scalar in
      if let escaped = escaped(scalar) {
        result += escaped
      } else {
        result.unicodeScalars.append(scalar.value < 0x20 || scalar.value == 0x7F ? " " : scalar)
      }
    } + "\""
  }

  var dot: String {
    func quoted(_ text: String) -> String {
      Self.quoted(text) { $0 == "\"" ? "\\\"" : $0 == "\\" ? "\\\\" : $0 == "\n" ? "\\n" : nil }
    }
    var text = "digraph lineage {\n  rankdir=LR;\n"
    for vertex in vertices {
      text += "  \(vertex.id) [label=\(quoted(vertex.label)), shape=\(vertex.isRun ? "box" : "ellipse")];\n"
    }
    for arrow in arrows {
      let style = arrow.label.isEmpty ? "" : " [label=\(quoted(arrow.label)), style=dashed]"
      text += "  \(arrow.from) -> \(arrow.to)\(style);\n"
    }
    return text + "}\n"
  }

  var mermaid: String {
    // Mermaid's labels take HTML entities for what would end them.
    func quoted(_ text: String) -> String {
      Self.quoted(text) { scalar in
        switch scalar {
        case "\"": "#quot;"
        case "#": "#35;"
        case "<": "#lt;"
        case ">": "#gt;"
        case "\n": "<br/>"
        default: nil
        }
      }
    }
    var text = "flowchart LR\n"
    for vertex in vertices {
      text += "  \(vertex.id)" + (vertex.isRun ? "[\(quoted(vertex.label))]" : "([\(quoted(vertex.label))])") + "\n"
    }
    for arrow in arrows {
      text += "  \(arrow.from) " + (arrow.label.isEmpty ? "-->" : "-. \(quoted(arrow.label)) .->") + " \(arrow.to)\n"
    }
    return text
  }
}
