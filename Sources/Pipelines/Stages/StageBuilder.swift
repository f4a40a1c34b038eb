/// Makes a stage of its keys once all templates are replaced.
struct StageBuilder {
  /// The pipeline file.
  let file: String
  /// The root's own path, if it is known.
  let root: String?
  /// The stage's keys.
  let body: LocatedValue

  func stage(_ id: StageID, group: String?, at position: SourcePosition) throws(PipelineProblem) -> Stage {
    let base = PipelineFile.folder(of: file)
    var folder = base
    if let wdir = body["wdir"] {
      let text = try self.text(wdir, "wdir")
      // An empty one is as good as none.
      if !text.isEmpty {
        guard case .inside(let path)? = Location(text, in: base, root: root) else {
          throw PipelineProblem(file: file, at: wdir.position, .badPath(text))
        }
        folder = path
      }
    }
    return Stage(
      id: id, group: group, position: position, command: try command(), folder: folder,
      dependencies: try dependencies(in: folder), parameters: try parameters(in: folder),
      outputs: try OutputList(file: file, root: root, folder: folder).outputs(of: body),
      isFrozen: flag("frozen"), isAlwaysChanged: flag("always_changed"),
      description: try body["desc"]?.optionalText("desc", file: file),
      meta: body["meta"]?.value, checks: try checks())
  }

  // Other tools leave alone what stands in `meta`, and so may a file that they share have it.
  private func checks() throws(PipelineProblem) -> StageChecks {
    var checks = StageChecks()
    guard let value = body["meta"]?["mlt"]?["checks"], !value.isNull else { return checks }
    let field = "meta.mlt.checks"
    guard let members = value.members else {
      throw PipelineProblem(file: file, at: value.position, .unexpected(field: field, expected: "a mapping"))
    }
    for member in members {
      let key = try text(member.key, field)
      var commands: [String] = []
      for element in member.value.elements ?? [member.value] { commands.append(try text(element, "\(field).\(key)")) }
      switch key {
      case "before": checks.before = commands
      case "after": checks.after = commands
      default:
        throw PipelineProblem(
          file: file, at: member.key.position, .unexpected(field: field, expected: "'before' and 'after'"))
      }
    }
    return checks
  }

  private func flag(_ key: String) -> Bool {
    if case .scalar(.bool(true))? = body[key]?.content { true } else { false }
  }

  private func text(_ value: LocatedValue, _ field: String) throws(PipelineProblem) -> String {
    try value.templateText(field, file: file)
  }

  private func command() throws(PipelineProblem) -> Stage.Command {
    guard let value = body["cmd"] else { throw PipelineProblem(file: file, at: body.position, .missingKey("cmd")) }
    guard let elements = value.elements else { return .text(try text(value, "cmd")) }
    var texts: [String] = []
    for element in elements { texts.append(try text(element, "cmd")) }
    return .list(texts)
  }

  private func location(_ text: String, in folder: String, at position: SourcePosition) throws(PipelineProblem)
    -> Location
  {
    guard let location = Location(text, in: folder, root: root) else {
      throw PipelineProblem(file: file, at: position, .badPath(text))
    }
    return location
  }

  private func dependencies(in folder: String) throws(PipelineProblem) -> [StageDependency] {
    var dependencies: [StageDependency] = []
    for element in body["deps"]?.elements ?? [] {
      let text = try text(element, "deps")
      dependencies.append(
        StageDependency(
          location: try location(text, in: folder, at: element.position), text: text, position: element.position))
    }
    return dependencies
  }

  // A file that is taken whole anywhere is taken whole.
  private func parameters(in folder: String) throws(PipelineProblem) -> [ParameterSelection] {
    var selections: [ParameterSelection] = []
    var positions: [Location: Int] = [:]
    func add(_ name: String, _ keys: [String]?, _ position: SourcePosition) throws(PipelineProblem) {
      let location = try location(name, in: folder, at: position)
      guard let index = positions[location] else {
        positions[location] = selections.count
        selections.append(ParameterSelection(location: location, keys: keys, position: position))
        return
      }
      guard let keys else {
        selections[index].keys = nil
        return
      }
      selections[index].keys?.append(contentsOf: keys)
    }
    for element in body["params"]?.elements ?? [] {
      guard let members = element.members else {
        try add("params.yaml", [try text(element, "params")], element.position)
        continue
      }
      for member in members {
        let name = try text(member.key, "params")
        var keys: [String] = []
        for key in member.value.elements ?? [] { keys.append(try text(key, name)) }
        try add(name, keys.isEmpty ? nil : keys, member.key.position)
      }
    }
    for index in selections.indices {
      var seen: Set<String> = []
      selections[index].keys = selections[index].keys?.filter { seen.insert($0).inserted }
    }
    return selections
  }
}

extension LocatedValue {
  /// The text where one may be: templates may have made nothing of it.
  func optionalText(_ field: String, file: String) throws(PipelineProblem) -> String? {
    isNull ? nil : try templateText(field, file: file)
  }

  /// The text where one must be: what templates made of it may be any scalar.
  func templateText(_ field: String, file: String) throws(PipelineProblem) -> String {
    guard case .scalar(let value) = content, value != .null, let text = value.templateText else {
      throw PipelineProblem(file: file, at: position, .unexpected(field: field, expected: "text"))
    }
    return text
  }
}
