internal import Journaling
internal import LineageIndexing
internal import MLTBase

/// What runs have that other runs of their component may not have: code, parameters, packages, inputs, sizes and so on.
struct RunTraits {
  typealias Kind = ReviewReport.Trait.Kind

  /// One thing that a run has.
  struct Value: Hashable {
    var kind: Kind
    var name: String
    var value: String
  }

  /// What each run has, by its place in the lineage.
  private(set) var values: [[Value]]
  /// Sizes of a run's inputs and outputs that are out of the ordinary, by the run's place.
  private(set) var unusual: [Int: [Value]] = [:]
  /// Where sizes of a component go to another level, by the component: the place of the first run at it.
  private(set) var shifts: [String: [(place: Int, value: Value)]] = [:]
  /// The places of each component's runs, by their start.
  private(set) var runs: [String: [Int]] = [:]
  /// Of these the ones that have each value, by the component.
  private(set) var members: [String: [Value: [Int]]] = [:]
  /// How many runs have each content at a kind of place, by component and kind of place, sorted.
  private(set) var inputCounts: [String: [String: [Int]]] = [:]
  /// All values of a component by what they are called, with how many runs have each.
  private var counts: [String: [Name: [String: Int]]] = [:]

  private struct Name: Hashable {
    var kind: Kind
    var name: String
  }

  /// Names of files that hold code, whether git has them or not.
  private static let codeSuffixes: Set<String> = [
    "py", "ipynb", "r", "R", "jl", "sh", "bash", "sql", "pl", "rb", "js", "ts", "scala", "lua", "m", "awk", "c", "cpp",
    "h", "rs", "go", "java", "swift", "yaml", "yml", "toml", "ini", "cfg", "conf",
  ]

  /// Room for what most runs have, made at once.
  private static let room = 16

  /// Collects what all runs of a lineage have.
  ///
  /// - Parameter known: the outputs of runs, where they have been looked up before.
  init(_ lineage: BulkLineage, _ lookup: RunLookup, outputs known: [Int64: [NumberedFile]] = [:]) throws {
    values = lineage.runs.map { _ in
      var values: [Value] = []
      values.reserveCapacity(Self.room)
      return values
    }
    let numbers = lineage.runs.map(\.number)
    try lookup.parameters(of: numbers) { run, key, value in
      guard let place = lineage.places[run] else { return }
      values[place].append(Value(kind: .parameter, name: key, value: value))
    }
    try addEnvironments(lineage, lookup)
    let outputs = try Self.outputs(lineage, lookup, known)
    try addCommands(lineage, outputs, lookup.commands(of: numbers))
    for (place, run) in lineage.runs.enumerated() {
      values[place].append(Value(kind: .host, name: "", value: run.host))
      values[place].append(Value(kind: .user, name: "", value: run.user))
    }
    addInputs(lineage)
    let patterns = lineage.paths.mapValues { PathForm.of($0) }
    addStale(lineage, outputs, patterns)
    addSizes(lineage, outputs, patterns)
    count(lineage)
  }

  private struct ArgumentName: Hashable {
    var component: String
    var value: Name
  }

  /// Adds what runs were told by their commands: options and words, unless they name a day or a file of the run, or are
  /// others nearly each time, which is what commands are told anew by nature.
  private mutating func addCommands(_ lineage: BulkLineage, _ outputs: [Output], _ commands: [Int64: [String]]) {
    var written = [[String]](repeating: [], count: lineage.runs.count)
    for output in outputs { written[output.place].append(output.path) }
    let files = Set(lineage.paths.values).union(outputs.map(\.path))
    var arguments: [(place: Int, value: Value, name: Int)] = []
    // The names of arguments by number, and under each what was said and how often anything was.
    var names: [ArgumentName: Int] = [:]
    var said: [(values: Set<String>, count: Int)] = []
    for (place, run) in lineage.runs.enumerated() {
      guard let command = commands[run.number] else { continue }
      let told = values[place].compactMap { $0.kind == .parameter ? $0.name : nil }
      // Few arguments name any file at all.
      func isFile(_ text: String) -> Bool {
        guard files.contains(text) else { return false }
        return written[place].contains(text) || lineage.inputs[place].contains { lineage.paths[$0.path] == text }
      }
      for value in Self.arguments(of: command) {
        // What is noted as a parameter besides needn't be said twice.
        if told.contains(String(value.name.drop { $0 == "-" })) { continue }
        if RunComparison.isDated(value.value) || isFile(value.value) { continue }
        let name = ArgumentName(component: run.component, value: Name(kind: value.kind, name: value.name))
        let number = names[name] ?? said.count
        if number == said.count {
          names[name] = number
          said.append(([], 0))
        }
        said[number].values.insert(value.value)
        said[number].count += 1
        arguments.append((place, value, number))
      }
      values[place].append(Value(kind: .command, name: "", value: Self.shape(of: command)))
    }
    for (place, value, name) in arguments where said[name].values.count * 2 <= said[name].count + 1 {
      values[place].append(value)
    }
  }

