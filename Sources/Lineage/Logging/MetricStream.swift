internal import Glibc
internal import Journaling
public import MLTBase
public import SystemPackage

/// Records metrics that a program writes, line by line as they come.
public struct MetricStream {
  /// How many lines were read.
  public private(set) var lines = 0
  /// How many of them weren't metrics.
  public private(set) var badLines = 0

  private let logger: RunLogger
  private let clock: WallClock
  private var pending: [RunLogged.Metric] = []
  /// When the first of them came.
  private var pendingSince = ContinuousClock.now
  private var rest: [UInt8] = []

  /// Whether the last line had no end, so that it may be a part of one.
  public private(set) var wasCut = false

  /// So many values at most are kept back, and so long; what comes more slowly is recorded as soon as nothing more comes.
  private static let batch = RunLogged.batch
  private static let age = Duration.milliseconds(500)
  private static let bufferSize = 1 << 18
  /// A line that is longer is none.
  private static let lineLimit = 1 << 20
  /// So many bad lines are told of one by one.
  private static let toldLimit = 10
  /// How long to wait for more before what there is is recorded, in milliseconds.
  private static let patience: Int32 = 100

  /// Records to a run.
  public init(_ logger: RunLogger, clock: WallClock) {
    self.logger = logger
    self.clock = clock
  }

  /// Reads until the end of the stream.
  ///
  /// - Parameter tell: takes the number of each of the first bad lines, and what is wrong with it.
  /// - Throws: ``SystemCallError``, what ``RunLogger/log(_:)`` throws.
  public mutating func read(from stream: FileDescriptor, tell: (Int, MetricLine.Problem) -> Void) throws {
    var buffer = [UInt8](repeating: 0, count: Self.bufferSize)
    while true {
      if !pending.isEmpty, isDue || !Self.hasInput(stream) { try flush() }
      let count: Int
      do {
        count = try buffer.withUnsafeMutableBytes { try stream.read(into: $0) }
      } catch let error as Errno {
        throw SystemCallError("read standard input", nil, error)
      }
      if count == 0 { break }
      take(buffer[..<count], tell)
    }
    if !rest.isEmpty {
      let before = pending.count
      take(line: rest[...], tell)
      wasCut = pending.count > before
    }
    try flush()
  }

  /// Whether there is anything that was kept back for long enough.
  private var isDue: Bool { pending.count >= Self.batch || ContinuousClock.now - pendingSince >= Self.age }

  private static func hasInput(_ stream: FileDescriptor) -> Bool {
    var request = pollfd(fd: stream.rawValue, events: Int16(POLLIN), revents: 0)
    return poll(&request, 1, patience) != 0
  }

  private mutating func take(_ bytes: ArraySlice<UInt8>, _ tell: (Int, MetricLine.Problem) -> Void) {
    var start = bytes.startIndex
    while let end = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) {
      if rest.isEmpty {
        take(line: bytes[start..<end], tell)
      } else {
        rest += bytes[start..<end]
        take(line: rest[...], tell)
        rest.removeAll(keepingCapacity: true)
      }
      start = end + 1
    }
    // Of a line without end no more is kept than shows that it is too long.
    if rest.count <= Self.lineLimit { rest += bytes[start...] }
  }

  private mutating func take(line: ArraySlice<UInt8>, _ tell: (Int, MetricLine.Problem) -> Void) {
    lines += 1
    do throws(MetricLine.Problem) {
      if line.count > Self.lineLimit { throw MetricLine.Problem(reason: "it is longer than 1 MiB") }
      let metrics = try MetricLine.metrics(in: line, at: clock.now())
      if pending.isEmpty { pendingSince = ContinuousClock.now }
      pending += metrics
    } catch {
      badLines += 1
      if badLines <= Self.toldLimit { tell(lines, error) }
    }
  }

  private mutating func flush() throws {
    if pending.isEmpty { return }
    var values = LoggedValues()
    values.metrics = pending
    try logger.log(values)
    pending.removeAll(keepingCapacity: true)
  }
}
