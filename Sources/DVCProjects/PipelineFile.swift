internal import MLTBase

/// What a `dvc.yaml` says that its `dvc.lock` doesn't: where stages work, and which outputs are left to git.
struct PipelineFile {
  /// One stage.
  struct Stage {
    /// The folder that it works in, as it is written; nil for that of the file.
    var folder: String?
    /// The outputs that DVC doesn't keep, as they are written.
    var leftToGit: [String]
  }

  private var stages: [String: Stage] = [:]

  init(_ document: YAMLDocument, named file: String) throws(DVCProblem) {
    guard !document.root.isNull else { return }
    guard document.root.isMapping else { throw DVCProblem(file: file, .field("stages", expected: "a mapping")) }
    let stages = document.root["stages"]
    if stages.isNull { return }
    guard let members = stages.members else {
      throw DVCProblem(file: file, line: stages.line, .field("stages", expected: "a mapping"))
    }
    for (name, value) in members {
      let body = value["do"].isMapping ? value["do"] : value
      self.stages[name] = Stage(folder: body["wdir"].string, leftToGit: Self.leftToGit(body))
    }
  }

  private static func leftToGit(_ stage: YAMLValue) -> [String] {
    var paths: [String] = []
    for kind in ["outs", "metrics", "plots"] {
      for element in stage[kind].elements ?? [] {
        for (path, options) in element.members ?? [] where options["cache"].bool == false { paths.append(path) }
      }
    }
    return paths
  }

  /// The stage that a name in `dvc.lock` belongs to: its own, or the one that was multiplied (`train@0`).
  subscript(name: String) -> Stage? {
    if let stage = stages[name] { return stage }
    guard let at = name.firstIndex(of: "@") else { return nil }
    return stages[String(name[..<at])]
  }

  /// Whether a text with templates (`${…}`) could have become `path`.
  static func matches(_ template: String, _ path: String) -> Bool {
    let pieces = literals(of: template)
    guard pieces.count > 1 else { return template == path }
    guard let first = pieces.first, let last = pieces.last, path.hasPrefix(first) else { return false }
    var rest = path.dropFirst(first.count)
    for piece in pieces.dropFirst().dropLast() where !piece.isEmpty {
      guard let found = position(of: piece, in: rest) else { return false }
      rest = rest[found...].dropFirst(piece.count)
    }
    return rest.hasSuffix(last)
  }

  // The texts before, between and behind the templates.
  private static func literals(of template: String) -> [Substring] {
    var pieces: [Substring] = []
    var rest = template[...]
    while let start = position(of: "${", in: rest), let end = rest[start...].firstIndex(of: "}") {
      pieces.append(rest[..<start])
      rest = rest[rest.index(after: end)...]
    }
    return pieces + [rest]
  }

  private static func position(of piece: Substring, in text: Substring) -> Substring.Index? {
    text.indices.first { text[$0...].hasPrefix(piece) }
  }
}
