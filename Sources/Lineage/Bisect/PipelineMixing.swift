internal import Journaling
internal import LineageIndexing
internal import MLTBase
internal import ObjectStorage

/// Takes two pipelines apart into what they share and where they differ (`docs/decisions/0084-bisect.md`).
final class PipelineMixing {
  /// What makes two differences one: it changes in several places at once.
  private enum Key: Hashable {
    case file(good: ContentID?, bad: ContentID?, WorkPath)
    case folder(String)
    case output(Int)
    case arguments(good: [String], bad: [String])
    case setting(BisectDifference.Kind, String, good: String?, bad: String?)
  }

  /// What became of a pair of runs.
  private enum Fate {
    /// Mixtures make it: its place among the stages.
    case mixed(Int)
    /// It is taken as recorded.
    case recorded
  }

  private let workspace: Workspace
  private let isMixingPackages: Bool
  private let good: PipelineSide
  private let bad: PipelineSide
  private var pipeline = MixedPipeline()
  private var numbers: [Key: Int] = [:]
  private var fates: [Fate] = []
  private var pairOfGood: [RunID: Int] = [:]
  private var pairOfBad: [RunID: Int] = [:]
  /// Files that commits have and nobody read, which have to be put somewhere first.
  private(set) var committed: [ContentID: [UInt8]] = [:]

  init(_ workspace: Workspace, good: [RerunPlan], bad: [RerunPlan], packages: Bool) throws {
    self.workspace = workspace
    isMixingPackages = packages
    self.good = try PipelineSide(workspace, good)
    self.bad = try PipelineSide(workspace, bad)
  }

  /// Takes them apart.
  func mix() throws -> MixedPipeline {
    let pairing = RunPairing(good.plans, bad.plans)
    for (number, pair) in pairing.pairs.enumerated() {
      let (one, other) = (good.plans[pair.good], bad.plans[pair.bad])
      pairOfGood[one.run.id] = number
      pairOfBad[other.run.id] = number
      fates.append(.recorded)
      let isLast = number == pairing.pairs.count - 1
      if one.run.id != other.run.id, let stage = try stage(one, other, isLast: isLast) {
        fates[number] = .mixed(pipeline.stages.count)
        pipeline.stages.append(stage)
      }
      var isMixed = false
      if case .mixed = fates[number] { isMixed = true }
      pipeline.pairs.append(
        BisectReport.Stage(component: other.run.component, good: one.run.id, bad: other.run.id, isMixed: isMixed))
    }
    for (side, places, isGood) in [(good, pairing.onlyGood, true), (bad, pairing.onlyBad, false)] {
      for place in places {
        let run = side.plans[place].run
        pipeline.obstacles.append(
          BisectObstacle(
            component: run.component, name: "run", good: isGood ? run.id.short : nil,
            bad: isGood ? nil : run.id.short, reason: .unmatched))
      }
    }
    return pipeline
  }

  // MARK: One pair

  /// Two runs as one stage; nil if nothing that they find differs.
  private func stage(_ one: RerunPlan, _ other: RerunPlan, isLast: Bool) throws -> MixedStage? {
    let known = pipeline.differences.count
    var stage = MixedStage(
      good: one, bad: other, goodEnvironment: try workspace.index.environment(of: one.run.id) ?? RunEnvironment(),
      badEnvironment: try workspace.index.environment(of: other.run.id) ?? RunEnvironment())
    stage.goodOutputs = good.outputs(of: one)
    stage.badOutputs = bad.outputs(of: other)
    mixCommand(&stage)
    mixVariables(&stage)
    mixPackages(&stage)
    try mixInputs(&stage)
    noteRest(stage)
    let isFed = stage.inputs.contains { input in
      switch input.source {
      case .made, .choice: true
      case .same: false
      }
    }
    let isChanged =
      isFed || pipeline.differences.count > known || !stage.variables.isEmpty || !stage.packages.isEmpty
      || stage.command.contains { if case .choice = $0 { true } else { false } }
    return isChanged || isLast ? stage : nil
  }

  private func number(
    _ key: Key, _ kind: BisectDifference.Kind, _ stage: MixedStage, _ name: String, _ good: String?, _ bad: String?
  ) -> Int {
    if let known = numbers[key] {
      if !pipeline.differences[known].components.contains(stage.component) {
        pipeline.differences[known].components.append(stage.component)
        pipeline.differences[known].components.sort()
      }
      if case .folder = key { pipeline.differences[known].files? += 1 }
      return known
    }
    let place = pipeline.differences.count
    var difference = BisectDifference(
      number: place + 1, kind: kind, components: [stage.component], name: name, good: good, bad: bad)
    if case .folder = key { difference.files = 1 }
    numbers[key] = place
    pipeline.differences.append(difference)
    return place
  }

  // MARK: Command and surroundings

