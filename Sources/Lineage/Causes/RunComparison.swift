internal import Journaling
internal import LineageIndexing
internal import MLTBase

/// Compares what two runs stood on, all but the data.
struct RunComparison {
  let reader: RunFactsReader
  let settings: SettingsReader

  /// What is worth comparing of a machine; the kernel and the load differ from day to day.
  private static let machineFields = ["architecture", "cpu", "gpu", "os"]

  /// Adds what differs to the node's subjects.
  func compare(_ node: inout LineageComparison.Node) throws {
    let (bad, good) = (node.bad, node.good)
    compareCode(bad, good, &node.subjects)
    try compareSettings(bad, good, &node.subjects)
    Self.each(good.record.parameters, bad.record.parameters) { key, before, after in
      // What was read from a file of parameters and logged besides is one change.
      let isKnown = node.subjects.contains { subject in
        guard case .parameter(let other, _?, before, after) = subject else { return false }
        return other == key || other.hasSuffix("." + key)
      }
      if isKnown { return }
      node.subjects.append(.parameter(key: key, file: nil, before: before, after: after))
    }
    try compareEnvironment(bad, good, &node.subjects)
    compareCommand(bad, good, &node.subjects)
    if let mine = bad.record.git, let yours = good.record.git, mine.branch != yours.branch {
      node.subjects.append(.branch(before: yours.branch, after: mine.branch))
    }
  }

  /// Calls for each key whose value isn't the same, in order.
  private static func each(
    _ before: [String: String], _ after: [String: String], _ body: (String, String?, String?) -> Void
  ) {
    for key in Set(before.keys).union(after.keys).sorted() where before[key] != after[key] {
      body(key, before[key], after[key])
    }
  }

  private func compareCode(_ bad: RunFacts, _ good: RunFacts, _ subjects: inout [Cause.Subject]) {
    let moved = Set(good.code.values.compactMap(\.content)).intersection(bad.code.values.compactMap(\.content))
    for path in Set(bad.code.keys).union(good.code.keys).sorted() {
      let (mine, yours) = (bad.code[path], good.code[path])
      if let mine, let yours, mine.content == yours.content { continue }
      // The same file under another name does the same.
      if mine == nil || yours == nil, let content = (mine ?? yours)?.content, moved.contains(content) { continue }
      subjects.append(.code(path: path, before: yours?.content, after: mine?.content))
    }
  }

  private func compareSettings(_ bad: RunFacts, _ good: RunFacts, _ subjects: inout [Cause.Subject]) throws {
    for path in Set(bad.settings.keys).union(good.settings.keys).sorted() {
      let (mine, yours) = (bad.settings[path], good.settings[path])
      if let mine, let yours, mine.content == yours.content { continue }
      guard let mine, let yours, let after = try settings.values(mine, of: bad),
        let before = try settings.values(yours, of: good)
      else {
        subjects.append(.data(path: path, before: yours?.content, after: mine?.content))
        continue
      }
      let wanted = settings.keys(of: bad, in: path)
      Self.each(before, after) { key, before, after in
        if let wanted, !wanted.contains(where: { key == $0 || key.hasPrefix($0 + ".") || key.hasPrefix($0 + "[") }) {
          return
        }
        subjects.append(.parameter(key: key, file: path, before: before, after: after))
      }
    }
  }

  private func compareEnvironment(_ bad: RunFacts, _ good: RunFacts, _ subjects: inout [Cause.Subject]) throws {
    let (mine, yours) = (try reader.environment(of: bad.record.id), try reader.environment(of: good.record.id))
    if bad.record.host != good.record.host {
      subjects.append(.machine(field: "host", before: good.record.host, after: bad.record.host))
    }
    if mine == yours { return }
    let interpreters = { (environment: RunEnvironment) in
      Dictionary(environment.interpreters.map { ($0.name, $0.version) }, uniquingKeysWith: { first, _ in first })
    }
    Self.each(interpreters(yours), interpreters(mine)) { name, before, after in
      subjects.append(.interpreter(name: name, before: before, after: after))
    }
    let packages = { (environment: RunEnvironment) in
      Dictionary(
        environment.packages.map { ($0.system + "\0" + $0.name, $0.version) }, uniquingKeysWith: { first, _ in first })
    }
    Self.each(packages(yours), packages(mine)) { key, before, after in
      let parts = key.split(separator: "\0", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
      subjects.append(.package(system: parts[0], name: parts.last ?? "", before: before, after: after))
    }
    Self.each(yours.variables, mine.variables) { name, before, after in
      subjects.append(.variable(name: name, before: before, after: after))
    }
    for field in Self.machineFields where mine.machine[field] != yours.machine[field] {
      subjects.append(.machine(field: field, before: yours.machine[field], after: mine.machine[field]))
    }
  }

  private func compareCommand(_ bad: RunFacts, _ good: RunFacts, _ subjects: inout [Cause.Subject]) {
    let (mine, yours) = (bad.record.command, good.record.command)
    if mine != yours {
      let (after, before) = (CommandOptions(mine), CommandOptions(yours))
      Self.each(before.values, after.values) { option, before, after in
        if let before, let after, Self.isRoutine(before, after) { return }
        // What is noted as a parameter besides needn't be said twice.
        let name = String(option.drop { $0 == "-" })
        if bad.record.parameters[name] != good.record.parameters[name] { return }
        subjects.append(.parameter(key: option, file: nil, before: before, after: after))
      }
      let isRoutine =
        before.words.count == after.words.count
        && zip(before.words, after.words).allSatisfy { $0 == $1 || Self.isRoutine($0, $1) }
      if !isRoutine { subjects.append(.command(before: yours, after: mine)) }
    }
    if bad.record.directory != good.record.directory {
      subjects.append(.directory(before: good.record.directory, after: bad.record.directory))
    }
  }

  /// Whether two arguments differ in the day that they name: then what differs is the file.
  private static func isRoutine(_ before: String, _ after: String) -> Bool {
    PathForm.of(before) == PathForm.of(after) && isDated(before) && isDated(after)
  }

  /// Whether an argument holds a day: four digits of a year and more behind them.
  static func isDated(_ argument: String) -> Bool {
    let bytes = Array(argument.utf8)
    guard bytes.count >= 6 else { return false }
    func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
    for start in 0...(bytes.count - 6) {
      let year = bytes[start..<start + 4]
      guard year.allSatisfy(isDigit), bytes[start] == 0x31 || bytes[start] == 0x32 else { continue }
      if start > 0, isDigit(bytes[start - 1]) { continue }
      let rest = bytes[(start + 4)...]
      if rest.prefix(2).allSatisfy(isDigit) || (rest.dropFirst().prefix(2).allSatisfy(isDigit) && rest.count >= 3) {
        return true
      }
    }
    return false
  }
}
