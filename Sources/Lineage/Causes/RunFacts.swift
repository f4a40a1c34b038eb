internal import Journaling
internal import LineageIndexing
internal import MLTBase

/// What went into one run and what came out of it.
final class RunFacts {
  let record: RunRecord
  /// Code, by path.
  let code: [String: ArtifactRecord]
  /// Files with parameters that git keeps, by path.
  let settings: [String: ArtifactRecord]
  /// All other inputs, by path.
  let data: [ArtifactRecord]
  let outputs: [ArtifactRecord]

  init(_ record: RunRecord, inputs: [ArtifactRecord], outputs: [ArtifactRecord]) {
    self.record = record
    self.outputs = outputs
    var code: [String: ArtifactRecord] = [:]
    var settings: [String: ArtifactRecord] = [:]
    var data: [ArtifactRecord] = []
    for input in inputs {
      switch InputSort(input) {
      case .code: code[input.path] = input
      case .settings: settings[input.path] = input
      case .data: data.append(input)
      }
    }
    self.code = code
    self.settings = settings
    self.data = data
  }

  /// From where the run's inputs are looked at.
  var view: OriginFinder.Viewpoint {
    OriginFinder.Viewpoint(run: record.id, started: record.started, ended: record.ended ?? record.started)
  }

  /// What the paths of its outputs have in common with those of other days and partitions.
  lazy var outputForms = Set(outputs.map { PathForm.of($0.path) })
}

/// What kind of thing an input is to the run that read it.
enum InputSort {
  case code
  case settings
  case data

  private static let codeEndings: Set<String> = [
    "py", "pyx", "r", "rmd", "jl", "sh", "bash", "zsh", "sql", "ipynb", "pl", "rb", "lua", "js", "mjs", "ts", "scala",
    "java", "kt", "go", "rs", "c", "h", "cc", "cpp", "hpp", "cu", "swift", "m", "awk", "sed", "jinja", "j2", "stan",
    "make", "mk",
  ]
  private static let settingsEndings: Set<String> = ["yaml", "yml", "toml", "json", "ini", "cfg", "conf", "env"]

  init(_ input: ArtifactRecord) {
    guard input.kind == .file || input.kind == .link else {
      self = .data
      return
    }
    let name = input.path.split(separator: "/").last.map(String.init) ?? input.path
    let ending = name.contains(".") ? name.split(separator: ".").last.map { $0.lowercased() } ?? "" : ""
    let isGits = input.isInGit || input.isModified
    if Self.codeEndings.contains(ending) || name == "Makefile" || name == "Dockerfile" {
      self = .code
    } else if isGits, Self.settingsEndings.contains(ending) {
      self = .settings
    } else if input.isExecutable, ending.isEmpty {
      self = .code
    } else {
      self = .data
    }
  }
}
