internal import Journaling
internal import LineageIndexing
internal import MLTBase
internal import SystemPackage

/// Compares what earlier runs stood on with what a command would stand on now.
final class EnvironmentComparison {
  private let workspace: Workspace
  private let program: String
  private let probe: EnvironmentProbe
  private let variables: [String: String]
  private let redaction: Redaction
  private let names: Set<String>?
  private lazy var machine = Machine.kind()
  /// The interpreters that the command's first word leads to, whatever `PATH` says of their names.
  private lazy var direct = directInterpreters()
  private var versions: [FilePath: String] = [:]
  private var distributions: [FilePath: [String: String]] = [:]

  /// - Parameters:
  ///   - program: the command's first word, if it may lead to an interpreter.
  ///   - counting: the names of the variables that count; nil for all that are recorded.
  init(_ workspace: Workspace, program: String = "", counting names: Set<String>? = nil) throws {
    self.names = names
    self.workspace = workspace
    self.program = program
    variables = try workspace.chosenVariables()
    redaction = Redaction(environment: workspace.context.environment)
    probe = EnvironmentProbe(
      index: try workspace.index, variables: [:], root: workspace.root,
      context: workspace.context)
  }

  // An activated environment shows in the interpreter and its packages; its place is another on each machine.
  private static let places: Set<String> = ["VIRTUAL_ENV", "CONDA_DEFAULT_ENV"]

  /// Gives each difference to `found`, until that returns false.
  ///
  /// - Returns: false if `found` did.
  func compare(_ recorded: RunEnvironment, _ found: (RerunReason) -> Bool) -> Bool {
    for name in Set(variables.keys).union(recorded.variables.keys).subtracting(Self.places).sorted()
    where names?.contains(name) ?? true {
      let before = recorded.variables[name]
      let now = workspace.context.environment[name].map { redaction.values([name: $0])[name] ?? $0 }
      if now == Redaction.mask || before == Redaction.mask {
        if !found(.credentials) { return false }
      } else if now != before {
        if !found(.variable(RerunReason.Change(name: name, before: before, now: now))) { return false }
      }
    }
    for name in ["architecture", "os"] where recorded.machine[name] != nil && recorded.machine[name] != machine[name] {
      let change = RerunReason.Change(name: name, before: recorded.machine[name], now: machine[name])
      if !found(.machine(change)) { return false }
    }
    var current: [(interpreter: RunEnvironment.Interpreter, place: FilePath, version: String)] = []
    for interpreter in recorded.interpreters {
      let place = place(of: interpreter)
      let now = place.map { version(of: $0) }
      if let place, now == interpreter.version {
        current.append((interpreter, place, interpreter.version))
      } else {
        let change = RerunReason.Change(name: interpreter.name, before: interpreter.version, now: now)
        if !found(.interpreter(change)) { return false }
      }
    }
    if recorded.packages.isEmpty { return true }
    let folders = packageFolders(recorded, current)
    for package in recorded.packages {
      let now = version(of: package, in: folders)
      if now != package.version {
        let change = RerunReason.Change(name: package.name, before: package.version, now: now)
        if !found(.package(change)) { return false }
      }
    }
    return true
  }

  // MARK: Interpreters

  private var searchPath: String? { workspace.context.environment["PATH"] }

  private func directInterpreters() -> Set<FilePath> {
    guard let file = ProgramSearch.place(program, path: searchPath, directory: workspace.context.directory) else {
      return []
    }
    let script = EnvironmentProbe.scriptInterpreter(file.bytes).flatMap { FilePath(bytes: $0) }
    return Set([file, script].compactMap { $0 })
  }

  /// The file that would be the interpreter now; nil if there is none.
  private func place(of interpreter: RunEnvironment.Interpreter) -> FilePath? {
    let path = FilePath(interpreter.path)
    if direct.contains(path) { return path }
    // One that a script or a wrapper has a path of stays what it is, whatever `PATH` says of its name.
    if !interpreter.isNamed, ((try? FileStatus(at: path, followingLinks: true)) ?? nil) != nil { return path }
    return ProgramSearch.place(
      path.lastComponent?.string ?? interpreter.name, path: searchPath, directory: workspace.context.directory)
  }

  private func version(of path: FilePath) -> String {
    if let known = versions[path] { return known }
    let version = FileOperations.resolved(path).map { probe.version(of: $0, invokedAs: path) } ?? ""
    versions[path] = version
    return version
  }

  // MARK: Packages

  /// The folders in which packages are looked for, in this order.
  private func packageFolders(
    _ recorded: RunEnvironment,
    _ interpreters: [(interpreter: RunEnvironment.Interpreter, place: FilePath, version: String)]
  ) -> [FilePath] {
    let noted = recorded.folders.compactMap { WorkPath(text: $0)?.filePath(in: workspace.root) }
    // The same interpreter finds its packages where it found them; another one has them elsewhere.
    if interpreters.allSatisfy({ $0.place.string == $0.interpreter.path }) { return noted }
    return interpreters.filter { $0.interpreter.name != "node" && $0.interpreter.name != "R" }
      .flatMap { Self.pythonFolders($0.place, $0.version, home: workspace.context.home) }
      + recorded.folders.compactMap { WorkPath(text: $0) }.filter { !$0.isOutside }
      .map { $0.filePath(in: workspace.root) }
  }

  /// Where Python looks for packages (the module `site`), as distributions have it.
  private static func pythonFolders(_ interpreter: FilePath, _ version: String, home: FilePath?) -> [FilePath] {
    let name = "python" + version.split(separator: ".").prefix(2).joined(separator: ".")
    func folders(_ prefix: FilePath) -> [FilePath] {
      [
        prefix.appending("lib").appending(name).appending("site-packages"),
        prefix.appending("lib64").appending(name).appending("site-packages"),
        prefix.appending("local").appending("lib").appending(name).appending("dist-packages"),
        prefix.appending("lib").appending("python3").appending("dist-packages"),
      ]
    }
    func prefix(_ program: FilePath) -> FilePath { program.removingLastComponent().removingLastComponent() }
    var found = folders(prefix(interpreter))
    if let home { found.append(home.appending(".local").appending("lib").appending(name).appending("site-packages")) }
    if let real = FileOperations.resolved(interpreter) { found += folders(prefix(real)) }
    return found
  }

  private func version(of package: RunEnvironment.Package, in folders: [FilePath]) -> String? {
    for folder in folders {
      if package.system == "python" || package.system == "conda" {
        if let version = distributions(in: folder)[PackageProbe.normalized(package.name)] { return version }
      } else if let version = PackageProbe.version(of: package, in: folder) {
        return version
      }
    }
    return nil
  }

  private func distributions(in folder: FilePath) -> [String: String] {
    if let known = distributions[folder] { return known }
    let found = PackageProbe.distributions(in: folder)
    distributions[folder] = found
    return found
  }
}
