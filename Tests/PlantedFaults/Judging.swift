internal import MLTBase

/// Says which end outputs of a month are bad, by the same month without its fault, and what is to be found.
struct Judging {
  struct Key: Hashable {
    var component: Int
    var day: Int
    var attempt: String
    var path: String
  }

  private let pipeline: Pipeline
  private let fault: Fault
  private(set) var bad: [Plan.Output] = []
  private(set) var good: [Plan.Output] = []
  private(set) var components: [String] = []
  private(set) var expected: [Plan.Cause] = []
  private(set) var story = ""

  init(_ drawing: Drawing, _ month: Simulation, _ right: [Key: ContentID]) {
    pipeline = month.pipeline
    guard let fault = month.fault else { preconditionFailure("a month without a fault has nothing to judge") }
    self.fault = fault
    judge(month, drawing, right)
    explain(month)
  }

  /// Whether there is something to flag, and enough of the same kind that is right.
  var isVisible: Bool {
    let places = Set(bad.map(\.place))
    return !bad.isEmpty && !expected.isEmpty && good.count { places.contains($0.place) } >= 3
  }

  private mutating func judge(_ month: Simulation, _ drawing: Drawing, _ right: [Key: ContentID]) {
    for run in month.runs where !run.isFailed {
      let component = pipeline.components[run.component]
      for file in run.outputs {
        let isMetrics = file.path == component.metrics?.path(run.day)
        guard isMetrics || pipeline.readers(of: component.output).isEmpty, let content = file.content else { continue }
        let output = Plan.Output(
          path: file.path, run: RepositoryWriting.id(of: run, pipeline, drawing), content: content,
          component: component.name, place: isMetrics ? "metrics/" + component.name : component.output.base,
          day: run.day)
        let key = Key(component: run.component, day: run.day, attempt: run.attempt, path: file.path)
        if right[key] == content { good.append(output) } else { bad.append(output) }
      }
    }
    // A flag is on a content: what holds the same as a good output can't be said to be bad.
    let both = Set(bad.map(\.content)).intersection(good.map(\.content))
    bad.removeAll { both.contains($0.content) }
    good.removeAll { both.contains($0.content) }
  }

  private mutating func explain(_ month: Simulation) {
    let names = pipeline.components.map(\.name)
    func source(_ index: Int, _ what: String) {
      let source = pipeline.sources[index]
      expected = Set(fault.days.filter { $0 <= Calendar.lastDay }.map { source.place.path($0) }).sorted()
        .map { .init(role: .input, name: $0) }
      components = ((source.ingest.map { [$0] } ?? []) + pipeline.readers(of: source.place)).map { names[$0] }
      story = "\(source.place.base): \(what)"
    }
    switch fault.effect {
    case .corrupted(let index, let column, let share, _):
      source(index, "'\(pipeline.sources[index].columns[column])' is nonsense in \(Int(share * 100)) % of the rows")
    case .shifted(let index, let column, let deviations):
      source(index, "'\(pipeline.sources[index].columns[column])' is off by \(deviations) deviations")
    case .scaled(let index, let column, let factor):
      source(index, "'\(pipeline.sources[index].columns[column])' is \(factor) times what it was")
    case .cut(let index, let share): source(index, "only the first \(Int(share * 100)) % of the rows")
    case .stale(let reader, let place, let day):
      components = [names[reader]]
      expected = [.init(role: .input, name: place.path(day))]
      story = "\(names[reader]) reads \(place.base) of day \(day)"
    case .defect(let component, let defect, let package):
      components = [names[component]]
      let step = pipeline.components[component]
      switch defect {
      case .code(let variant):
        expected = [.init(role: .code, name: step.script)]
        story = "\(step.script): mistake \(variant)"
      case .package:
        expected = [.init(role: .package, name: package ?? "")]
        story = "\(step.name): \(package ?? "") gives other numbers"
      case .lostRows:
        expected = Set(fault.days.map { step.output.path($0) }).sorted().map { .init(role: .output, name: $0) }
        story = "\(step.name) loses half of its rows"
      }
    case .typo(let component, let parameter):
      let name = pipeline.components[component].parameters[parameter].name
      components = [names[component]]
      expected = [.init(role: .parameter, name: name)]
      story = "\(names[component]): '\(name)' is mistyped"
    case .model(let reader, _, let instead):
      components = [names[reader]]
      expected = [.init(role: .input, name: instead)]
      story = "\(names[reader]) uses \(instead)"
    case .edit(let place, _):
      components = pipeline.readers(of: place).map { names[$0] }
      let path = place.path(fault.days.lowerBound)
      expected = [.init(role: .outside, name: path), .init(role: .input, name: path)]
      story = "\(path) is edited by hand"
    }
  }
}
