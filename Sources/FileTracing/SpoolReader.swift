internal import MLTBase
public import SystemPackage

/// The command's end, as a spool tells it.
public struct ExitRecord: Hashable, Sendable {
  /// How the command ended.
  public var termination: CommandResult.Termination
  /// What it used.
  public var usage: CommandResult.Usage
  /// Whether descendants were still alive.
  public var survivors: Bool
  /// Whether the command was ended because it had run for as long as it may.
  public var isOutOfTime: Bool
  /// Whether the command's file accesses stand in the same spool.
  public var isFollowed: Bool
  /// The moment on the monotonic clock, in nanoseconds.
  public var time: UInt64

  /// Takes the facts.
  public init(
    termination: CommandResult.Termination, usage: CommandResult.Usage, survivors: Bool, isOutOfTime: Bool = false,
    isFollowed: Bool = true, time: UInt64
  ) {
    self.termination = termination
    self.usage = usage
    self.survivors = survivors
    self.isOutOfTime = isOutOfTime
    self.isFollowed = isFollowed
    self.time = time
  }
}

/// A spool that a run left behind, read after the fact.
///
/// A torn end, as a crash of the machine leaves it, is passed over; the whole records before it count.
public struct SpoolReader: Sendable {
  /// The accesses up to the command's end, in order; those of inner runs left out.
  public private(set) var events: [AccessEvent] = []
  /// The accesses by descendants after the command's end.
  public private(set) var lateEvents: [AccessEvent] = []
  /// The command's end; nil if it isn't in the spool.
  public private(set) var exit: ExitRecord?
  /// The number of events that couldn't be written.
  public private(set) var droppedEvents = 0
  /// Whether bytes were met that are no record, so that later records are missing.
  public private(set) var isBroken = false

  /// Reads a whole spool.
  ///
  /// - Throws: ``TracingError/notASpool(_:)`` when the file has no header of a known version;
  ///   ``TracingError/system(_:)`` when it can't be opened.
  public init(_ path: FilePath) throws(TracingError) {
    let descriptor: FileDescriptor
    do {
      descriptor = try FileDescriptor.open(path, .readOnly, options: [.closeOnExec])
    } catch {
      throw .system(SystemCallError("open", path, error as? Errno ?? .ioError))
    }
    defer { try? descriptor.close() }  // nothing was written, so closing has nothing to report
    guard SpoolCursor.isSpool(descriptor) else { throw .notASpool(path) }
    var cursor = SpoolCursor(descriptor)
    cursor.drain { record in
      switch record {
      case .event(let event, scope: 0):
        if exit == nil { events.append(event) } else { lateEvents.append(event) }
      case .exited(let record): exit = record
      case .dropped(let count): droppedEvents = Int(clamping: count)
      case .event, .other: break
      }
    }
    isBroken = cursor.isBroken
  }
}