  /// What a command line says: its options with their values, and its words by their place behind the program.
  private static func arguments(of command: [String]) -> [Value] {
    let options = CommandOptions(command)
    return options.values.filter { !$0.value.isEmpty }.sorted { $0.key < $1.key }
      .map { Value(kind: .parameter, name: $0.key, value: $0.value) }
      + options.words.enumerated().dropFirst().map {
        Value(kind: .argument, name: String($0.offset), value: $0.element)
      }
  }

  /// A command without what differs each time: the names of its options and its program.
  private static func shape(of command: [String]) -> String {
    command.enumerated().filter { $0.offset < 2 || $0.element.hasPrefix("-") }
      .map { PathForm.of($0.element) }.joined(separator: " ")
  }

  private mutating func addEnvironments(_ lineage: BulkLineage, _ lookup: RunLookup) throws {
    let environments = try lookup.environments(Set(lineage.runs.compactMap(\.environment)))
    let known = environments.mapValues { environment in
      environment.packages.map { Value(kind: .package, name: $0.name, value: $0.version) }
        + environment.interpreters.map { Value(kind: .interpreter, name: $0.name, value: $0.version) }
    }
    for (place, run) in lineage.runs.enumerated() {
      if let number = run.environment, let found = known[number] { values[place] += found }
    }
  }

  private mutating func addInputs(_ lineage: BulkLineage) {
    var kinds: [Int64: (isCode: Bool, pattern: String)] = [:]
    for (number, path) in lineage.paths {
      let suffix = path.split(separator: "/").last?.split(separator: ".").dropFirst().last.map(String.init) ?? ""
      kinds[number] = (Self.codeSuffixes.contains(suffix), PathForm.of(path))
    }
    for place in lineage.runs.indices {
      var patterns: Set<String> = []
      for input in lineage.inputs[place] {
        guard let path = lineage.paths[input.path], let kind = kinds[input.path] else { continue }
        let value = input.content.map { $0.hex } ?? ""
        if kind.isCode {
          values[place].append(Value(kind: .code, name: path, value: value))
        } else {
          values[place].append(Value(kind: .input, name: path, value: value))
          if patterns.insert(kind.pattern).inserted {
            values[place].append(Value(kind: .place, name: kind.pattern, value: kind.pattern))
          }
        }
      }
      for path in lineage.changedOutside[place] {
        values[place].append(Value(kind: .outside, name: lineage.paths[path] ?? "", value: "changed outside mlt"))
      }
    }
  }

  // MARK: Outputs

  private struct Output {
    var place: Int
    var path: String
    var pattern: String
    var bytes: Double
  }

  private static func outputs(
    _ lineage: BulkLineage, _ lookup: RunLookup, _ known: [Int64: [NumberedFile]]
  ) throws -> [Output] {
    var found = known
    for file in try lookup.files(of: lineage.runs.map(\.number).filter { known[$0] == nil }, role: .output) {
      found[file.run, default: []].append(file)
    }
    let files = lineage.runs.flatMap { found[$0.number] ?? [] }
    let paths = try lookup.paths(Set(files.map(\.path)))
    let patterns = paths.mapValues { PathForm.of($0) }
    return files.compactMap { file in
      guard let place = lineage.places[file.run], let path = paths[file.path], let pattern = patterns[file.path],
        file.content != nil
      else { return nil }
      return Output(place: place, path: path, pattern: pattern, bytes: Double(file.size))
    }
  }

  // MARK: Stale inputs

  /// Notes inputs whose latest version on offer was newer: of those of one kind that a run read, the latest counts.
  private mutating func addStale(_ lineage: BulkLineage, _ outputs: [Output], _ patterns: [Int64: String]) {
    var ends: [String: [Timestamp]] = [:]
    for output in outputs {
      if let end = lineage.runs[output.place].ended { ends[output.pattern, default: []].append(end) }
    }
    for pattern in ends.keys { ends[pattern]?.sort() }
    for (place, run) in lineage.runs.enumerated() {
      var latest: [String: Timestamp] = [:]
      for (input, maker) in zip(lineage.inputs[place], lineage.makers[place]) {
        guard let maker, let source = lineage.places[maker], let end = lineage.runs[source].ended,
          let pattern = patterns[input.path]
        else { continue }
        latest[pattern] = max(latest[pattern] ?? end, end)
      }
      for (pattern, end) in latest {
        guard let known = ends[pattern], let newest = known[..<known.partition(after: run.started)].last, newest > end
        else { continue }
        values[place].append(Value(kind: .stale, name: pattern, value: "a newer one was there"))
      }
    }
  }

  // MARK: Sizes

  private struct SizeGroup: Hashable {
    var component: String
    var pattern: String
    var isInput: Bool
  }

