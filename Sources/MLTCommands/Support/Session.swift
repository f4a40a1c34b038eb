internal import Glibc
internal import Lineage
internal import MLTBase
internal import ObjectStorage
internal import Pipelines
internal import Remotes
internal import SystemPackage

/// What one invocation of the program stands in: the process's own surroundings, read in this one place.
struct Session {
  /// What the operations are given.
  let context: ProcessContext
  /// What the streams can show.
  let terminal: Terminal

  /// Reads the process's surroundings.
  init() throws(SystemCallError) {
    var environment: [String: String] = [:]
    var raw: [[UInt8]] = []
    var next = environ
    while let entry = next.pointee {
      let bytes = Array(UnsafeRawBufferPointer(start: entry, count: strlen(entry)))
      raw.append(bytes)
      if let equals = bytes.firstIndex(of: UInt8(ascii: "=")) {
        let name = String(decoding: bytes[..<equals], as: UTF8.self)
        environment[name] = String(decoding: bytes[(equals + 1)...], as: UTF8.self)
      }
      next += 1
    }
    guard let pointer = getcwd(nil, 0) else {
      throw SystemCallError("find the current folder", nil, Errno(rawValue: errno))
    }
    defer { free(pointer) }
    context = ProcessContext(
      directory: FilePath(platformString: pointer), environment: environment, rawEnvironment: raw,
      executable: (try? FileOperations.linkTarget("/proc/self/exe")) ?? "mlt", host: Session.hostName(),
      account: Session.accountName(), clock: Session.clock(environment))
    terminal = Terminal(environment: environment)
  }

  private static func hostName() -> String {
    var name = utsname()
    guard uname(&name) == 0 else { return "" }
    return withUnsafeBytes(of: name.nodename) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
  }

  private static func accountName() -> String {
    guard let entry = getpwuid(geteuid()), let name = entry.pointee.pw_name else { return "\(geteuid())" }
    return String(cString: name)
  }

  // Tests fix the clock so that what they see doesn't depend on when they run.
  private static func clock(_ environment: [String: String]) -> WallClock {
    guard let moment = environment["MLT_FIXED_TIME"].flatMap({ Timestamp($0) }) else { return .system }
    return WallClock(now: { moment })
  }

  /// The regular file that a standard stream was redirected from or to; nil if it is something else.
  ///
  /// A file that holds something already and isn't appended to was opened for earlier commands too, as the log of a
  /// whole script: it is none of this one's files.
  static func file(of stream: Int32) -> FilePath? {
    let descriptor = FileDescriptor(rawValue: stream)
    // What can't be looked at isn't recorded; the command runs all the same.
    guard let status = try? FileStatus(of: descriptor, path: nil), status.kind == .regular else { return nil }
    if stream == STDOUT_FILENO, status.size > 0, fcntl(stream, F_GETFL) & O_APPEND == 0 { return nil }
    return try? FileOperations.linkTarget(FilePath("/proc/self/fd/\(stream)"))
  }

  /// Whether a standard stream is a pipe or socket from which something may still come.
  static func isPiped(_ stream: Int32) -> Bool {
    guard let status = try? FileStatus(of: FileDescriptor(rawValue: stream), path: nil), status.kind == .special else {
      return false
    }
    var pending: Int32 = 0
    // Terminals and `/dev/null` can be looked into as well, but aren't ends of anything.
    var query = stat()
    guard fstat(stream, &query) == 0, [S_IFIFO, S_IFSOCK].contains(query.st_mode & S_IFMT) else { return false }
    if ioctl(stream, UInt(FIONREAD), &pending) == 0, pending > 0 { return true }
    // Nothing is in it: it matters whether the other end is still open.
    var watched = pollfd(fd: stream, events: Int16(POLLIN), revents: 0)
    guard poll(&watched, 1, 0) >= 0 else { return true }
    return watched.revents & Int16(POLLHUP) == 0
  }

  /// Opens the workspace around the working directory.
  func workspace() throws -> Workspace {
    let workspace = try Workspace.open(context)
    workspace.monitor.checked = { bytes in
      try? Output.write(bytes, to: STDERR_FILENO)  // as ``Output/say(_:)``
    }
    return workspace
  }

  /// Opens the workspace, and finds the stages of its pipelines that a selection names.
  func stages(_ selection: StageSelection) throws -> (Workspace, Project, [StageID]) {
    let workspace = try workspace()
    let project = try workspace.requireProject()
    return (workspace, project, try workspace.stages(selection, in: project))
  }

  /// Shows the result of an operation and, on stderr, what else the workspace has to tell.
  func show(_ text: String, of workspace: Workspace? = nil, paged: Bool = false) throws(SystemCallError) {
    try Output.show(text, terminal: terminal, paged: paged)
    if let workspace { tell(workspace) }
  }

  /// Shows JSON, indented, with the format's version.
  func show(json: JSONObject, of workspace: Workspace? = nil) throws(SystemCallError) {
    try show(JSON.object(json).indentedText + "\n", of: workspace)
  }

  /// Does something that tells how far it has come, in bytes done and to do; Ctrl-C stops it.
  func watching<Result>(
    _ verb: String, _ body: (_ progress: (Int64, Int64) throws -> Void) throws -> Result
  ) throws -> Result {
    Interruption.watch()
    let line = ProgressLine(verb, terminal: terminal)
    defer { line.end() }
    return try body { done, total in
      try Interruption.check()
      line.update(done: done, total: total)
    }
  }

  /// Stores or restores something; what has been done is shown, and Ctrl-C stops it.
  func watching<Result>(
    _ verb: String, total: Int64?, _ workspace: Workspace, _ body: () throws -> Result
  ) throws -> Result {
    Interruption.watch()
    let line = ProgressLine(verb, total: total, terminal: terminal)
    defer { line.end() }
    workspace.monitor.stored = { line.update(files: $0.filesRead, bytes: $0.bytesRead) }
    workspace.monitor.restored = { line.update(files: $0.filesWritten, bytes: $0.bytesWritten) }
    workspace.monitor.transferred = { line.update(files: Int64($0.objects), bytes: $0.bytes) }
    workspace.monitor.isCancelled = { Interruption.isAsked }
    return try telling(workspace, body)
  }

  /// Does something; if it fails, what the workspace has to tell may say why.
  func telling<Result>(_ workspace: Workspace, _ body: () throws -> Result) throws -> Result {
    do {
      return try body()
    } catch {
      tell(workspace)
      throw error
    }
  }

  /// Writes what the workspace has to tell to stderr.
  func tell(_ workspace: Workspace) {
    for notice in workspace.notices { Output.say(VisibleText.line(NoticeText.of(notice))) }
  }
}
