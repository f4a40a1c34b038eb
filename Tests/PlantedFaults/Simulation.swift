internal import MLTBase
internal import TestSupport

/// A month of a pipeline's runs, computed with or without a fault.
///
/// Whatever is drawn is drawn by its purpose, so that the same month without its fault differs by the fault alone.
struct Simulation {
  let drawing: Drawing
  let pipeline: Pipeline
  let noise: Noise
  let fault: Fault?

  /// The runs, in order.
  private(set) var runs: [SimulatedRun] = []
  /// All bytes that were ever there.
  private(set) var contents: [ContentID: [UInt8]] = [:]

  private enum Value {
    case table(Table)
    case model(LinearModel)
    case other
  }

  private struct File {
    var content: ContentID
    var size: Int
    var value: Value
  }

  private var files: [String: File] = [:]
  /// What stood at a place at the end of each day.
  private var history: [Component.Place: [Int: File]] = [:]
  private var snapshots: [Int: Table] = [:]
  private var rates: [Double] = []
  private let computation: Computation

  init(_ drawing: Drawing, _ pipeline: Pipeline, _ noise: Noise, _ fault: Fault?) {
    self.drawing = drawing
    self.pipeline = pipeline
    self.noise = noise
    self.fault = fault
    computation = Computation(drawing: drawing, customers: pipeline.customers)
  }

  /// Computes the whole month.
  mutating func run() {
    placeExperiment()
    for day in 1...Calendar.lastDay {
      placeRates(day)
      for source in pipeline.sources.indices where pipeline.sources[source].ingest == nil {
        place(source, on: day)
      }
      for component in pipeline.components.indices where pipeline.components[component].runs(on: day) {
        execute(component, on: day)
        edit(after: component, on: day)
      }
      for component in pipeline.components.indices {
        guard noise.repetitions.contains(.init(component: component, day: day)),
          pipeline.components[component].runs(on: day)
        else { continue }
        perform(component, on: day, attempt: "again", minute: 840 + Double(component) * 4)
      }
      for component in pipeline.components {
        if let file = files[component.output.path(day)] { history[component.output, default: [:]][day] = file }
      }
    }
  }

  // MARK: What is there without a run

  private mutating func keep(_ bytes: [UInt8], _ value: Value, at path: String) {
    let content = ContentHasher.contentID(of: bytes)
    contents[content] = bytes
    files[path] = File(content: content, size: bytes.count, value: value)
  }

  private mutating func placeExperiment() {
    var generator = drawing.generator("experiment")
    let count = 12
    let model = LinearModel(
      means: (0..<count).map { _ in 10 * generator.unit() },
      deviations: (0..<count).map { _ in 1 + 5 * generator.unit() },
      weights: (0..<count).map { _ in generator.normal() }, intercept: 0.2, error: 0)
    keep(model.bytes, .model(model), at: "models/experiment.bin")
  }

  private mutating func placeRates(_ day: Int) {
    let version = noise.references.filter { $0 <= day }.count
    var generator = drawing.generator("rates")
    rates = (0..<6).map { _ in 0.9 + 0.2 * generator.unit() }
    for number in 0..<version { rates[number % rates.count] *= 1.01 + 0.01 * generator.unit() }
    var table = Table(idName: "region", ids: Array(0..<6), customers: Array(0..<6), names: ["rate"], columns: [rates])
    table.idName = "customer"
    keep(table.csv, .other, at: pipeline.reference)
  }

  private mutating func place(_ source: Int, on day: Int) {
    let table = damaged(raw(source, day), source, day)
    keep(table.csv, .table(table), at: pipeline.sources[source].place.path(day))
  }

