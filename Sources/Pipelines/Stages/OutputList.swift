/// Reads the lists of what a stage writes.
struct OutputList {
  let file: String
  let root: String?
  let folder: String

  private static let reserved: Set<Substring> = [".git", ".mlt", ".dvc"]

  /// Outputs, metrics and plots of a stage, in this order.
  func outputs(of body: LocatedValue) throws(PipelineProblem) -> [StageOutput] {
    var all: [StageOutput] = []
    for kind in [StageOutput.Kind.output, .metrics, .plots] {
      // The same path twice in a list is one output with the options of both.
      let start = all.count
      var positions: [Location: Int] = [:]
      for element in body[kind.rawValue]?.elements ?? [] {
        guard let members = element.members else {
          try add(
            try element.templateText(kind.rawValue, file: file), kind, nil, element.position, to: &all, &positions)
          continue
        }
        for member in members {
          let text = try member.key.templateText(kind.rawValue, file: file)
          try add(text, kind, member.value, member.key.position, to: &all, &positions)
        }
      }
      for output in all[start...] { try check(output) }
    }
    return all
  }

  private func add(
    _ text: String, _ kind: StageOutput.Kind, _ options: LocatedValue?, _ position: SourcePosition,
    to outputs: inout [StageOutput], _ positions: inout [Location: Int]
  ) throws(PipelineProblem) {
    guard let location = Location(text, in: folder, root: root) else {
      throw PipelineProblem(file: file, at: position, .badPath(text))
    }
    let index = positions[location] ?? outputs.count
    if index == outputs.count {
      positions[location] = index
      outputs.append(StageOutput(kind: kind, location: location, text: text, position: position))
    }
    guard let options else { return }
    for options in options.elements ?? [options] { try apply(options, to: &outputs[index]) }
  }

  private func apply(_ options: LocatedValue, to output: inout StageOutput) throws(PipelineProblem) {
    var drawing = PipelineMap()
    for member in options.members ?? [] {
      guard let name = member.name else { continue }
      let value = member.value
      switch name {
      case "cache": output.isStored = value.value != .bool(false)
      case "persist": output.persists = value.value == .bool(true)
      case "push": output.isPushed = value.value != .bool(false)
      case "remote": output.remote = try value.optionalText(name, file: file)
      case "desc": output.description = try value.optionalText(name, file: file)
      case "type": output.type = try value.optionalText(name, file: file)
      case "labels":
        output.labels = []
        for label in value.elements ?? [] { output.labels.append(try label.templateText(name, file: file)) }
      case "meta": output.meta = value.value
      case _ where PipelineSchema.drawingKeys.contains(name): drawing[name] = value.value
      default: break
      }
    }
    if !drawing.members.isEmpty { output.drawings.append(drawing) }
  }

  private func check(_ output: StageOutput) throws(PipelineProblem) {
    switch output.location {
    case .inside(let path):
      let names = path.split(separator: "/")
      guard !names.isEmpty, Self.reserved.isDisjoint(with: names) else {
        throw PipelineProblem(file: file, at: output.position, .badPath(output.text))
      }
    case .outside, .uri:
      guard !output.isStored else { throw PipelineProblem(file: file, at: output.position, .outside(output.text)) }
    }
  }
}
