internal import Glibc
internal import Lineage
internal import MLTBase
internal import Pipelines
internal import Synchronization
internal import SystemPackage

/// Processes of this program that run stages side by side; what the commands of one print is shown when it is done.
final class StageWorkers {
  private final class Worker {
    let program: ChildProgram
    let process: CInt
    let line: FileDescriptor
    let log: FileDescriptor
    var shown: Int64 = 0
    var received: [UInt8] = []
    var stage: StageID?
    var isGone = false

    init(_ program: ChildProgram, process: CInt, line: FileDescriptor, log: FileDescriptor) {
      self.program = program
      self.process = process
      self.line = line
      self.log = log
    }
  }

  private var workers: [Worker] = []
  private let arguments: [String]
  private let context: ProcessContext
  private static let asked = Atomic<Int32>(0)

  /// Starts processes.
  ///
  /// - Parameter arguments: what tells this program to be a worker.
  init(count: Int, arguments: [String], _ context: ProcessContext) throws {
    self.arguments = arguments
    self.context = context
    Interruption.watch()
    for number in [SIGTERM, SIGHUP] { signal(number) { StageWorkers.asked.store($0, ordering: .relaxed) } }
    // Writing to a worker that has ended is an error, and no reason to end.
    signal(SIGPIPE, SIG_IGN)
    do {
      for _ in 0..<count { workers.append(try worker()) }
    } catch {
      end()
      throw error
    }
  }

  private func worker() throws -> Worker {
    var ends: [CInt] = [-1, -1]
    guard socketpair(AF_UNIX, CInt(SOCK_STREAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue), 0, &ends) == 0 else {
      throw SystemCallError("start workers", nil, Errno(rawValue: errno))
    }
    let (own, theirs) = (FileDescriptor(rawValue: ends[0]), FileDescriptor(rawValue: ends[1]))
    defer { try? theirs.close() }  // the worker has its own
    do {
      let log = try temporaryFile()
      var program = ChildProgram([context.executable.string] + arguments, environment: context.rawEnvironment)
      (program.input, program.output, program.error) = (.descriptor(theirs), .descriptor(theirs), .descriptor(log))
      // Ignored signals are handed on, and commands take the end of a pipe for theirs.
      let former = signal(SIGPIPE, SIG_DFL)
      defer { signal(SIGPIPE, former) }
      return Worker(program, process: try program.start(), line: own, log: log)
    } catch {
      try? own.close()  // nothing was written
      throw error
    }
  }

  // It has no name any more, so that nothing is left of it whatever happens.
  private func temporaryFile() throws -> FileDescriptor {
    let folder = context.environment["TMPDIR"].flatMap { $0.isEmpty ? nil : $0 } ?? "/tmp"
    let path = FilePath(folder).appending("mlt-" + Hex.encode(FileOperations.randomBytes(8)))
    do {
      let file = try FileDescriptor.open(
        path, .readWrite, options: [.create, .exclusiveCreate, .append, .closeOnExec],
        permissions: FilePermissions(rawValue: 0o600))
      try FileOperations.remove(path)
      return file
    } catch let error as Errno {
      throw SystemCallError("create", path, error)
    }
  }

  /// Whether a worker has nothing to do.
  var hasIdle: Bool { workers.contains { $0.stage == nil } }

  /// Whether somebody asked to stop.
  var isInterrupted: Bool { Interruption.isAsked || Self.asked.load(ordering: .relaxed) != 0 }

  /// Has a stage brought up to date.
  func start(_ stage: StageID) throws {
    guard let place = workers.firstIndex(where: { $0.stage == nil }) else { return }
    if workers[place].isGone {
      end(workers[place])
      workers[place] = try worker()
    }
    let worker = workers[place]
    worker.stage = stage
    let request = JSON.object(JSONObject(StageText.json(stage))).canonicalBytes + [UInt8(ascii: "\n")]
    do {
      _ = try worker.line.writeAll(request)
    } catch {
      worker.isGone = true
    }
  }

  /// Waits until at least one stage is done, and shows what its commands printed.
  ///
  /// - Returns: what is done; none if somebody asked to stop.
  func wait() throws -> [StageResult] {
    while true {
      let busy = workers.filter { $0.stage != nil }
      let lost = busy.filter(\.isGone).compactMap { worker -> StageResult? in
        defer { worker.stage = nil }
        show(worker)
        return worker.stage.map { stage in
          Output.say("error: stage '\(stage)': the process that ran it has ended")
          return StageResult(lost: stage)
        }
      }
      if !lost.isEmpty || busy.isEmpty { return lost }
      var watched = busy.map { pollfd(fd: $0.line.rawValue, events: Int16(POLLIN), revents: 0) }
      if poll(&watched, nfds_t(watched.count), -1) < 0 {
        let code = errno
        guard code == EINTR else { throw SystemCallError("wait for workers", nil, Errno(rawValue: code)) }
        passOn()
        if isInterrupted { return [] }
        continue
      }
      let done = zip(busy, watched).filter { $0.1.revents != 0 }.compactMap { receive($0.0) }
      if !done.isEmpty { return done }
    }
  }

  // A key of the terminal has reached the workers too; what a process sends reaches only this one.
  private func passOn() {
    var number = Self.asked.load(ordering: .relaxed)
    if number == 0, Interruption.isAsked, !isInForeground { number = SIGINT }
    if number == 0 { return }
    for worker in workers where worker.stage != nil { kill(worker.process, number) }
  }

  private var isInForeground: Bool {
    [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO].contains { isatty($0) == 1 && tcgetpgrp($0) == getpgrp() }
  }

  private func receive(_ worker: Worker) -> StageResult? {
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    let count = buffer.withUnsafeMutableBytes { read(worker.line.rawValue, $0.baseAddress, $0.count) }
    guard count > 0 else {
      if count == 0 || errno != EINTR { worker.isGone = true }
      return nil
    }
    worker.received += buffer.prefix(count)
    guard let end = worker.received.firstIndex(of: UInt8(ascii: "\n")), let stage = worker.stage else { return nil }
    let line = Array(worker.received[..<end])
    worker.received.removeFirst(end + 1)
    worker.stage = nil
    show(worker)
    return StageResult(line: line, of: stage) ?? StageResult(lost: stage)
  }

  private func show(_ worker: Worker) {
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = buffer.withUnsafeMutableBytes {
        pread(worker.log.rawValue, $0.baseAddress, $0.count, off_t(worker.shown))
      }
      guard count > 0 else { break }
      worker.shown += Int64(count)
      try? Output.write(Array(buffer.prefix(count)), to: STDERR_FILENO)  // as ``Output/say(_:)``
    }
  }

  /// Lets the workers end, and waits for them.
  func end() {
    for worker in workers { end(worker) }
    workers = []
  }

  private func end(_ worker: Worker) {
    try? worker.line.close()  // the worker reads the end of its requests
    _ = try? worker.program.wait(for: worker.process)  // how it ended is no matter
    show(worker)
    try? worker.log.close()  // it goes with its descriptors
  }
}
