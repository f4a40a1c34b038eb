/// The files with variables and parameters, each read once.
final class ValueFiles {
  private let files: any ProjectFiles
  private var known: [String: Result<PipelineValue?, PipelineProblem>] = [:]

  init(_ files: any ProjectFiles) {
    self.files = files
  }

  /// The file's value, an empty mapping for an empty file; nil if there is no file.
  func value(_ path: String) throws(PipelineProblem) -> PipelineValue? {
    if let known = known[path] { return try known.get() }
    let result = Result { () throws(PipelineProblem) in try read(path) }
    known[path] = result
    return try result.get()
  }

  private func read(_ path: String) throws(PipelineProblem) -> PipelineValue? {
    guard let text = try files.text(path) else { return nil }
    let name = path.split(separator: "/").last.map { $0.lowercased() } ?? ""
    let value =
      if name.hasSuffix(".json") {
        try JSONReader.read(text, file: path)
      } else if name.hasSuffix(".toml") {
        try TOMLReader.read(text, file: path)
      } else if name.hasSuffix(".py") {
        try PythonReader.read(text, file: path)
      } else {
        try YAMLReader.read(text, file: path).value
      }
    // DVC takes whatever Python counts as empty for an empty mapping.
    switch value {
    case .null, .bool(false), .int(0), .double(0), .string(""), .list([]): return .map(PipelineMap())
    default: return value
    }
  }
}
