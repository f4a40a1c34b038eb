internal import CTracing
internal import Glibc
internal import MLTBase
internal import SystemPackage

/// A command from before its start until what it did is recorded.
///
/// Its spool stands all that time and is held by this process, by the keeper, or by both. If this process is killed, the
/// keeper has the finisher record the run; a spool that nobody holds is that of a run whose keeper was killed as well.
/// A session that goes out of use is finished: whoever couldn't record the run knows it, and tells of it.
public struct CommandSession: ~Copyable {
  private let request: CommandRequest
  private let spoolPath: FilePath
  private let spool: FileDescriptor
  private var keeper: KeeperChannel?
  // Whether the keeper goes on when it is let go, to follow what the command has left behind.
  private var hasSurvivors = false
  // Whether the spool is all that is left to say what the command did.
  private var isKeeperLost = false

  /// Makes the spool of a command that is about to be run.
  ///
  /// - Parameter request: the command, and how to follow it.
  /// - Throws: ``TracingError/invalidRequest`` for strings that can't be passed to the command;
  ///   ``TracingError/system(_:)`` when the spool can't be made.
  public init(_ request: CommandRequest) throws(TracingError) {
    let strings = [request.arguments, request.environment, request.finisher ?? []].joined()
    guard !request.arguments.isEmpty, request.finisher?.isEmpty != true, !strings.contains(where: { $0.contains(0) })
    else { throw .invalidRequest }
    let path = try Self.absolute(request.spool)
    let spool = try Self.makeSpool(path)
    self.request = request
    self.spool = spool
    spoolPath = path
  }

  /// Runs the command, once, in this process' terminal, session and process group, and waits for its end.
  ///
  /// Signals that other processes send here are passed on to the command meanwhile; when the command is stopped, so is
  /// this process. Everything that was read and written up to the command's end has been told when the call returns.
  /// Where following isn't possible the command runs all the same, and the result says why.
  ///
  /// - Parameter observer: who is told, on the calling thread.
  /// - Returns: how the command ended and how it was followed.
  /// - Throws: ``TracingError/notFound(program:)`` and ``TracingError/notExecutable(program:errno:)`` when the command
  ///   couldn't be executed; ``TracingError/keeperLost`` when the keeper was killed, in which case the spool stays and
  ///   is whoever's who takes it; ``TracingError/system(_:)`` when no process can be started.
  public mutating func run(_ observer: any AccessObserver) throws(TracingError) -> CommandResult {
    do {
      let result = try runInOuterScope(observer)
      // Only when it follows somebody does the keeper stay.
      hasSurvivors = result.survivors && result.observation == .observed
      return result
    } catch .keeperLost {
      isKeeperLost = true
      flock(spool.rawValue, LOCK_UN)  // for whoever records what it tells
      throw .keeperLost
    }
  }

  /// Lets the keeper go: what the command did is recorded.
  ///
  /// The spool goes with it, unless the keeper has descendants of the command to look after.
  public consuming func finish() {}

  deinit {
    // A lost keeper has been waited for, and its spool is another's.
    if !isKeeperLost {
      keeper?.letGo()
      if !hasSurvivors {
        keeper?.reap()
        Self.removeSpool(spoolPath)
      }
    }
    try? spool.close()  // the keeper wrote it; this descriptor only read
  }

  // Registers with the run around this one, if there is one and it takes us in; else follows the command by itself.
  private mutating func runInOuterScope(_ observer: any AccessObserver) throws(TracingError) -> CommandResult {
    if request.mode == .observe, request.refuseTracing == nil, let name = request.outerScopeName {
      do {
        let scope = try OuterScope(name: name)
        var result = try runByKeeper(Self.environment(of: request, scopeName: name), refusal: -1, observer)
        result.droppedEvents += scope.end { observer.observe($0) }
        result.observation = .observedByOuter
        return result
      } catch let error as TracingError {
        throw error
      } catch {
        // Nobody serves the name, or not for us: if the outer run still follows us, a filter of our own is refused.
      }
    }
    let refusal = request.mode == .plain ? -1 : request.refuseTracing?.rawValue ?? 0
    let environment = Self.environment(of: request, scopeName: refusal == 0 ? request.scopeName : nil)
    return try runByKeeper(environment, refusal: refusal, observer)
  }

  private mutating func runByKeeper(
    _ environment: [[UInt8]], refusal: Int32, _ observer: any AccessObserver
  ) throws(TracingError) -> CommandResult {
    var frontEnd = try FrontEnd(request, environment, spoolPath, spool, refusal: refusal, observer)
    keeper = frontEnd.keeper
    return try frontEnd.run()
  }

  private static func environment(of request: CommandRequest, scopeName: String?) -> [[UInt8]] {
    guard let variable = request.scopeVariable else { return request.environment }
    let prefix = Array((variable + "=").utf8)
    let others = request.environment.filter { !$0.starts(with: prefix) }
    return others + (scopeName.map { [prefix + Array($0.utf8)] } ?? [])
  }

  // The keeper works in another folder.
  private static func absolute(_ path: FilePath) throws(TracingError) -> FilePath {
    if path.isAbsolute { return path }
    guard let folder = FileOperations.resolved(".") else {
      throw .system(SystemCallError("resolve", path, .noSuchFileOrDirectory))
    }
    return folder.pushing(path)
  }

  private static func makeSpool(_ path: FilePath, attempts: Int = 3) throws(TracingError) -> FileDescriptor {
    do {
      if try FileStatus(at: path) != nil { throw Errno.fileExists }
      // It gets its name once it is locked, so that nobody takes it for abandoned in between.
      let name = FileOperations.temporaryPrefix + (path.lastComponent?.string ?? "")
      let nameless = path.removingLastComponent().appending(name)
      let spool = try FileDescriptor.open(
        nameless, .readWrite, options: [.create, .exclusiveCreate, .closeOnExec],
        permissions: FilePermissions(rawValue: 0o600))
      // Held by this process and the keeper together, for as long as either lives: a spool that can be locked is one
      // that nobody will finish. Where the file system has no locks, such a spool just isn't found.
      _ = flock(spool.rawValue, LOCK_EX | LOCK_NB)
      do {
        try FileOperations.rename(nameless, to: path)
      } catch {
        try? spool.close()  // the failure that matters is being reported
        removeSpool(nameless)
        throw error
      }
      return spool
    } catch let error as SystemCallError {
      // Somebody who looks after killed runs may take it away in the moment before it is locked.
      if error.errno == .noSuchFileOrDirectory, attempts > 1 { return try makeSpool(path, attempts: attempts - 1) }
      throw .system(error)
    } catch {
      throw .system(SystemCallError("create", path, error as? Errno ?? .ioError))
    }
  }

  private static func removeSpool(_ path: FilePath) {
    try? FileOperations.remove(path)  // the keeper may have been quicker; the failure that matters is being reported
  }
}