  /// What a source brings on a day, drifting a little, with less at weekends.
  private mutating func raw(_ source: Int, _ day: Int) -> Table {
    let definition = pipeline.sources[source]
    var generator = drawing.generator("raw \(definition.name) \(day)")
    func value(_ column: Int) -> Double {
      if generator.chance(0.02) { return .nan }
      let drift = 1 + 0.03 * Double(day) / 30 * (column == 0 ? 1 : -0.5)
      return max(0, definition.means[column] * drift * (1 + 0.35 * generator.normal()))
    }
    if definition.isDaily {
      let count = Int(Double(definition.rows) * Calendar.weekdayFactor(day) * (0.95 + 0.1 * generator.unit()))
      var table = Table(
        idName: "event", ids: [], customers: [], names: definition.columns, columns: definition.columns.map { _ in [] })
      for row in 0..<max(count, 1) {
        table.ids.append(day * 10_000 + row)
        table.customers.append(generator.int(1...pipeline.customers))
        for column in definition.columns.indices { table.columns[column].append(value(column)) }
      }
      return table
    }
    let ids = Array(1..<(pipeline.customers + 1))
    var table =
      snapshots[source]
      ?? Table(
        idName: "customer", ids: ids, customers: ids, names: definition.columns,
        columns: definition.columns.indices.map { column in ids.map { _ in value(column) } })
    if snapshots[source] != nil {
      for row in ids.indices where generator.chance(0.05) {
        for column in definition.columns.indices { table.columns[column][row] = value(column) }
      }
    }
    snapshots[source] = table
    return table
  }

  private func damaged(_ table: Table, _ source: Int, _ day: Int) -> Table {
    guard let fault, fault.days.contains(day) else { return table }
    var table = table
    switch fault.effect {
    case .corrupted(source, let column, let share, let variant):
      var generator = drawing.generator("damage \(day)")
      for row in 0..<table.rowCount where generator.chance(share) {
        table.columns[column][row] = [.infinity, -999, 0][variant]
      }
    case .shifted(source, let column, let deviations):
      let figures = ColumnFigures(table.columns[column])
      table.columns[column] = table.columns[column].map { $0 + deviations * figures.deviation }
    case .scaled(source, let column, let factor): table.columns[column] = table.columns[column].map { $0 * factor }
    case .cut(source, let share):
      let count = Int(Double(table.rowCount) * share)
      table.keep { $0 < count }
    default: break
    }
    return table
  }

  private mutating func edit(after component: Int, on day: Int) {
    guard let fault, fault.days.contains(day), case .edit(let place, let column) = fault.effect,
      pipeline.components[component].output == place, case .table(var table)? = files[place.path(day)]?.value
    else { return }
    let edited = min(column, table.columns.count - 1)
    let figures = ColumnFigures(table.columns[edited])
    for row in 0..<table.rowCount where row % 2 == 0 {
      table.columns[edited][row] = figures.mean + 3 * figures.deviation
    }
    keep(table.csv, .table(table), at: place.path(day))
  }

  // MARK: Runs

  private mutating func execute(_ component: Int, on day: Int) {
    let minute = 120 + Double(component) * 5
    if noise.failures.contains(.init(component: component, day: day)) {
      perform(component, on: day, attempt: "failed", minute: minute, fails: true)
    }
    perform(component, on: day, attempt: "", minute: minute + 2)
  }

  private func isActive(_ day: Int) -> Bool { fault?.days.contains(day) ?? false }

  private func defect(of component: Int, _ day: Int) -> Defect? {
    guard let fault, isActive(day), case .defect(component, let defect, _) = fault.effect else { return nil }
    return defect
  }

  private mutating func perform(
    _ component: Int, on day: Int, attempt: String, minute: Double, fails: Bool = false
  ) {
    let step = pipeline.components[component]
    var generator = drawing.generator("run \(step.name) \(day) \(attempt)")
    let started = Calendar.moment(day, minute: minute + 0.2 * generator.unit())
    var run = SimulatedRun(
      component: component, day: day, attempt: attempt, started: started,
      ended: started + Int64((10 + 60 * generator.unit()) * 1_000_000))
    run.isFailed = fails
    RunFacts(drawing: drawing, pipeline: pipeline, noise: noise, fault: fault).describe(&run)
    let defect = defect(of: component, day)
    takeCode(component, &run, defect)
    var tables: [[Table]] = []
    var model: LinearModel?
    for port in step.inputs {
      var parts: [Table] = []
      for (path, file) in find(port, for: component, day) {
        run.inputs.append(.init(path: path, content: file.content, size: file.size))
        if step.kind == .promote || step.kind == .predict, path.hasPrefix("models/") {
          if !run.command.contains("--model") { run.command += ["--model", path] }
        }
        switch file.value {
        case .table(let table): parts.append(table)
        case .model(let read): model = read
        case .other: break
        }
      }
      if !parts.isEmpty { tables.append(parts) }
    }
    if let reference = step.reference, let file = files[reference] {
      run.inputs.append(.init(path: reference, content: file.content, size: file.size, isInGit: true))
    }
    if !fails { produce(component, tables, model, defect, &run) }
    runs.append(run)
  }

