internal import Journaling
internal import MLTBase
internal import SystemPackage

/// The environment variables of a command that is made again in a scratch folder.
struct ScratchVariables {
  /// New values by name; nil takes a variable away.
  private var changes: [String: String?] = [:]

  /// Variables by which git and mlt would find another repository than the scratch folder's.
  private static let misleading = [
    "GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_OBJECT_DIRECTORY", "GIT_COMMON_DIR", "OLDPWD",
    Workspace.runVariable,
  ]
  /// Where an activated environment lies, which is another place on each machine.
  private static let places: Set<String> = ["VIRTUAL_ENV", "CONDA_DEFAULT_ENV"]

  init(
    _ workspace: Workspace, _ root: FilePath, _ directory: FilePath, _ recorded: RunEnvironment,
    _ python: VirtualEnvironment?
  ) throws {
    let names = WorkTreeName(workspace.root)
    func moved(_ value: String) -> String {
      String(decoding: names.replaced(by: root, in: Array(value.utf8)), as: UTF8.self)
    }
    for name in Self.misleading { changes[name] = .some(nil) }
    changes["PWD"] = directory.string
    // What was recorded is set; what would have been recorded and wasn't there is taken away.
    for name in try workspace.chosenVariables().keys
    where recorded.variables[name] == nil && !Self.places.contains(name) {
      changes[name] = .some(nil)
    }
    for (name, value) in recorded.variables
    where !Self.places.contains(name) && !Self.isMasked(value) && Self.isLegal(name, value) {
      changes[name] = moved(value)
    }
    for name in ["PATH", "VIRTUAL_ENV"] {
      if let value = workspace.context.environment[name] { changes[name] = moved(value) }
    }
    if let python {
      let path = (changes["PATH"] ?? nil) ?? "/usr/bin:/bin"
      changes["PATH"] = python.folder.appending("bin").string + ":" + path
      changes["VIRTUAL_ENV"] = python.folder.string
      changes["PYTHONHOME"] = .some(nil)
    }
  }

  private static func isLegal(_ name: String, _ value: String) -> Bool {
    !name.isEmpty && !name.utf8.contains { $0 == UInt8(ascii: "=") || $0 == 0 } && !value.utf8.contains(0)
  }

  private static func isMasked(_ value: String) -> Bool {
    Array(value.utf8).holds(Array(Redaction.mask.utf8))
  }

  /// Changes a process's environment.
  func apply(to context: inout ProcessContext) {
    context.rawEnvironment.removeAll { entry in
      let name = entry.prefix { $0 != UInt8(ascii: "=") }
      return String(validating: name, as: UTF8.self).map { changes.keys.contains($0) } ?? false
    }
    for (name, value) in changes.sorted(by: { $0.key < $1.key }) {
      context.environment[name] = value
      if let value { context.rawEnvironment.append(Array("\(name)=\(value)".utf8)) }
    }
  }
}
