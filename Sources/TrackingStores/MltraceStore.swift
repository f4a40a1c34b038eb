public import MLTBase
public import SystemPackage

/// What an mltrace database holds.
public struct MltraceStore: Sendable {
  /// A component.
  public struct Component: Hashable, Sendable {
    /// Its name.
    public var name: String
    /// What it does.
    public var summary: String
    /// Who answers for it.
    public var owner: String
    /// Its tags, sorted.
    public var tags: [String]
  }

  /// A run of a component.
  public struct Run: Hashable, Sendable {
    /// Its number.
    public var id: Int64
    /// The component's name.
    public var component: String
    /// What is noted of it.
    public var note: String
    /// The commit of HEAD.
    public var commit: String?
    /// The source of the function that ran.
    public var snapshot: [UInt8]?
    /// When it started, and ended.
    public var started: Timestamp?
    /// When it ended.
    public var ended: Timestamp?
    /// The run of MLflow's that went on beside it.
    public var mlflowRun: String?
    /// The names of what it read, sorted.
    public var inputs: [String] = []
    /// The names of what it made, sorted.
    public var outputs: [String] = []
    /// The runs that it was said to depend on, sorted.
    public var dependencies: [Int64] = []
  }

  /// The components, by name.
  public let components: [Component]
  /// The runs, by number.
  public let runs: [Run]
  /// The names of flagged pointers, sorted.
  public let flagged: [String]
  /// The labels of pointers, sorted, by the pointers' names.
  public let labels: [String: [String]]
  /// Retracted labels, sorted.
  public let retracted: [String]
  /// What couldn't be understood.
  public let problems: [TrackingProblem]

  /// What tells the store from others of its kind: when the run of the least number started, or what else is known of it.
  ///
  /// Runs that are filled in later have greater numbers, whenever they started.
  public var identity: String {
    guard let first = runs.first else { return "" }
    if let started = first.started { return "begun \(started)" }
    let facts: [String] =
      [String(first.id), first.component, first.note, first.commit ?? "", first.mlflowRun ?? ""]
      + [first.snapshot.map { ContentHasher.contentID(of: $0).hex } ?? ""] + first.inputs + [""] + first.outputs
    let text = JSON.array(facts.map { .string($0) }).canonicalBytes
    return "first \(ContentHasher.contentID(of: text).hex)"
  }

  /// Reads an SQLite database with mltrace's tables, or a plain dump of its Postgres database.
  ///
  /// - Throws: ``TrackingStoreError``.
  public init(_ path: FilePath) throws(TrackingStoreError) {
    let tables = try Self.tables(path)
    guard tables.columns(of: "component_runs")?.contains("component_name") == true else { throw .notAStore(path) }
    var problems: [TrackingProblem] = []

    var tags: [String: [String]] = [:]
    try tables.each("component_tags", ["component_name", "tag_name"], where: nil) { cells in
      if let name = cells[0].text, let tag = cells[1].text { tags[name, default: []].append(tag) }
    }
    components = try tables.rows("components", ["name", "description", "owner"]).compactMap { cells in
      guard let name = cells[0].text, !name.isEmpty else { return nil }
      return Component(
        name: name, summary: cells[1].text ?? "", owner: cells[2].text ?? "", tags: (tags[name] ?? []).sorted())
    }.sorted { $0.name < $1.name }

    var inputs = try Self.pointers(tables, "component_runs_inputs", "input_path_name")
    var outputs = try Self.pointers(tables, "component_runs_outputs", "output_path_name")
    var dependencies: [Int64: Set<Int64>] = [:]
    try tables.each(
      "component_run_dependencies", ["component_run_id", "depends_on_component_run_id"], where: nil
    ) { cells in
      if let run = cells[0].int, let other = cells[1].int { dependencies[run, default: []].insert(other) }
    }
    var runs: [Run] = []
    let columns = [
      "id", "component_name", "notes", "git_hash", "code_snapshot", "start_timestamp", "end_timestamp", "mlflow_run_id",
    ]
    for cells in try tables.rows("component_runs", columns) {
      guard let id = cells[0].int, let component = cells[1].text, !component.isEmpty else {
        problems.append(TrackingProblem("component run \(cells[0].text ?? "?")", "it has no number or no component"))
        continue
      }
      var run = Run(
        id: id, component: component, note: cells[2].text ?? "", commit: cells[3].text, snapshot: cells[4].bytes,
        started: cells[5].text.flatMap(TrackedMoment.naive), ended: cells[6].text.flatMap(TrackedMoment.naive),
        mlflowRun: cells[7].text)
      run.inputs = (inputs.removeValue(forKey: id) ?? []).sorted()
      run.outputs = (outputs.removeValue(forKey: id) ?? []).sorted()
      run.dependencies = (dependencies[id] ?? []).sorted()
      runs.append(run)
    }
    self.runs = runs.sorted { $0.id < $1.id }

    var flagged: Set<String> = []
    try tables.each("io_pointers", ["name", "flag"], where: nil) { cells in
      if cells[1].flag, let name = cells[0].text { flagged.insert(name) }
    }
    self.flagged = flagged.sorted()
    var labels: [String: Set<String>] = [:]
    try tables.each("labels_io_pointers", ["label", "io_pointer_name"], where: nil) { cells in
      if let label = cells[0].text, let name = cells[1].text { labels[name, default: []].insert(label) }
    }
    self.labels = labels.mapValues { $0.sorted() }
    retracted = try tables.rows("deleted_labels", ["label"]).compactMap { $0[0].text }.sorted()
    self.problems = problems
  }

  private static func tables(_ path: FilePath) throws(TrackingStoreError) -> any TableSource {
    do throws(TrackingStoreError) {
      return try SQLiteTables(path)
    } catch .notAStore {
      return try PostgresDump(path)
    }
  }

  private static func pointers(
    _ tables: any TableSource, _ table: String, _ column: String
  ) throws(TrackingStoreError) -> [Int64: Set<String>] {
    var pointers: [Int64: Set<String>] = [:]
    try tables.each(table, ["component_run_id", column], where: nil) { cells in
      if let run = cells[0].int, let name = cells[1].text, !name.isEmpty { pointers[run, default: []].insert(name) }
    }
    return pointers
  }
}
