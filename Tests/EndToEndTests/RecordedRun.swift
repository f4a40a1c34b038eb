import MLTBase
import SystemPackage
import Testing

/// A run as `mlt show --json` tells it.
struct RecordedRun {
  let id: String
  let json: JSON

  /// Every input, by path; a path with two contents stands once.
  var inputs: [String: JSON] { Self.byPath(json["inputs"]) }
  /// Every output, by path.
  var outputs: [String: JSON] { Self.byPath(json["outputs"]) }
  /// The inputs' paths, sorted, as often as they stand in the record.
  var inputPaths: [String] { Self.paths(json["inputs"]) }
  /// The outputs' paths, sorted.
  var outputPaths: [String] { Self.paths(json["outputs"]) }
  /// Paths that are gone.
  var removed: [String] { json["removed"]?.array?.compactMap(\.string) ?? [] }
  /// The hazards, each as its kind and its path or detail.
  var hazards: [String] {
    (json["hazards"]?.array ?? []).map { hazard in
      let subject = hazard["path"]?.string ?? hazard["detail"]?.string ?? ""
      return "\(hazard["kind"]?.string ?? "?") \(subject)"
    }
  }

  private static func paths(_ list: JSON?) -> [String] {
    (list?.array ?? []).compactMap { $0["path"]?.string }.sorted()
  }

  private static func byPath(_ list: JSON?) -> [String: JSON] {
    Dictionary(
      (list?.array ?? []).compactMap { item in item["path"]?.string.map { ($0, item) } }, uniquingKeysWith: { $1 })
  }
}

extension World {
  /// Shows the run that a pointer names.
  func shown(_ pointer: String) throws -> RecordedRun {
    let report = try json("show", pointer)
    let run = try #require(report["run"])
    return RecordedRun(id: try #require(run["id"]?.string), json: run)
  }

  /// Shows the run that was started last.
  func lastRun() throws -> RecordedRun {
    let runs = try #require(try json("log")["runs"]?.array)
    return try shown(try #require(runs.first?["id"]?.string))
  }

  /// Runs `mlt run OPTIONS -- sh -c SCRIPT` and shows its record.
  @discardableResult
  func record(
    _ script: String, options: [String] = [], in place: FilePath? = nil, environment: [String: String] = [:],
    status: Int32 = 0, _ location: SourceLocation = #_sourceLocation
  ) throws -> RecordedRun {
    try recordCommand(
      ["sh", "-c", script], options: options, in: place, environment: environment, status: status, location)
  }

  /// Runs `mlt run OPTIONS -- COMMAND` and shows its record.
  @discardableResult
  func recordCommand(
    _ command: [String], options: [String] = [], in place: FilePath? = nil, environment: [String: String] = [:],
    status: Int32 = 0, _ location: SourceLocation = #_sourceLocation
  ) throws -> RecordedRun {
    let printed = try run(
      [World.program.string, "run"] + options + ["--"] + command, in: place, environment: environment)
    try #require(printed.status == status, "\(printed.stderr)\(printed.stdout)", sourceLocation: location)
    // The last line that mlt prints names the run.
    let line = try #require(
      printed.stderr.split(separator: "\n").last { $0.hasPrefix("mlt: recorded ") }, sourceLocation: location)
    let name = try #require(line.split(separator: " ").dropFirst(3).first, sourceLocation: location)
    return try shown(String(name.prefix { $0.isHexDigit }))
  }

  /// Runs `mlt cat` and returns what it prints.
  func cat(_ pointer: String, _ location: SourceLocation = #_sourceLocation) throws -> String {
    let printed = try mlt("cat", pointer)
    try expectSuccess(printed, location)
    return printed.stdout
  }

  /// Compiles a C program into a hidden folder of the home, where no run takes it for data.
  func compile(_ source: String, flags: [String] = [], _ location: SourceLocation = #_sourceLocation) throws -> String {
    let name = Hex.encode(FileOperations.randomBytes(4))
    let file = home.appending(".tools/" + name + ".c")
    try FileOperations.createFolder(file.removingLastComponent())
    try FileOperations.replace(file, with: Array(source.utf8), sync: false)
    let program = home.appending(".tools/" + name)
    try expectSuccess(run(["cc", "-O1", "-w", "-o", program.string, file.string] + flags), location)
    return program.string
  }

  /// Puts an executable script into a folder of tools, which comes first in the `PATH` that this returns.
  func tools(_ scripts: [String: String]) throws -> [String: String] {
    let folder = home.appending(".tools/bin")
    try FileOperations.createFolder(folder)
    for (name, text) in scripts {
      let file = folder.appending(name)
      try FileOperations.replace(
        file, with: Array(("#!/bin/sh\n" + text + "\n").utf8), permissions: FilePermissions(rawValue: 0o755),
        sync: false)
    }
    return ["PATH": folder.string + ":" + (environment["PATH"] ?? "")]
  }
}

/// The content id of a text, as `sha256sum` prints it.
func contentID(_ text: String) -> JSON {
  .string(ContentHasher.contentID(of: Array(text.utf8)).hex)
}
