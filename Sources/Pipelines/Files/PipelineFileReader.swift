/// Reads one pipeline file.
struct PipelineFileReader {
  /// The file's path from the root.
  let file: String
  let files: ValueFiles
  let options: Pipeline.Options
  /// What is left for stages of this and the files to come.
  var stagesLeft: Int
  var budget: TextBudget

  private(set) var stages: [Stage] = []
  private(set) var result: PipelineFile
  /// What is wrong, in the order of reading.
  private(set) var problems: [PipelineProblem] = []

  init(_ file: String, files: ValueFiles, options: Pipeline.Options, stagesLeft: Int, budget: TextBudget) {
    self.file = file
    self.files = files
    self.options = options
    self.stagesLeft = stagesLeft
    self.budget = budget
    result = PipelineFile(path: file)
  }

  private var folder: String { result.folder }

  /// Reads the text.
  mutating func read(_ text: String) {
    do throws(PipelineProblem) {
      let root = try YAMLReader.read(text, file: file)
      // An empty file declares nothing.
      if root.isNull { return }
      guard let members = root.members else {
        throw PipelineProblem(file: file, at: root.position, .unexpected(field: file, expected: "a mapping"))
      }
      var isSound = true
      for member in members {
        do throws(PipelineProblem) {
          guard let name = member.name, let rule = PipelineSchema.file[name] else {
            throw PipelineProblem(
              file: file, at: member.key.position, .unknownKey(member.key.value.pythonText ?? ""))
          }
          try rule.check(member.value, field: name, file: file)
        } catch {
          problems.append(error)
          isSound = false
        }
      }
      let loader = VariableLoader(file: file, files: files, root: options.root)
      let scope = try loader.scope(vars: root["vars"])
      for member in root["stages"]?.members ?? [] {
        if let name = member.name { readStage(name, member.value, at: member.key.position, scope, loader) }
        guard stagesLeft > 0 else { throw PipelineProblem(file: file, at: member.key.position, .tooManyStages) }
        // What comes now would only cost more.
        if problems.last?.reason == .tooMuchText || problems.last?.reason == .tooManyStages { return }
      }
      if isSound { try readRest(root, interpolation(scope)) }
    } catch {
      problems.append(error)
    }
  }

  private func interpolation(_ scope: VariableScope) -> Interpolation {
    Interpolation(scope: scope, style: options.argumentStyle, file: file)
  }

  // MARK: Stages

  private mutating func readStage(
    _ name: String, _ value: LocatedValue, at position: SourcePosition, _ scope: VariableScope, _ loader: VariableLoader
  ) {
    do throws(PipelineProblem) {
      guard !name.isEmpty, !name.contains("@") else { throw PipelineProblem(file: file, at: position, .badName(name)) }
      guard value["foreach"] != nil || value["do"] != nil else {
        try PipelineSchema.stage.check(value, field: name, file: file)
        if let matrix = value["matrix"] {
          let body = LocatedValue(.map(value.members?.filter { $0.name != "matrix" } ?? []), at: value.position)
          let expansion = StageExpansion(interpolation: interpolation(scope), limit: stagesLeft)
          let instances = try expansion.instances(matrix: matrix, &budget)
          makeStages(name, instances, body, at: position, scope, loader)
        } else {
          stages.append(
            try stage(StageID(file: file, name: name), group: nil, value, at: position, scope, loader))
          stagesLeft -= 1
        }
        return
      }
      try PipelineSchema.group.check(value, field: name, file: file)
      guard let data = value["foreach"], let body = value["do"] else { return }
      let expansion = StageExpansion(interpolation: interpolation(scope), limit: stagesLeft)
      makeStages(name, try expansion.instances(foreach: data, &budget), body, at: position, scope, loader)
    } catch {
      problems.append(error.of(name))
    }
  }

  private mutating func makeStages(
    _ name: String, _ instances: [StageExpansion.Instance], _ body: LocatedValue, at position: SourcePosition,
    _ scope: VariableScope, _ loader: VariableLoader
  ) {
    stagesLeft -= instances.count
    result.groups[name] = []
    for instance in instances {
      let id = StageID(file: file, name: name + "@" + instance.key)
      do throws(PipelineProblem) {
        guard !instance.key.isEmpty else { throw PipelineProblem(file: file, at: position, .badName(id.name)) }
        stages.append(
          try stage(id, group: name, body, at: position, scope.withGroup(instance.names), loader))
        result.groups[name]?.append(id)
      } catch {
        // What is wrong with one is mostly wrong with all.
        problems.append(error.of(id.name))
        return
      }
    }
  }

