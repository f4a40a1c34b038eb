internal import CTracing
internal import Glibc
internal import MLTBase
internal import SystemPackage

/// The part of a run that this process plays: it waits for the keeper's messages and for signals, and answers both.
struct FrontEnd: ~Copyable {
  private let request: CommandRequest
  private let observer: any AccessObserver
  private let signals: SignalWatch
  /// The line to the keeper, which stays after the command's end until all is recorded.
  let keeper: KeeperChannel
  private var cursor: SpoolCursor
  private var observation: CommandResult.Observation
  private var interrupted: Int32?

  /// Starts the keeper and, by it, the command.
  init(
    _ request: CommandRequest, _ environment: [[UInt8]], _ spoolPath: FilePath, _ spool: FileDescriptor,
    refusal: Int32, _ observer: any AccessObserver
  ) throws(TracingError) {
    let signals = try SignalWatch()
    let keeper = try KeeperChannel(
      request, environment: environment, spoolPath: spoolPath, spool: spool, refusal: refusal)
    self.request = request
    self.observer = observer
    self.signals = signals
    self.keeper = keeper
    cursor = SpoolCursor(spool)
    observation = .plain
  }

  /// Waits for the command's end, caring for all that comes before.
  mutating func run() throws(TracingError) -> CommandResult {
    while true {
      let ready = keeper.wait(signals)
      if ready.signals { relaySignals() }
      guard ready.message else { continue }
      guard let message = keeper.receive() else {
        keeper.reap()
        throw .keeperLost
      }
      switch mlt_message_kind(message.head.kind) {
      case MLT_MESSAGE_STARTED:
        observation = Self.observation(message.head.code)
        observer.started(pid: message.head.value)
      case MLT_MESSAGE_REFUSED:
        observer.refused(Errno(rawValue: message.head.code))
        keeper.confirmReadiness()
      case MLT_MESSAGE_BARRIER: answer(message)
      case MLT_MESSAGE_EXEC_FAILED: throw failure(message.head)
      case MLT_MESSAGE_EXITED: return end(message.head)
      default: break
      }
    }
  }

  private static func observation(_ refusal: Int32) -> CommandResult.Observation {
    switch refusal {
    case 0: .observed
    case -1: .plain
    default: .refused(Errno(rawValue: refusal))
    }
  }

  private mutating func relaySignals() {
    for signal in signals.take() {
      if interrupted == nil, [SIGINT, SIGTERM, SIGQUIT, SIGHUP].contains(signal.number) {
        interrupted = signal.number
      }
      if signal.forward != 0 { keeper.forward(signal.number, sender: signal.sender) }
    }
  }

  private mutating func answer(_ message: KeeperChannel.Message) {
    drain(to: message.head.offset)
    guard let kind = Barrier.Kind(rawValue: UInt32(bitPattern: message.head.code)) else {
      keeper.answer(message.head.id, nil)
      return
    }
    let barrier = Barrier(
      kind: kind, path: message.bytes, process: message.head.value,
      isSymbolicLink: message.head.flags & UInt32(MLT_BARRIER_SYMLINK) != 0,
      belongsToInnerScope: message.head.flags & UInt32(MLT_BARRIER_INNER) != 0)
    keeper.answer(message.head.id, observer.beforeChange(barrier))
  }

  private mutating func drain(to end: UInt64) {
    guard observation == .observed else { return }
    cursor.drain(to: end) { record in
      if case .event(let event, scope: 0) = record { observer.observe(event) }
    }
  }

  private func failure(_ message: mlt_message) -> TracingError {
    let errno = Errno(rawValue: message.code)
    if message.flags != 0 { return .system(SystemCallError("start process", nil, errno)) }
    let program = request.arguments.first ?? []
    return errno == .noSuchFileOrDirectory
      ? .notFound(program: program) : .notExecutable(program: program, errno: errno)
  }

  private mutating func end(_ message: mlt_message) -> CommandResult {
    relaySignals()
    drain(to: message.offset)
    let survivors = message.flags & UInt32(MLT_EXIT_SURVIVORS) != 0
    let usage = CommandResult.Usage(
      user: Int64(clamping: message.user_microseconds), system: Int64(clamping: message.system_microseconds),
      maximumResidentSize: Int64(clamping: message.maximum_resident_bytes),
      wall: Int64(clamping: message.wall_microseconds))
    return CommandResult(
      termination: CommandResult.Termination(waitStatus: message.value), interrupted: interrupted,
      observation: observation, usage: usage,
      droppedEvents: Int(clamping: message.dropped) + (cursor.isBroken ? 1 : 0), survivors: survivors,
      isOutOfTime: message.flags & UInt32(MLT_EXIT_OUT_OF_TIME) != 0)
  }
}
