internal import CTracing
internal import Glibc
internal import MLTBase
internal import SystemPackage

/// The front end's line to a keeper that it has started.
final class KeeperChannel {
  private let control: FileDescriptor
  private let keeper: pid_t

  /// A message, with the bytes that follow its fixed part.
  struct Message {
    var head: mlt_message
    var bytes: [UInt8]
  }

  /// Starts a keeper, which starts the command.
  ///
  /// - Parameters:
  ///   - refusal: 0 to follow the command; else the errno to report for not doing it, -1 when it is as asked.
  init(
    _ request: CommandRequest, environment: [[UInt8]], spoolPath: FilePath, spool: FileDescriptor, refusal: Int32
  ) throws(TracingError) {
    let arguments = CStringList(request.arguments)
    let commandEnvironment = CStringList(environment)
    let finisherEnvironment = CStringList(request.environment)
    let directory = request.directory.map { CStringList([$0.bytes]) }
    let finisher = request.finisher.map { CStringList($0, emptySlots: 1) }
    let limit = request.timeLimit.map { max(1, TimeLimit.nanoseconds($0.limit)) } ?? 0
    let grace = request.timeLimit.map { TimeLimit.nanoseconds($0.grace) } ?? 0
    var started = mlt_started()
    var error: Int32 = EINVAL
    if let argumentList = UnsafePointer(arguments.pointers.baseAddress),
      let environmentList = UnsafePointer(commandEnvironment.pointers.baseAddress),
      let finisherEnvironmentList = UnsafePointer(finisherEnvironment.pointers.baseAddress)
    {
      error = spoolPath.withPlatformString { path in
        request.scopeName.withCString { name in
          var start = mlt_start_request(
            arguments: argumentList, environment: environmentList, finisher: finisher?.pointers.baseAddress,
            finisher_reason_index: Int32(clamping: request.finisher?.count ?? 0),
            finisher_environment: finisherEnvironmentList, spool_path: path, spool: spool.rawValue,
            directory: directory.flatMap { UnsafePointer($0.pointers[0]) }, scope_name: name,
            refusal: refusal, limit_nanoseconds: limit, grace_nanoseconds: grace)
          return mlt_start(&start, &started)
        }
      }
    }
    withExtendedLifetime((arguments, commandEnvironment, finisherEnvironment, finisher, directory)) {}
    guard error == 0 else { throw .system(SystemCallError("start keeper", nil, Errno(rawValue: error))) }
    control = FileDescriptor(rawValue: started.control)
    keeper = started.keeper
  }

  deinit {
    try? control.close()  // sockets have nothing to report
  }

  /// Waits for a message from the keeper or for signals.
  ///
  /// - Returns: which of the two there are.
  func wait(_ signals: borrowing SignalWatch) -> (message: Bool, signals: Bool) {
    var polled = [
      pollfd(fd: control.rawValue, events: Int16(POLLIN), revents: 0),
      pollfd(fd: signals.readEnd.rawValue, events: Int16(POLLIN), revents: 0),
    ]
    guard poll(&polled, nfds_t(polled.count), -1) > 0 else { return (false, false) }
    return (polled[0].revents != 0, polled[1].revents != 0)
  }

  /// Receives a message; nil when the keeper is gone.
  func receive() -> Message? {
    let headSize = MemoryLayout<mlt_message>.size
    return withUnsafeTemporaryAllocation(byteCount: headSize + Int(MLT_PATH_LIMIT), alignment: 8) { buffer in
      guard let base = buffer.baseAddress else { return nil }
      let count = mlt_receive(control.rawValue, base, buffer.count)
      guard count >= headSize else { return nil }
      return Message(head: base.loadUnaligned(as: mlt_message.self), bytes: Array(buffer[headSize..<count]))
    }
  }

  /// Answers a barrier.
  func answer(_ id: UInt64, _ content: ContentID?) {
    var message = mlt_message()
    message.kind = MLT_MESSAGE_ANSWER.rawValue
    message.id = id
    // A keeper that is gone shows at the next receive.
    if let content {
      message.flags = UInt32(MLT_ANSWER_HAS_ID)
      content.withUnsafeBytes { _ = mlt_send(control.rawValue, &message, $0.baseAddress, $0.count) }
    } else {
      _ = mlt_send(control.rawValue, &message, nil, 0)
    }
  }

  /// Lets a command start that waits because it can't be followed.
  func confirmReadiness() {
    var message = mlt_message()
    message.kind = MLT_MESSAGE_READY.rawValue
    // A keeper that is gone shows at the next receive.
    _ = mlt_send(control.rawValue, &message, nil, 0)
  }

  /// Has a signal, which a process sent to this one, sent to the command.
  func forward(_ signal: Int32, sender: Int32) {
    var message = mlt_message()
    message.kind = MLT_MESSAGE_SIGNAL.rawValue
    message.code = signal
    message.value = sender
    _ = mlt_send(control.rawValue, &message, nil, 0)
  }

  /// Lets the keeper go: the command's end is recorded, or that it couldn't be started.
  ///
  /// It ends at once, and the spool with it, unless it has descendants to look after.
  func letGo() {
    var message = mlt_message()
    message.kind = MLT_MESSAGE_DONE.rawValue
    _ = mlt_send(control.rawValue, &message, nil, 0)
  }

  /// Waits for the keeper's end, which is near.
  func reap() {
    while waitpid(keeper, nil, 0) < 0, errno == EINTR {}
  }
}