  private func mixCommand(_ stage: inout MixedStage) {
    let (one, other) = (stage.good.run, stage.bad.run)
    var before: String?
    for part in SequenceAlignment(one.command, other.command).parts {
      switch part {
      case .same(let arguments):
        stage.command.append(.same(arguments))
        before = arguments.last
      case .change(let good, let bad):
        let name = name(of: good, bad, after: before, one.parameters, other.parameters)
        let number = number(
          .arguments(good: good, bad: bad), .argument, stage, name, Self.joined(good), Self.joined(bad))
        stage.command.append(.choice(number, good: good, bad: bad))
        before = nil
      }
    }
  }

  private static func joined(_ arguments: [String]) -> String? {
    arguments.isEmpty ? nil : arguments.joined(separator: " ")
  }

  /// What an argument is called: by the parameter that has its values, the option before it or in it, or what it is.
  private func name(
    of good: [String], _ bad: [String], after before: String?, _ ours: [String: String], _ theirs: [String: String]
  ) -> String {
    if good.count == 1, bad.count == 1 {
      let names = ours.keys.filter { ours[$0] == good[0] && theirs[$0] == bad[0] }.sorted()
      if let name = names.first { return name }
      let options = [good[0], bad[0]].map { $0.split(separator: "=", maxSplits: 1).first.map(String.init) ?? "" }
      if options[0] == options[1], good[0].contains("="), bad[0].contains("=") { return options[0] }
    }
    if let before, before.hasPrefix("-"), before != "-c" { return before }
    return (bad.first ?? good.first).flatMap { $0.hasPrefix("-") ? $0 : nil } ?? "arguments"
  }

  // An activated environment shows in its packages; its place is another on each machine.
  private static let places: Set<String> = ["VIRTUAL_ENV", "CONDA_DEFAULT_ENV"]

  private func mixVariables(_ stage: inout MixedStage) {
    let (ours, theirs) = (stage.goodEnvironment.variables, stage.badEnvironment.variables)
    for name in Set(ours.keys).union(theirs.keys).subtracting(Self.places).sorted() where ours[name] != theirs[name] {
      let isMasked = [ours[name], theirs[name]].contains { $0.map { $0.contains(Redaction.mask) } ?? false }
      if isMasked {
        pipeline.obstacles.append(
          BisectObstacle(component: stage.component, name: name, good: nil, bad: nil, reason: .outside))
        continue
      }
      let number = number(
        .setting(.variable, name, good: ours[name], bad: theirs[name]), .variable, stage, name, ours[name],
        theirs[name])
      stage.variables.append(
        MixedStage.Setting(difference: number, name: name, good: ours[name], bad: theirs[name]))
    }
  }

  private func mixPackages(_ stage: inout MixedStage) {
    func versions(_ environment: RunEnvironment) -> [String: String] {
      var found: [String: String] = [:]
      for package in environment.packages where package.system == "python" { found[package.name] = package.version }
      for interpreter in environment.interpreters where interpreter.name == "python" {
        found[Self.python] = interpreter.version
      }
      return found
    }
    let (ours, theirs) = (versions(stage.goodEnvironment), versions(stage.badEnvironment))
    for name in Set(ours.keys).union(theirs.keys).sorted() where ours[name] != theirs[name] {
      // What only one of them loaded is as much a matter of its code: nobody knows whether the other one had it.
      guard let before = ours[name], let after = theirs[name] else { continue }
      guard isMixingPackages else {
        let obstacle = BisectObstacle(
          component: stage.component, name: name, good: before, bad: after, reason: .needsEnvironment)
        pipeline.obstacles.append(obstacle)
        continue
      }
      let number = number(
        .setting(.package, name, good: before, bad: after), .package, stage, name, before, after)
      stage.packages.append(MixedStage.Setting(difference: number, name: name, good: before, bad: after))
    }
  }

  /// The name under which an interpreter stands among packages.
  static let python = "python"

  /// Names what differs and can't be mixed.
  private func noteRest(_ stage: MixedStage) {
    let (one, other) = (stage.good.run, stage.bad.run)
    let arguments = Set(one.command + other.command)
    func shows(_ value: String?) -> Bool { value.map { value in arguments.contains { $0.contains(value) } } ?? true }
    let readsSettings = stage.inputs.contains { input in
      guard case .choice = input.source else { return false }
      return input.places.contains { path in
        [".yaml", ".yml", ".json", ".toml", ".ini"].contains { path.text.hasSuffix($0) }
      }
    }
    for name in Set(one.parameters.keys).union(other.parameters.keys).sorted()
    where one.parameters[name] != other.parameters[name] && !readsSettings {
      if shows(one.parameters[name]), shows(other.parameters[name]) { continue }
      pipeline.obstacles.append(
        BisectObstacle(
          component: stage.component, name: name, good: one.parameters[name], bad: other.parameters[name],
          reason: .recordedOnly))
    }
    func outside(_ plan: RerunPlan) -> [String: ContentID?] {
      plan.inputs.reduce(into: [:]) { found, input in
        if input.source == .outside { found[input.artifact.path] = input.artifact.content }
      }
    }
    let (ours, theirs) = (outside(stage.good), outside(stage.bad))
    for path in Set(ours.keys).union(theirs.keys).sorted() where ours[path] != theirs[path] {
      pipeline.obstacles.append(
        BisectObstacle(
          component: stage.component, name: path, good: (ours[path] ?? nil)?.hex, bad: (theirs[path] ?? nil)?.hex,
          reason: .outside))
    }
  }

