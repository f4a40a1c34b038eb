internal import TestSupport

/// The one fault of a pipeline: what goes wrong where, and for how long.
struct Fault {
  enum Effect {
    /// A source's column holds nonsense in this share of its rows.
    case corrupted(source: Int, column: Int, share: Double, variant: Int)
    /// A source's column is so many deviations off.
    case shifted(source: Int, column: Int, deviations: Double)
    /// A source's column is in another unit.
    case scaled(source: Int, column: Int, factor: Double)
    /// A source's file ends early.
    case cut(source: Int, share: Double)
    /// A step reads what a place held on an earlier day.
    case stale(reader: Int, place: Component.Place, day: Int)
    /// A step computes wrongly.
    case defect(component: Int, Defect, package: String?)
    /// A parameter is mistyped.
    case typo(component: Int, parameter: Int)
    /// A step reads another model.
    case model(reader: Int, place: Component.Place, instead: String)
    /// Somebody edits a file by hand after it was made.
    case edit(place: Component.Place, column: Int)
  }

  var kind: PlantedFault.Kind
  var effect: Effect
  var days: ClosedRange<Int>
}

/// Draws a fault of a kind that a pipeline can have.
struct FaultDrawing {
  let pipeline: Pipeline
  var generator: SeededGenerator

  init(_ pipeline: Pipeline, _ drawing: Drawing, attempt: Int) {
    self.pipeline = pipeline
    generator = drawing.generator("fault \(attempt)")
  }

  mutating func draw(_ kind: PlantedFault.Kind) -> Fault? {
    let day = generator.int(8...24)
    guard let effect = effect(kind, day) else { return nil }
    return Fault(kind: kind, effect: effect, days: day...lastDay(effect, from: day))
  }

  private mutating func lastDay(_ effect: Fault.Effect, from day: Int) -> Int {
    switch effect {
    case .edit: day
    case .corrupted, .cut: day + generator.int(0...2)
    case .defect(_, .lostRows, _): day + generator.int(0...1)
    case .shifted, .scaled, .stale, .defect, .typo, .model:
      // Some are noticed and mended within days.
      generator.chance(0.35) ? min(day + generator.int(2...7), Calendar.lastDay) : Calendar.lastDay
    }
  }

  private mutating func effect(_ kind: PlantedFault.Kind, _ day: Int) -> Fault.Effect? {
    let source = generator.int(0...pipeline.sources.count - 1)
    let column = generator.int(0...pipeline.sources[source].columns.count - 1)
    switch kind {
    case .corruptedInput:
      return .corrupted(
        source: source, column: column, share: 0.3 + 0.7 * generator.unit(), variant: generator.int(0...2))
    case .shiftedInput:
      return .shifted(source: source, column: column, deviations: generator.pick([-3, -2, 2, 3, 4]))
    case .unitChange:
      return .scaled(
        source: source, column: column, factor: generator.pick([100, 0.01, 1000, 0.001, 1.609, 0.4536, 60]))
    case .staleFeatures: return stale(day)
    case .cleaningCode: return code(pipeline.steps(.clean) + pipeline.steps(.join))
    case .featureCode: return code(pipeline.steps(.features))
    case .trainingCode: return code(pipeline.steps(.train))
    case .wrongModel: return wrongModel(day)
    case .packageUpgrade: return package()
    case .parameterTypo: return typo()
    case .handEdit: return edit(day)
    case .lostRows:
      if generator.chance(0.5) { return .cut(source: source, share: 0.1 + 0.4 * generator.unit()) }
      let steps = pipeline.steps(.clean) + pipeline.steps(.join) + pipeline.steps(.ingest)
      return .defect(component: generator.pick(steps), .lostRows, package: nil)
    }
  }

  private mutating func code(_ steps: [Int]) -> Fault.Effect? {
    steps.isEmpty ? nil : .defect(component: generator.pick(steps), .code(generator.int(0...2)), package: nil)
  }

  private mutating func stale(_ day: Int) -> Fault.Effect? {
    let places = pipeline.steps(.features).map { pipeline.components[$0].output }
    let pairs = places.flatMap { place in pipeline.readers(of: place).map { (place, $0) } }
    guard !pairs.isEmpty else { return nil }
    let (place, reader) = generator.pick(pairs)
    return .stale(reader: reader, place: place, day: max(1, day - generator.int(2...10)))
  }

  private mutating func wrongModel(_ day: Int) -> Fault.Effect? {
    let models = pipeline.steps(.train).map { pipeline.components[$0].output }
    guard !models.isEmpty else { return nil }
    let place = generator.pick(models)
    guard let reader = pipeline.readers(of: place).first else { return nil }
    var candidates = ["models/experiment.bin"]
    candidates += models.filter { $0 != place && !$0.isDaily }.map { $0.path(day) }
    if place.isDaily { candidates.append(place.path(1)) }
    return .model(reader: reader, place: place, instead: generator.pick(candidates))
  }

  private mutating func package() -> Fault.Effect? {
    let steps = pipeline.components.indices.filter { ![.ingest, .promote].contains(pipeline.components[$0].kind) }
    guard !steps.isEmpty else { return nil }
    let component = generator.pick(steps)
    let isLearning = pipeline.components[component].packages.contains("scikit-learn")
    let package = generator.pick(
      isLearning ? ["scikit-learn", "scikit-learn", "scipy", "numpy"] : ["pandas", "numpy", "pyarrow"])
    return .defect(component: component, .package(0), package: package)
  }

  private mutating func typo() -> Fault.Effect? {
    let steps = pipeline.components.indices.filter { pipeline.components[$0].parameters.contains(where: \.isEffective) }
    guard !steps.isEmpty else { return nil }
    let component = generator.pick(steps)
    guard let parameter = pipeline.components[component].parameters.firstIndex(where: \.isEffective) else { return nil }
    return .typo(component: component, parameter: parameter)
  }

  private mutating func edit(_ day: Int) -> Fault.Effect? {
    let places = pipeline.components.filter { [.clean, .join, .features].contains($0.kind) }.map(\.output)
    let read = places.filter { place in
      pipeline.readers(of: place).contains { pipeline.components[$0].runs(on: day) }
    }
    return read.isEmpty ? nil : .edit(place: generator.pick(read), column: generator.int(0...1))
  }
}
