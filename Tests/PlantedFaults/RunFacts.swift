internal import MLTBase
internal import TestSupport

/// What a run is told and what it stands on: parameters, command, packages, commit, machine, person.
struct RunFacts {
  let drawing: Drawing
  let pipeline: Pipeline
  let noise: Noise
  let fault: Fault?

  /// The values of a step's parameters on a day.
  func parameters(_ component: Int, _ day: Int) -> [(name: String, value: Double)] {
    let changes = noise.parameterChanges(of: component, on: day)
    return pipeline.components[component].parameters.enumerated().map { place, parameter in
      if let fault, fault.days.contains(day), case .typo(component, place) = fault.effect {
        return (parameter.name, parameter.typo)
      }
      let isChanged = !parameter.isEffective && parameter.name != "min-rows"
      return (parameter.name, isChanged ? parameter.value * Double(changes + 1) : parameter.value)
    }
  }

  /// The file that holds the parameters of the steps which aren't given them as arguments.
  func parameterFile(_ day: Int) -> [UInt8] {
    var text = ""
    for component in pipeline.components.indices where !pipeline.components[component].takesArguments {
      text += "\(pipeline.components[component].name.replacing(".", with: "_")):\n"
      for (name, value) in parameters(component, day) { text += "  \(name): \(Self.text(value))\n" }
    }
    return Array(text.utf8)
  }

  /// Fills in all that doesn't depend on data.
  func describe(_ run: inout SimulatedRun) {
    let step = pipeline.components[run.component]
    var generator = drawing.generator("facts \(step.name) \(run.day) \(run.attempt)")
    let values = parameters(run.component, run.day)
    run.command = ["python", step.script, "--date", Calendar.date(run.day)]
    if step.takesArguments {
      for (name, value) in values { run.command += ["--" + name, Self.text(value)] }
    }
    for (name, value) in values { run.parameters[name] = Self.text(value) }
    run.packages = step.packages.sorted().map { package in
      (package, Packages.version(of: package, on: run.day, noise, upgraded: isUpgraded(package, run.day)))
    }
    run.commit = commit(run.day)
    let isMoved = noise.moves.contains(.init(component: run.component, day: run.day))
    run.host = run.attempt == "again" ? "laptop-7" : isMoved ? "etl-3" : step.host
    run.user =
      run.attempt == "again"
      ? generator.pick(["Ada <ada@example.org>", "Ben <ben@example.org>"]) : "scheduler <scheduler@example.org>"
  }

  private func isUpgraded(_ package: String, _ day: Int) -> Bool {
    guard let fault, fault.days.contains(day), case .defect(_, .package, let upgraded?) = fault.effect else {
      return false
    }
    // An upgrade often takes something else along.
    return package == upgraded || (package == "requests" && drawing.unit("along") < 0.4)
  }

  private func commit(_ day: Int) -> String {
    var state = "\(noise.commit(on: day))"
    if let fault, day >= fault.days.lowerBound {
      switch fault.effect {
      case .defect(_, .code, _), .defect(_, .package, _), .typo:
        state += day > fault.days.upperBound ? " mended" : " fault"
      default: break
      }
    }
    var generator = drawing.generator("commit " + state)
    return String((0..<40).map { _ in generator.pick(Array("0123456789abcdef")) })
  }

  static func text(_ value: Double) -> String {
    value == value.rounded() && abs(value) < 1e9 ? String(Int(value)) : String(value)
  }
}
