internal import Journaling
internal import LineageIndexing
internal import MLTBase
internal import SystemPackage

/// What makes two runs runs of the same command, as it is recorded.
struct RunKey {
  let component: String
  let command: [String]
  /// The working directory (``PathText``).
  let directory: String
  let parameters: [String: String]
  /// Whether something of it isn't recorded as it is, so that two that differ may look the same.
  let holdsCredentials: Bool

  init(_ workspace: Workspace, _ request: RunRequest) throws {
    let redaction = Redaction(environment: workspace.context.environment)
    let directory = request.directory ?? workspace.context.directory
    component = request.component ?? ComponentName.of(request.command)
    command = redaction.arguments(request.command)
    self.directory = workspace.inside(FileOperations.resolved(directory) ?? directory).text
    parameters = redaction.values(request.parameters)
    holdsCredentials = command != request.command || parameters != request.parameters
  }

  /// What a command is locked by, whatever its parameters.
  var name: [UInt8] {
    JSON.array((["\(component)", directory] + command).map { .string($0) }).canonicalBytes
  }

  /// Whether a run is one of this command, whatever its parameters.
  func isKey(of run: RunRecord) -> Bool {
    run.component == component && run.command == command && run.directory == directory
  }

  /// The first parameter, by name, that differs; nil if none does.
  func difference(to others: [String: String]) -> RerunReason? {
    for name in Set(parameters.keys).union(others.keys).sorted() where parameters[name] != others[name] {
      return .parameter(RerunReason.Change(name: name, before: others[name], now: parameters[name]))
    }
    return nil
  }
}
