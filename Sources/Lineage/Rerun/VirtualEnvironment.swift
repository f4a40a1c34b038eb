internal import Glibc
internal import Journaling
internal import MLTBase
internal import SystemPackage

/// A virtual environment of Python with the packages that a run had, made with pip.
struct VirtualEnvironment {
  /// Its folder.
  let folder: FilePath

  /// What it is made for: equal ones need only one.
  struct Key: Hashable {
    var version: String
    var requirements: [String]

    /// Takes the packages of a run; nil if it used no Python.
    init?(_ environment: RunEnvironment) {
      guard let python = environment.interpreters.first(where: { $0.name == "python" }) else { return nil }
      version = python.version
      requirements = environment.packages
        .filter { $0.system == "python" && Self.isPlain($0.name) && ($0.version.isEmpty || Self.isPlain($0.version)) }
        .map { $0.version.isEmpty ? $0.name : "\($0.name)==\($0.version)" }
    }

    /// Whether a text can stand in a list of requirements (PEP 508) and mean nothing but itself.
    private static func isPlain(_ text: String) -> Bool {
      func isLetterOrDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
          || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
      }
      return text.utf8.first.map(isLetterOrDigit) == true
        && text.utf8.allSatisfy { isLetterOrDigit($0) || "._-+!".utf8.contains($0) }
    }
  }

  /// Makes it.
  ///
  /// - Throws: ``RerunError/noPython(version:_:)``, ``RerunError/environmentNotMade(program:exit:_:)``.
  init(_ key: Key, at folder: FilePath, _ environment: RunEnvironment, for run: RunID, _ workspace: Workspace) throws {
    self.folder = folder
    let base = try Self.interpreter(key.version, environment, run, workspace)
    try Self.start([base.string, "-m", "venv", folder.string], run, workspace)
    if key.requirements.isEmpty { return }
    let python = folder.appending("bin").appending("python").string
    let list = folder.appending("requirements.txt")
    try FileOperations.replace(list, with: Array((key.requirements.joined(separator: "\n") + "\n").utf8), sync: false)
    try Self.start(
      [python, "-m", "pip", "install", "--quiet", "--no-input", "--disable-pip-version-check", "-r", list.string], run,
      workspace)
  }

  /// The environment's interpreter, if a command's first word is that of the run.
  func interpreter(for program: String, _ recorded: RunEnvironment, _ workspace: Workspace) -> FilePath? {
    // A name without a folder is found along `PATH`.
    guard program.contains("/"), let name = FilePath(program).lastComponent,
      EnvironmentProbe.interpreterName(FilePath(program)) == "python"
    else { return nil }
    let own = folder.appending("bin").appending(name)
    return ((try? FileStatus(at: own, followingLinks: true)) ?? nil) == nil
      ? folder.appending("bin").appending("python") : own
  }

  /// Finds an interpreter of a version: the recorded one, else one of that name.
  private static func interpreter(
    _ version: String, _ environment: RunEnvironment, _ run: RunID, _ workspace: Workspace
  ) throws -> FilePath {
    let series = version.split(separator: ".").prefix(2).joined(separator: ".")
    let context = workspace.context
    let probe = EnvironmentProbe(index: try workspace.index, variables: [:], root: workspace.root, context: context)
    let recorded = environment.interpreters.filter { $0.name == "python" }.map { FilePath($0.path) }
    // The first of a name may be a script that chooses among several; those that are no binaries have no version.
    let folders = (context.environment["PATH"] ?? "/usr/bin:/bin").split(separator: ":")
    let named = ["python\(series)", "python3", "python"].flatMap { name in
      folders.compactMap { ProgramSearch.place(name, path: String($0), directory: context.directory) }
    }
    func found(_ path: FilePath) -> String {
      FileOperations.resolved(path).map { probe.version(of: $0, invokedAs: path) } ?? ""
    }
    let candidates = (recorded + named).filter { !$0.isEmpty }.map { ($0, found($0)) }
    if let exact = candidates.first(where: { $0.1 == version }) { return exact.0 }
    // Another patch of the same series has the same interfaces; what differs is told.
    if let near = candidates.first(where: { $0.1.hasPrefix(series + ".") }) { return near.0 }
    throw RerunError.noPython(version: version, run)
  }

  private static func start(_ arguments: [String], _ run: RunID, _ workspace: Workspace) throws {
    let leftOut = ["PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV", Workspace.runVariable].map { Array(($0 + "=").utf8) }
    let environment = workspace.context.rawEnvironment.filter { entry in
      !leftOut.contains { entry.starts(with: $0) }
    }
    var program = ChildProgram(arguments, environment: environment)
    program.input = .reading("/dev/null")
    program.output = .descriptor(.standardError)
    program.obeysSignals = true
    let exit = try program.wait(for: program.start())
    try workspace.checkCancelled()
    guard exit == 0 else {
      throw RerunError.environmentNotMade(
        program: arguments.dropFirst().prefix(2).joined(separator: " "), exit: exit, run)
    }
  }
}