  private mutating func stage(
    _ id: StageID, group: String?, _ body: LocatedValue, at position: SourcePosition, _ scope: VariableScope,
    _ loader: VariableLoader
  ) throws(PipelineProblem) -> Stage {
    var scope = scope
    // The names are copied for a stage that adds to them; those of all stages count.
    guard budget.spend(id.name.utf8.count + (body["vars"] == nil ? 0 : scope.count * TextBudget.valueCost)) else {
      throw PipelineProblem(file: file, at: position, .tooMuchText)
    }
    if let vars = body["vars"] {
      var folder = folder
      if let wdir = body["wdir"] {
        let text = try interpolation(scope).resolve(wdir, .scalar, &budget).templateText("wdir", file: file)
        folder = Location(text, in: folder, root: options.root)?.text ?? folder
      }
      try loader.load(vars, in: folder, name: id.name, into: &scope)
    }
    let interpolation = interpolation(scope)
    var members: [LocatedValue.Member] = []
    for var member in body.members ?? [] where member.name != "vars" {
      member.value = try interpolation.resolve(member.value, member.name == "cmd" ? .command : .scalar, &budget)
      members.append(member)
    }
    let builder = StageBuilder(
      file: file, root: options.root, body: LocatedValue(.map(members), at: body.position))
    return try builder.stage(id, group: group, at: position)
  }

  // MARK: The rest

  private mutating func readRest(_ root: LocatedValue, _ interpolation: Interpolation) throws(PipelineProblem) {
    result.parameters = try locations(root["params"], "params", interpolation)
    result.metrics = try locations(root["metrics"], "metrics", interpolation)
    for element in root["plots"]?.elements ?? [] {
      let plot = try interpolation.resolve(element, .anything, &budget)
      guard let members = plot.members else {
        result.plots.append(
          PipelineFile.Plot(name: try plot.templateText("plots", file: file), properties: PipelineMap()))
        continue
      }
      for member in members {
        let name = try member.key.templateText("plots", file: file)
        result.plots.append(PipelineFile.Plot(name: name, properties: member.value.value.map ?? PipelineMap()))
      }
    }
    for member in root["artifacts"]?.members ?? [] {
      let name = try interpolation.resolve(member.key, .scalar, &budget).templateText("artifacts", file: file)
      let value = try interpolation.resolve(member.value, .anything, &budget)
      result.artifacts.append(try artifact(name, value))
    }
    if let datasets = root["datasets"] {
      result.datasets = try interpolation.resolve(datasets, .anything, &budget).value
    }
  }

  private func artifact(_ name: String, _ value: LocatedValue) throws(PipelineProblem) -> PipelineFile.Artifact {
    guard let path = value["path"] else { throw PipelineProblem(file: file, at: value.position, .missingKey("path")) }
    func text(_ key: String) throws(PipelineProblem) -> String? {
      guard let member = value[key] else { return nil }
      return try member.templateText(key, file: file)
    }
    var labels: [String] = []
    for label in value["labels"]?.elements ?? [] { labels.append(try label.templateText("labels", file: file)) }
    return PipelineFile.Artifact(
      name: name, location: try location(path, "path"), description: try text("desc"), type: try text("type"),
      labels: labels, meta: value["meta"]?.value)
  }

  private mutating func locations(
    _ list: LocatedValue?, _ field: String, _ interpolation: Interpolation
  ) throws(PipelineProblem) -> [Location] {
    var locations: [Location] = []
    for element in list?.elements ?? [] {
      locations.append(try location(try interpolation.resolve(element, .anything, &budget), field))
    }
    return locations
  }

  private func location(_ value: LocatedValue, _ field: String) throws(PipelineProblem) -> Location {
    let text = try value.templateText(field, file: file)
    guard let location = Location(text, in: folder, root: options.root) else {
      throw PipelineProblem(file: file, at: value.position, .badPath(text))
    }
    return location
  }
}
