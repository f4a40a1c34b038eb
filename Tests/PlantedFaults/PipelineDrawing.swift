internal import TestSupport

/// A pipeline as drawn from a seed: its sources and its steps, each after those it reads from.
struct Pipeline {
  var sources: [Source] = []
  var components: [Component] = []
  var customers = 100
  /// Rates by region, in a file that changes rarely.
  let reference = "reference/rates.csv"

  /// The steps that read a place.
  func readers(of place: Component.Place) -> [Int] {
    components.indices.filter { index in components[index].inputs.contains { $0.place == place } }
  }

  /// The steps of a kind.
  func steps(_ kind: Component.Kind) -> [Int] { components.indices.filter { components[$0].kind == kind } }

  /// The step that writes a place.
  func writer(of place: Component.Place) -> Int? { components.firstIndex { $0.output == place } }
}

/// Draws a pipeline: sources are fetched and cleaned, joined, made into features; models are trained, promoted and
/// used; reports and exports are made of all of it.
struct PipelineDrawing {
  private var generator: SeededGenerator
  private var pipeline = Pipeline()
  private let dated: Bool

  private static let events = [
    ("orders", ["amount", "quantity", "discount"]), ("sessions", ["duration", "pages", "latency"]),
    ("payments", ["total", "fee", "delay"]), ("shipments", ["weight", "distance", "cost"]),
    ("tickets", ["wait", "replies", "severity"]), ("sensors", ["temperature", "pressure", "load"]),
    ("clicks", ["position", "dwell", "price"]),
  ]
  private static let tables = [
    ("customers", ["age", "income", "tenure"]), ("accounts", ["balance", "limit", "score"]),
    ("subscriptions", ["fee", "months", "seats"]),
  ]
  private static let owners = ["data-platform", "growth", "risk", "forecasting", "search"]

  init(_ drawing: Drawing) {
    generator = drawing.generator("pipeline")
    dated = generator.chance(0.5)
  }

  mutating func draw() -> Pipeline {
    let wanted = generator.int(5...40)
    pipeline.customers = generator.int(60...120)
    let branches = max(1, min(6, wanted / 6))
    var events = Self.events.shuffled(using: &generator)
    var tables = Self.tables.shuffled(using: &generator)
    addSource(events.removeLast(), isDaily: true, mayFetch: wanted >= 7)
    let sources = min(wanted / 5, 9)
    while pipeline.sources.count < sources {
      if !tables.isEmpty, generator.chance(0.35) || events.isEmpty {
        addSource(tables.removeLast(), isDaily: false, mayFetch: true)
      } else if !events.isEmpty {
        addSource(events.removeLast(), isDaily: true, mayFetch: true)
      } else {
        break
      }
    }
    let cleaned = pipeline.steps(.clean)
    if pipeline.sources.count > 1 {
      for number in 1...max(1, branches / 2) where pipeline.components.count + 4 < wanted { addJoin(number, cleaned) }
    }
    for number in 0..<branches where number == 0 || pipeline.components.count + 4 <= wanted {
      addBranch(number, wanted)
    }
    var number = 0
    while pipeline.components.count < wanted {
      number += 1
      addReader(number)
    }
    return pipeline
  }

  private mutating func add(_ component: Component) -> Component.Place {
    var component = component
    component.host = generator.pick(["etl-1", "etl-1", "etl-2", "gpu-1"])
    component.owner = generator.pick(Self.owners)
    component.takesArguments = generator.chance(0.6)
    let isLearning = [.train, .promote, .predict].contains(component.kind)
    component.packages =
      isLearning ? ["joblib", "numpy", "pandas", "scikit-learn", "scipy"] : ["numpy", "pandas", "pyarrow"]
    if generator.chance(0.3) { component.packages.append("requests") }
    component.parameters += harmless()
    pipeline.components.append(component)
    return component.output
  }

  private mutating func harmless() -> [Component.Parameter] {
    var parameters: [Component.Parameter] = []
    if generator.chance(0.7) { parameters.append(.init(name: "workers", value: 4, typo: 4, isEffective: false)) }
    if generator.chance(0.5) {
      parameters.append(.init(name: "chunk-rows", value: 50_000, typo: 0, isEffective: false))
    }
    if generator.chance(0.3) { parameters.append(.init(name: "log-level", value: 20, typo: 20, isEffective: false)) }
    return parameters
  }

  private func component(
    _ name: String, _ kind: Component.Kind, _ inputs: [Component.Port], _ output: Component.Place,
    _ parameters: [Component.Parameter] = []
  ) -> Component {
    Component(
      name: name, kind: kind, script: "src/\(name.replacing(".", with: "_")).py", inputs: inputs, output: output,
      parameters: parameters)
  }

