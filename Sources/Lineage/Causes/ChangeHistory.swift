internal import Glibc
internal import Journaling
internal import LineageIndexing
internal import MLTBase

/// How usual it is that something differs between two runs of a component.
struct ChangeHistory {
  let reader: RunFactsReader
  let settings: SettingsReader

  /// How often what a subject is about changed from run to run up to the good one; nil where that says nothing.
  func habit(of subject: Cause.Subject, at node: LineageComparison.Node) throws -> Cause.Habit? {
    let runs = try reader.history(upTo: node.good, but: node.pair.bad)
    if runs.count < 2 { return Cause.Habit(changes: 0, transitions: 0) }
    var values: [String] = []
    for run in runs {
      guard let value = try value(of: subject, in: run) else { return nil }
      values.append(value)
    }
    return Cause.Habit(
      changes: zip(values, values.dropFirst()).count { $0 != $1 }, transitions: values.count - 1)
  }

  /// How unlikely it was, in bits, that something with a habit changed over a number of runs.
  ///
  /// - Parameter prior: how often such a thing changes from run to run where nothing is known of it.
  static func surprise(_ habit: Cause.Habit, prior: Double, over distance: Int) -> Double {
    let rate = (Double(habit.changes) + 0.5) / (Double(habit.transitions) + 0.5 / prior)
    let chance = 1 - pow(1 - min(rate, 0.99), Double(distance))
    return -log2(max(chance, 1e-6))
  }

  /// What a run has for what a subject is about, as one text; nil if that can't be asked of a run.
  private func value(of subject: Cause.Subject, in run: RunFacts) throws -> String? {
    switch subject {
    case .code(let path, _, _): return run.code[path]?.content?.hex ?? "-"
    // What a URI held isn't known.
    case .data(_, nil, nil): return nil
    // What is new or no longer read is a matter of how many of its kind are read, and not of what they hold.
    case .data(let path, nil, _), .data(let path, _, nil):
      let form = PathForm.of(path)
      let count = run.data.count { PathForm.of($0.path) == form } + run.settings.keys.count { PathForm.of($0) == form }
      return String(count)
    case .data(let path, _, _):
      let form = PathForm.of(path)
      let same = run.data.filter { $0.path == path }
      let contents = (same.isEmpty ? run.data.filter { PathForm.of($0.path) == form } : same).compactMap(\.content?.hex)
      let kept = run.settings[path]?.content.map { [$0.hex] } ?? []
      return (contents + kept).sorted().joined(separator: " ")
    case .replaced: return Set(run.data.map { PathForm.of($0.path) }).sorted().joined(separator: "\n")
    case .parameter(let key, nil, _, _):
      if let value = run.record.parameters[key] { return value }
      return CommandOptions(run.record.command).values[key] ?? "-"
    case .parameter(let key, let file?, _, _):
      guard let artifact = run.settings[file] else { return "-" }
      return try settings.values(artifact, of: run)?[key] ?? "-"
    case .package(let system, let name, let before, let after):
      let packages = try reader.environment(of: run.record.id).packages
      let version = packages.first { $0.system == system && $0.name == name }?.version
      return version.map { PackageChange.prefix($0, PackageChange.depth(before, after)) } ?? "-"
    case .interpreter(let name, _, _):
      return try reader.environment(of: run.record.id).interpreters.first { $0.name == name }?.version ?? "-"
    case .command:
      let words = CommandOptions(run.record.command).words
      return words.map { RunComparison.isDated($0) ? PathForm.of($0) : $0 }.joined(separator: "\0")
    case .directory: return run.record.directory
    case .variable(let name, _, _): return try reader.environment(of: run.record.id).variables[name] ?? "-"
    case .machine("host", _, _): return run.record.host
    case .machine(let field, _, _): return try reader.environment(of: run.record.id).machine[field] ?? "-"
    case .branch: return run.record.git?.branch ?? "-"
    case .stale, .changedOutside, .underway, .unrepeatable, .unexplained: return nil
    }
  }
}
