internal import CTracing
internal import Glibc
internal import MLTBase
internal import SystemPackage

/// Runs commands and follows their file accesses.
public enum CommandRunner {
  /// Runs a command in this process' terminal, session and process group, and waits for its end.
  ///
  /// Signals that other processes send here are passed on to the command meanwhile; when the command is stopped, so is
  /// this process. Everything that was read and written up to the command's end has been told when the call returns.
  /// Where following isn't possible the command runs all the same, and the result says why.
  ///
  /// - Parameters:
  ///   - request: the command, and how to follow it.
  ///   - observer: who is told, on the calling thread.
  /// - Returns: how the command ended and how it was followed.
  /// - Throws: ``TracingError/notFound(program:)`` and ``TracingError/notExecutable(program:errno:)`` when the command
  ///   couldn't be executed; ``TracingError/invalidRequest`` for strings that can't be passed to it;
  ///   ``TracingError/keeperLost`` when the keeper was killed, in which case the spool stays; ``TracingError/system(_:)`` when the spool can't be made
  ///   or no process be started.
  public static func run(
    _ request: CommandRequest, observer: any AccessObserver
  ) throws(TracingError) -> CommandResult {
    let strings = [request.arguments, request.environment, request.finisher ?? []].joined()
    guard !request.arguments.isEmpty, request.finisher?.isEmpty != true, !strings.contains(where: { $0.contains(0) })
    else { throw .invalidRequest }
    let path = try absolute(request.spool)
    let spool = try makeSpool(path)
    defer { try? spool.close() }  // the keeper writes it; this descriptor only reads
    do {
      return try runInOuterScope(request, path, spool, observer)
    } catch .keeperLost {
      throw .keeperLost  // the command has run, and what was seen of it stands in the spool
    } catch {
      removeSpool(path)
      throw error
    }
  }

  // Registers with the run around this one, if there is one and it takes us in; else follows the command by itself.
  private static func runInOuterScope(
    _ request: CommandRequest, _ path: FilePath, _ spool: FileDescriptor, _ observer: any AccessObserver
  ) throws(TracingError) -> CommandResult {
    if request.mode == .observe, request.refuseTracing == nil, let name = request.outerScopeName {
      do {
        let scope = try OuterScope(name: name)
        let environment = environment(of: request, scopeName: name)
        var session = try FrontEnd(request, environment, path, spool, refusal: -1, observer)
        var result = try session.run()
        result.droppedEvents += scope.end { observer.observe($0) }
        result.observation = .observedByOuter
        return result
      } catch let error as TracingError {
        throw error
      } catch {
        // Nobody serves the name, or not for us: if the outer run still follows us, a filter of our own is refused.
      }
    }
    let isPlain = request.mode == .plain
    let refusal = isPlain ? -1 : request.refuseTracing?.rawValue ?? 0
    let environment = environment(of: request, scopeName: refusal == 0 ? request.scopeName : nil)
    var session = try FrontEnd(request, environment, path, spool, refusal: refusal, observer)
    return try session.run()
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
