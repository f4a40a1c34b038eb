internal import TestSupport

/// What changes and happens in any month without harm: what a mere list of differences names as well.
struct Noise {
  struct Occasion: Hashable {
    var component: Int
    var day: Int
  }

  /// The days on which a step's script was edited without effect.
  private(set) var edits: Set<Occasion> = []
  /// The days on which a parameter without effect got another value.
  private(set) var parameters: Set<Occasion> = []
  /// The packages that got a patch, by day.
  private(set) var patches: [Int: [String]] = [:]
  /// The days from which the reference file holds other rates.
  private(set) var references: [Int] = []
  /// Runs that failed at first.
  private(set) var failures: Set<Occasion> = []
  /// Runs that somebody repeated in the afternoon.
  private(set) var repetitions: Set<Occasion> = []
  /// Runs that went to another machine than usual.
  private(set) var moves: Set<Occasion> = []

  init(_ drawing: Drawing, _ pipeline: Pipeline) {
    var generator = drawing.generator("noise")
    let count = pipeline.components.count
    for day in 2...Calendar.lastDay {
      if generator.chance(0.3) {
        for _ in 0..<generator.int(1...3) {
          edits.insert(Occasion(component: generator.int(0...count - 1), day: day))
        }
      }
      if generator.chance(0.12) { parameters.insert(Occasion(component: generator.int(0...count - 1), day: day)) }
      if generator.chance(0.12) {
        patches[day] = [generator.pick(Packages.versions.keys.sorted())]
      }
      for component in 0..<count {
        let occasion = Occasion(component: component, day: day)
        if generator.chance(0.012) { failures.insert(occasion) }
        if generator.chance(0.012) { repetitions.insert(occasion) }
        if generator.chance(0.05) { moves.insert(occasion) }
      }
    }
    references = (0..<generator.int(1...2)).map { _ in generator.int(3...28) }.sorted()
  }

  /// How often a step's script had been edited by the end of a day.
  func revision(of component: Int, on day: Int) -> Int {
    edits.count { $0.component == component && $0.day <= day }
  }

  /// How often its harmless parameters had been changed.
  func parameterChanges(of component: Int, on day: Int) -> Int {
    parameters.count { $0.component == component && $0.day <= day }
  }

  /// A number that grows whenever something under version control changes without harm.
  func commit(on day: Int) -> Int {
    Set(edits.filter { $0.day <= day }.map(\.day)).union(parameters.filter { $0.day <= day }.map(\.day))
      .union(references.filter { $0 <= day }).union(patches.keys.filter { $0 <= day }).count
  }
}

/// The packages that steps import.
enum Packages {
  static let versions: [String: [Int]] = [
    "joblib": [1, 3, 2], "numpy": [1, 26, 2], "pandas": [2, 1, 3], "pyarrow": [14, 0, 1], "requests": [2, 31, 0],
    "scikit-learn": [1, 3, 2], "scipy": [1, 11, 3],
  ]

  /// The version of a package on a day, with the fault's upgrade if there is one.
  static func version(of package: String, on day: Int, _ noise: Noise, upgraded: Bool) -> String {
    var parts = versions[package] ?? [1, 0, 0]
    let patches = noise.patches.filter { $0.key <= day && $0.value.contains(package) }.count
    if upgraded {
      parts[1] += 1
      parts[2] = 0
    }
    parts[2] += patches
    return parts.map(String.init).joined(separator: ".")
  }
}