  /// Notes inputs and outputs of an unusual size, where that isn't just what an unusual input leads to.
  private mutating func addSizes(_ lineage: BulkLineage, _ outputs: [Output], _ patterns: [Int64: String]) {
    var groups: [SizeGroup: [SizeLevels.Size]] = [:]
    for output in outputs {
      let group = SizeGroup(
        component: lineage.runs[output.place].component, pattern: output.pattern, isInput: false)
      groups[group, default: []].append(.init(place: output.place, bytes: output.bytes))
    }
    for (place, run) in lineage.runs.enumerated() {
      for input in lineage.inputs[place] where input.content != nil && !input.isInGit {
        let group = SizeGroup(component: run.component, pattern: patterns[input.path] ?? "", isInput: true)
        groups[group, default: []].append(.init(place: place, bytes: Double(input.size)))
      }
    }
    let made = Set(outputs.map(\.pattern))
    let ordered = groups.sorted { ($0.key.component, $0.key.pattern) < ($1.key.component, $1.key.pattern) }
    var explained: Set<Int> = []
    for (group, sizes) in ordered where group.isInput {
      explained.formUnion(SizeLevels.outliers(sizes).keys)
      explained.formUnion(SizeLevels.shifts(sums(sizes, lineage)).map(\.place))
    }
    for (group, sizes) in ordered where !(group.isInput && made.contains(group.pattern)) {
      func isNews(_ place: Int) -> Bool { group.isInput || !explained.contains(place) }
      let name = (group.isInput ? "input " : "output ") + group.pattern
      for (place, isLarger) in SizeLevels.outliers(sizes) where isNews(place) {
        let value = Value(kind: .size, name: name, value: isLarger ? "unusually large" : "unusually small")
        values[place].append(value)
        unusual[place, default: []].append(value)
      }
      for (place, isLarger) in SizeLevels.shifts(sums(sizes, lineage)) where isNews(place) {
        let value = Value(kind: .size, name: name, value: isLarger ? "larger from then on" : "smaller from then on")
        shifts[group.component, default: []].append((place, value))
      }
    }
  }

  /// One size for each run, in the order of time.
  private func sums(_ sizes: [SizeLevels.Size], _ lineage: BulkLineage) -> [SizeLevels.Size] {
    var sums: [Int: Double] = [:]
    for size in sizes { sums[size.place, default: 0] += size.bytes }
    return sums.sorted { left, right in
      let (mine, yours) = (lineage.runs[left.key], lineage.runs[right.key])
      return (mine.started, mine.id) < (yours.started, yours.id)
    }.map { .init(place: $0.key, bytes: $0.value) }
  }

  // MARK: What is usual

  private mutating func count(_ lineage: BulkLineage) {
    for (component, places) in Dictionary(grouping: lineage.runs.indices, by: { lineage.runs[$0].component }) {
      let ordered = places.sorted {
        (lineage.runs[$0].started, lineage.runs[$0].id) < (lineage.runs[$1].started, lineage.runs[$1].id)
      }
      var found: [Value: [Int]] = [:]
      for place in ordered {
        for value in values[place] { found[value, default: []].append(once: place) }
      }
      var names: [Name: [String: Int]] = [:]
      for (value, places) in found {
        names[Name(kind: value.kind, name: value.name), default: [:]][value.value] = places.count
      }
      runs[component] = ordered
      members[component] = found
      counts[component] = names
    }
    for (component, names) in counts {
      for (name, found) in names where name.kind == .input {
        inputCounts[component, default: [:]][PathForm.of(name.name), default: []] += found.values
      }
    }
    inputCounts = inputCounts.mapValues { $0.mapValues { $0.sorted() } }
  }

  /// Whether a content that several runs read stayed longer than is usual at its kind of place.
  func isLasting(_ value: Value, in component: String, runs: Int) -> Bool {
    guard runs >= 3, let counts = inputCounts[component]?[PathForm.of(value.name)], !counts.isEmpty else {
      return false
    }
    return runs > 2 * counts[counts.count / 2]
  }

  /// What most of the other runs of a component have in a value's stead; nil if they have nothing of that name.
  func usual(_ value: Value, in component: String) -> String? {
    let others = counts[component]?[Name(kind: value.kind, name: value.name)]?.filter { $0.key != value.value } ?? [:]
    return others.max { ($0.value, $1.key) < ($1.value, $0.key) }?.key
  }
}

extension [Int] {
  /// Appends a number that isn't the last already.
  fileprivate mutating func append(once number: Int) {
    if last != number { append(number) }
  }
}

extension [Timestamp] {
  /// The first place, in a sorted list, of what is after a moment.
  fileprivate func partition(after moment: Timestamp) -> Int {
    var low = 0
    var high = count
    while low < high {
      let middle = (low + high) / 2
      if self[middle] <= moment { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