  // MARK: Inputs

  private func mixInputs(_ stage: inout MixedStage) throws {
    let ours = try good.entries(of: stage.good)
    var theirs = try bad.entries(of: stage.bad)
    var inputs: [MixedInput] = []
    var unpaired: [PipelineSide.Entry] = []
    for (path, entry) in ours.sorted(by: { $0.key < $1.key }) {
      guard let other = theirs.removeValue(forKey: path) else {
        unpaired.append(entry)
        continue
      }
      inputs.append(MixedInput(places: [path], source: try source(entry, other, at: other, stage)))
    }
    // A place that differs in numbers, as they stand in the command, is another name of the same thing.
    let named = stage.command.flatMap { part -> [String] in
      if case .choice(_, _, let bad) = part { bad } else { [] }
    }
    for entry in unpaired {
      let pattern = PathForm.of(entry.path.text)
      let alike = theirs.keys.filter { PathForm.of($0.text) == pattern }
      let isOnly = unpaired.lazy.filter { PathForm.of($0.path.text) == pattern }.count == 1
      if let other = alike.first, alike.count == 1, isOnly, Self.isNamed(other.text, in: named),
        let match = theirs.removeValue(forKey: other)
      {
        inputs.append(
          MixedInput(places: [other, entry.path], source: try source(entry, match, at: match, stage)))
      } else {
        inputs.append(MixedInput(places: [entry.path], source: try source(entry, nil, at: entry, stage)))
      }
    }
    for (path, entry) in theirs.sorted(by: { $0.key < $1.key }) {
      inputs.append(MixedInput(places: [path], source: try source(nil, entry, at: entry, stage)))
    }
    stage.inputs = inputs.sorted { ($0.places[0]) < ($1.places[0]) }
  }

  private static func isNamed(_ path: String, in arguments: [String]) -> Bool {
    arguments.contains { argument in
      argument.contains(path) || argument.split(separator: "=").contains { !$0.isEmpty && path.contains($0) }
    }
  }

  /// Where a file comes from that one or both of two runs read.
  private func source(
    _ entry: PipelineSide.Entry?, _ other: PipelineSide.Entry?, at known: PipelineSide.Entry, _ stage: MixedStage
  ) throws -> MixedInput.Source {
    let mine = entry?.maker.flatMap { pairOfGood[$0.run] }
    let yours = other?.maker.flatMap { pairOfBad[$0.run] }
    if mine == yours || entry == nil || other == nil, let pair = mine ?? yours, case .mixed(let place) = fates[pair] {
      return .made(place, good: Self.output(entry), bad: Self.output(other))
    }
    var (first, second) = (entry?.file, other?.file)
    if entry == nil { first = try missing(known, good, stage.good) }
    if other == nil { second = try missing(known, bad, stage.bad) }
    if let first, let second, first.isSame(as: second) { return .same(second.record(at: known.path)) }
    // Whoever didn't look there isn't disturbed by what stands there.
    if first == nil, !good.looked(for: known.path, stage.good), let second {
      return .same(second.record(at: known.path))
    }
    if second == nil, !bad.looked(for: known.path, stage.bad), let first { return .same(first.record(at: known.path)) }
    let key: Key
    var kind = BisectDifference.Kind.data
    var name = known.path.text
    if let pair = mine, mine == yours {
      (key, kind) = (.output(pair), .output)
    } else if let tree = other?.tree ?? entry?.tree {
      (key, name) = (.folder(tree), tree)
    } else {
      key = .file(good: first?.content, bad: second?.content, known.path)
      if known.file.record.isInGit || known.file.record.isModified { kind = .code }
    }
    let number = number(key, kind, stage, name, first?.content.hex, second?.content.hex)
    return .choice(number, good: first, bad: second)
  }

  private static func output(_ entry: PipelineSide.Entry?) -> MixedInput.Output? {
    entry.map { MixedInput.Output(path: $0.maker?.path ?? $0.path, file: $0.file) }
  }

  /// What stood at a place that a run didn't read, as its commit has it.
  private func missing(
    _ entry: PipelineSide.Entry, _ side: PipelineSide, _ plan: RerunPlan
  ) throws -> MixedFile? {
    guard let (file, bytes) = try side.committed(entry.path, plan, like: entry.file) else { return nil }
    if !file.isSame(as: entry.file) { committed[file.content] = bytes }
    return file
  }
}
