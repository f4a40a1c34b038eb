internal import GitAccess
internal import MLTBase
internal import Remotes
public import SystemPackage

/// A remote that was reached, and what it is reached through.
final class RemoteConnection {
  let name: String
  let remote: Remote
  private let program: ProgramConnection?

  init(_ name: String, _ remote: Remote, _ program: ProgramConnection?) {
    self.name = name
    self.remote = remote
    self.program = program
  }

  deinit {
    program?.end()
  }
}

extension Workspace {
  /// The folder for what is kept of remotes.
  private var remoteCache: FilePath { folder.appending("remotes") }

  /// Reaches a remote.
  ///
  /// - Parameter name: its name; nil for ``defaultRemote()``.
  /// - Throws: ``WorkspaceError/noRemote(known:)``, ``WorkspaceError/unknownRemote(_:similar:)``,
  ///   ``WorkspaceError/remoteFailed(_:url:_:)``.
  func connect(to name: String?) throws -> RemoteConnection {
    let name = try name.map { try known($0) } ?? defaultRemote()
    let url = try configuration.string(RemoteKey.url(name)) ?? ""
    return try sharing(name) {
      let (transport, program) = try self.transport(name, url)
      return RemoteConnection(name, try Remote(transport, cache: remoteCache, clock: context.clock), program)
    }
  }

  /// Makes a remote where there is none.
  ///
  /// - Parameter program: the program at the other side; nil for what the settings say.
  func makeRemote(_ name: String, url: String, program: String? = nil) throws {
    try sharing(name, url: url) {
      let (transport, program) = try self.transport(name, url, program: program, isCreating: true)
      defer { program?.end() }
      if let folder = transport as? FolderTransport { try folder.createFolder() }
      try Remote.create(transport)
    }
  }

  private func transport(
    _ name: String, _ url: String, program: String? = nil, isCreating: Bool = false
  ) throws -> (any Transport, ProgramConnection?) {
    switch try RemoteAddress(url, root: root) {
    case .folder(let path): return (FolderTransport(path), nil)
    case .shell(let host, let port, let path):
      // What came with a clone mustn't say what is executed.
      let own = configuration.entries.last { $0.key == RemoteKey.program(name) && $0.level != .shared }
      let program = program ?? own?.value ?? "mlt"
      var arguments = [context.environment["MLT_SSH"] ?? "ssh"]
      if let port { arguments += ["-p", String(port)] }
      arguments += ["--", host, "\(program) serve-remote \(isCreating ? "--create " : "")\(Self.quoted(path))"]
      let connection = try ProgramConnection(
        arguments, environment: context.rawEnvironment.map { String(decoding: $0, as: UTF8.self) })
      return (connection.transport, connection)
    }
  }

  /// A word for the shell at the other side.
  private static func quoted(_ path: String) -> String {
    "'" + path.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
  }

  /// Runs `body`, naming the remote in what it throws.
  func sharing<Result>(_ name: String, url: String? = nil, _ body: () throws -> Result) throws -> Result {
    do {
      return try body()
    } catch let error as RemoteError {
      throw failure(error, name, url)
    } catch let error as TransportError {
      throw failure(.transport(error), name, url)
    }
  }

  private func failure(_ error: RemoteError, _ name: String, _ url: String?) -> any Error {
    switch error {
    case .storage(let error): error
    case .journal(let error): error
    default:
      WorkspaceError.remoteFailed(
        name, url: url.map(RemoteURL.withoutCredentials) ?? remotes().first { $0.name == name }?.url ?? "", error)
    }
  }

  /// Whom a transfer is told to, and what stops it.
  var transfer: TransferOptions {
    TransferOptions(progress: monitor.transferred, isCancelled: monitor.isCancelled)
  }
}

extension Workspace {
  /// Serves a remote's folder on standard input and output until the other side ends.
  ///
  /// - Parameter isCreating: whether the folder is made if it is missing.
  ///
  /// - Throws: `TransportError` if the other side breaks the protocol or goes away in the middle.
  public static func serveRemote(_ folder: FilePath, isCreating: Bool) throws {
    let transport = FolderTransport(folder)
    if isCreating { try transport.createFolder() }
    try TransportServer(transport, input: .standardInput, output: .standardOutput).run()
  }
}