  private mutating func takeCode(_ component: Int, _ run: inout SimulatedRun, _ defect: Defect?) {
    let step = pipeline.components[component]
    var mistake: Int?
    if case .code(let variant)? = defect { mistake = variant }
    let script = ScriptText(
      component: step, revision: noise.revision(of: component, on: run.day), mistake: mistake)
    var texts = [(step.script, script.bytes)]
    if !step.takesArguments {
      texts.append(
        (
          "params.yaml",
          RunFacts(drawing: drawing, pipeline: pipeline, noise: noise, fault: fault).parameterFile(run.day)
        ))
    }
    for (path, bytes) in texts {
      let content = ContentHasher.contentID(of: bytes)
      contents[content] = bytes
      run.inputs.append(.init(path: path, content: content, size: bytes.count, isInGit: true))
    }
  }

  /// The files that a step reads through a port on a day.
  private func find(_ port: Component.Port, for component: Int, _ day: Int) -> [(String, File)] {
    if let fault, isActive(day) {
      switch fault.effect {
      case .stale(component, port.place, let earlier):
        guard let old = history[port.place]?[earlier] else { break }
        return [(port.place.path(earlier), old)]
      case .model(component, port.place, let instead):
        if let file = files[instead] { return [(instead, file)] }
      default: break
      }
    }
    guard port.place.isDaily else {
      let path = port.place.path(day)
      return files[path].map { [(path, $0)] } ?? []
    }
    let days = port.days == 1 ? Array((1...day).reversed()) : Array(max(1, day - port.days + 1)...day)
    let found = days.compactMap { day in files[port.place.path(day)].map { (port.place.path(day), $0) } }
    return port.days == 1 ? Array(found.prefix(1)) : found
  }

  private mutating func produce(
    _ component: Int, _ tables: [[Table]], _ model: LinearModel?, _ defect: Defect?, _ run: inout SimulatedRun
  ) {
    let step = pipeline.components[component]
    let path = step.output.path(run.day)
    let facts = RunFacts(drawing: drawing, pipeline: pipeline, noise: noise, fault: fault)
    func parameter(_ name: String) -> Double {
      facts.parameters(component, run.day).first { $0.name.hasPrefix(name) }?.value ?? 0
    }
    var made: Table?
    switch step.kind {
    case .ingest:
      guard let source = pipeline.sources.firstIndex(where: { $0.ingest == component }) else { return }
      // The source hands out the same again when it is asked again on the same day.
      if case .table(let table)? = files[path]?.value, run.attempt == "again" {
        made = table
      } else {
        made = damaged(raw(source, run.day), source, run.day)
      }
    case .clean:
      let rates = step.reference == nil ? nil : rates
      made = tables.first?.first.map { computation.clean($0, most: parameter("max-"), rates: rates, defect) }
    case .join:
      if tables.count > 1, let left = tables[0].first, let right = tables[1].first {
        made = computation.join(left, right, defect)
      } else {
        made = tables.first?.first
      }
    case .features: made = computation.features(tables, clip: parameter("clip-sigma"), defect)
    case .predict:
      guard let table = tables.first?.first, let model else { return }
      made = computation.predict(table, model, threshold: parameter("threshold"), defect)
    case .report: made = tables.first?.first.map { computation.report($0, defect) }
    case .export: made = tables.first?.first.map { computation.export($0, defect) }
    case .train:
      guard let table = tables.first?.first else { return }
      let model = computation.train(step.name, table, l2: parameter("l2"), defect)
      keep(model.bytes, .model(model), at: path)
      if let metrics = step.metrics?.path(run.day) {
        let error = (model.error * 10_000).rounded() / 10_000
        keep(Array("{\"rmse\": \(error), \"rows\": \(table.rowCount)}\n".utf8), .other, at: metrics)
        run.metrics.append(("rmse", error))
        note(metrics, &run)
      }
    case .promote:
      guard let model else { return }
      keep(model.bytes, .model(model), at: path)
    }
    if var table = made {
      if defect == .lostRows {
        let count = table.rowCount / 2
        table.keep { $0 < count }
      }
      keep(table.csv, .table(table), at: path)
    }
    note(path, &run)
  }

  private func note(_ path: String, _ run: inout SimulatedRun) {
    guard let file = files[path] else { return }
    run.outputs.append(.init(path: path, content: file.content, size: file.size))
  }
}
