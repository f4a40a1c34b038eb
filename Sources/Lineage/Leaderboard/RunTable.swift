internal import Journaling
public import LineageIndexing
internal import MLTBase

/// Runs as the rows of a table, whose columns are what they have.
public struct RunTable: Sendable {
  /// What stands in a cell.
  public enum Cell: Hashable, Sendable {
    /// A number.
    case number(Double)
    /// A text.
    case text(String)
  }

  /// The runs.
  public let runs: [ListedRun]

  /// Takes the runs.
  public init(_ runs: [ListedRun]) {
    self.runs = runs
  }

  /// What a run has in a column; nil if nothing.
  public static func cell(_ field: RunField, of run: ListedRun) -> Cell? {
    switch field {
    case .metric(let key): run.values.metrics[key].map { .number($0) }
    case .parameter(let key): run.values.parameters[key].map { .text($0) }
    case .tag(let key): run.values.tags[key].map { .text($0) }
    case .attribute(let attribute): cell(attribute, of: run.summary)
    case .input: nil
    }
  }

  private static func cell(_ attribute: RunAttribute, of run: RunSummary) -> Cell? {
    switch attribute {
    case .run: .text(run.id.hex)
    case .name: run.name.map { .text($0) }
    case .component: .text(run.component)
    case .experiment: run.experiment.map { .text($0) }
    case .status: .text(run.status.rawValue)
    case .started: .text(run.started.description)
    case .ended: run.ended.map { .text($0.description) }
    case .duration: run.wall.map { .number(Double($0) / 1_000_000) }
    case .exit: run.exit.map { .number(Double($0)) }
    case .user: .text(run.user)
    case .commit: run.commit.map { .text($0) }
    case .branch: run.branch.map { .text($0) }
    case .command: .text(run.command.joined(separator: " "))
    case .parent: run.parent.map { .text($0.hex) }
    case .note: run.note.map { .text($0) }
    case .inputs: .number(Double(run.inputCount))
    case .outputs: .number(Double(run.outputCount))
    case .host, .remote, .directory, .lifecycle, .artifacts: nil
    }
  }

  /// Whether a column can be made of it.
  public static func isShown(_ field: RunField) -> Bool {
    switch field {
    case .input, .attribute(.host), .attribute(.remote), .attribute(.directory), .attribute(.lifecycle),
      .attribute(.artifacts):
      false
    default: true
    }
  }

  /// All metrics, then all parameters, then all tags that any of the runs has, each sorted by their bytes.
  public var fields: [RunField] {
    names(\.metrics.keys).map { .metric($0) } + names(\.parameters.keys).map { .parameter($0) }
      + names(\.tags.keys).map { .tag($0) }
  }

  private func names<Names: Sequence<String>>(_ names: (RunValues) -> Names) -> [String] {
    var all: Set<String> = []
    for run in runs { all.formUnion(names(run.values)) }
    return all.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }

  /// The metrics and parameters in which the runs differ; those of a lone run.
  public var differing: [RunField] {
    fields.filter { field in
      if case .tag = field { return false }
      guard runs.count > 1 else { return true }
      let first = Self.cell(field, of: runs[0])
      return runs.contains { !Self.isSame(Self.cell(field, of: $0), first) }
    }
  }

  /// Whether two cells say the same; two NaN do.
  static func isSame(_ left: Cell?, _ right: Cell?) -> Bool {
    if case .number(let one) = left, case .number(let other) = right, one.isNaN, other.isNaN { return true }
    return left == right
  }

  /// The columns that somebody names: `metrics.f1`, `params.depth`, `tags.team`, an attribute, or only the last part of what
  /// one of the runs has.
  ///
  /// - Parameter list: names with commas between.
  /// - Throws: ``LeaderboardError/unknownColumn(_:similar:)``.
  public func columns(named list: String) throws(LeaderboardError) -> [RunField] {
    var columns: [RunField] = []
    let known = fields
    for part in list.split(separator: ",") {
      let name = part.drop { $0 == " " }.trimmedEnd
      if name.isEmpty { continue }
      let column: RunField
      if let field = FieldName.field(name), Self.isShown(field) {
        column = field
      } else if let field = known.first(where: { $0.key == name }) {
        column = field
      } else {
        let names = known.map(\.description) + known.compactMap(\.key) + FieldName.attributes
        throw .unknownColumn(name, similar: Similarity.nearest(to: name, among: names, limit: 3))
      }
      if !columns.contains(column) { columns.append(column) }
    }
    return columns
  }
}

extension RunField {
  /// The name without its kind; nil for what every run has.
  public var key: String? {
    switch self {
    case .metric(let key), .parameter(let key), .tag(let key): key
    case .attribute, .input: nil
    }
  }
}

extension Substring {
  fileprivate var trimmedEnd: String {
    var text = self
    while text.last == " " { text.removeLast() }
    return String(text)
  }
}