  private mutating func addSource(_ source: (String, [String]), isDaily: Bool, mayFetch: Bool) {
    let place = Component.Place(base: "data/raw/\(source.0)", isDaily: isDaily, suffix: ".csv")
    let means = source.1.map { _ in [3.0, 12, 45, 160, 900][generator.int(0...4)] * (0.7 + generator.unit()) }
    var made = Source(
      name: source.0, isDaily: isDaily, columns: source.1, means: means, place: place,
      rows: isDaily ? generator.int(50...120) : pipeline.customers)
    if mayFetch, generator.chance(0.5) {
      made.ingest = pipeline.components.count
      _ = add(component("ingest.\(source.0)", .ingest, [], place))
    }
    pipeline.sources.append(made)
    let output = Component.Place(base: "data/clean/\(source.0)", isDaily: isDaily, suffix: ".csv")
    let most = (means[0] * 6).rounded()
    var clean = component(
      "clean.\(source.0)", .clean, [.init(place: place)], output,
      [.init(name: "max-\(source.1[0])", value: most, typo: (most / 10).rounded(), isEffective: true)])
    if generator.chance(0.4) { clean.reference = pipeline.reference }
    _ = add(clean)
  }

  private mutating func addJoin(_ number: Int, _ cleaned: [Int]) {
    let chosen = cleaned.shuffled(using: &generator).prefix(2).map { pipeline.components[$0].output }
    guard chosen.count == 2 else { return }
    let isDaily = chosen[0].isDaily
    let names = chosen.map { String($0.base.split(separator: "/").last ?? "") }
    let name = "join.\(names[0])_\(names[1])"
    if pipeline.components.contains(where: { $0.name == name }) { return }
    _ = add(
      component(
        name, .join, chosen.map { .init(place: $0) },
        .init(base: "data/joined/\(names[0])_\(names[1])", isDaily: isDaily, suffix: ".csv"),
        [.init(name: "min-rows", value: 10, typo: 10, isEffective: false)]))
  }

  private mutating func addBranch(_ number: Int, _ wanted: Int) {
    let name = ["churn", "demand", "fraud", "ranking", "credit", "support"][number % 6]
    let tables = (pipeline.steps(.clean) + pipeline.steps(.join)).map { pipeline.components[$0].output }
    var places = Array(tables.shuffled(using: &generator).prefix(generator.int(1...2)))
    if number == 0, let first = tables.first, !places.contains(first) { places[0] = first }
    let window = generator.int(2...5)
    let features = add(
      component(
        "features.\(name)", .features, places.map { .init(place: $0, days: $0.isDaily ? window : 1) },
        .init(base: "features/\(name)", isDaily: generator.chance(0.5), suffix: ".csv"),
        [.init(name: "clip-sigma", value: 4, typo: 0.4, isEffective: true)]))
    let promotes = generator.chance(0.5) && pipeline.components.count + 3 <= wanted
    var train = component(
      "train.\(name)", .train, [.init(place: features)],
      .init(base: promotes ? "models/\(name)/candidate" : "models/\(name)", isDaily: promotes, suffix: ".bin"),
      [.init(name: "l2", value: 0.1, typo: 10, isEffective: true)])
    train.metrics = .init(base: "metrics/\(name)", isDaily: false, suffix: ".json")
    train.cadence = generator.pick([1, 1, 2, 3])
    var model = add(train)
    if promotes {
      model = add(
        component(
          "promote.\(name)", .promote, [.init(place: model)],
          .init(base: "models/\(name)/production", isDaily: false, suffix: ".bin")))
    }
    let predictions = add(
      component(
        "predict.\(name)", .predict, [.init(place: features), .init(place: model)],
        .init(base: "predictions/\(name)", isDaily: generator.chance(0.8), suffix: ".csv"),
        [.init(name: "threshold", value: 0.5, typo: 0.05, isEffective: true)]))
    if pipeline.components.count < wanted, number == 0 || generator.chance(0.6) { addReport(name, of: predictions) }
  }

  private mutating func addReport(_ name: String, of place: Component.Place) {
    _ = add(
      component(
        "report.\(name)", .report, [.init(place: place)],
        .init(base: "reports/\(name)", isDaily: generator.chance(0.6), suffix: ".csv")))
  }

  private mutating func addReader(_ number: Int) {
    let tables = pipeline.components.filter { [.clean, .join, .features, .predict, .export].contains($0.kind) }
    let place = generator.pick(tables).output
    let name = "\(place.base.split(separator: "/").last ?? "table")_\(number)"
    if generator.chance(0.5) {
      addReport(name, of: place)
    } else {
      _ = add(
        component(
          "export.\(name)", .export, [.init(place: place)],
          .init(base: "exports/\(name)", isDaily: generator.chance(0.7), suffix: ".csv")))
    }
  }
}
