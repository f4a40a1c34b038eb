internal import CTracing
internal import MLTBase

/// One record of a spool, as `docs/design/capture.md` specifies them.
enum SpoolRecord {
  /// An access by a process of a scope (0: of the run itself).
  case event(AccessEvent, scope: UInt32)
  /// The command ended.
  case exited(ExitRecord)
  /// The keeper had to leave out this many records.
  case dropped(UInt64)
  /// A record that only other readers need, or of a kind that isn't known here.
  case other
}

/// A record's bytes, cut out of a spool and not interpreted yet.
struct SpoolRecordBytes {
  /// The record, header included.
  let bytes: UnsafeRawBufferPointer

  /// The largest record there is: two paths.
  static let sizeLimit = Int(MLT_RECORD_HEADER_SIZE) + 2 * (Int(MLT_PATH_LIMIT) + 1)

  /// The size that the record at the beginning of `bytes` claims; nil when there aren't enough bytes to tell.
  static func claimedSize(_ bytes: UnsafeRawBufferPointer) -> Int? {
    guard bytes.count >= 4 else { return nil }
    return Int(UInt32(littleEndian: bytes.loadUnaligned(as: UInt32.self)))
  }

  private func number<Number: FixedWidthInteger>(_ type: Number.Type, at offset: Int) -> Number? {
    guard offset >= 0, offset <= bytes.count - MemoryLayout<Number>.size else { return nil }
    return Number(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: Number.self))
  }

  private var payload: UnsafeRawBufferPointer.SubSequence { bytes[Int(MLT_RECORD_HEADER_SIZE)...] }

  /// The record's meaning; nil when its bytes contradict each other.
  func interpreted() -> SpoolRecord? {
    guard bytes.count >= Int(MLT_RECORD_HEADER_SIZE),
      let kind = number(UInt8.self, at: 4), let flags = number(UInt16.self, at: 6),
      let process = number(Int32.self, at: 8), let scope = number(UInt32.self, at: 12),
      let time = number(UInt64.self, at: 16), let firstSize = number(UInt32.self, at: 24)
    else { return nil }
    let payload = self.payload
    guard Int(firstSize) <= payload.count else { return nil }
    func first() -> [UInt8] { Array(payload.prefix(Int(firstSize))) }
    func second() -> [UInt8] { Array(payload.dropFirst(Int(firstSize))) }

    let what: AccessEvent.Kind
    switch mlt_record_kind(UInt32(kind)) {
    case MLT_RECORD_READ: what = .read(first())
    case MLT_RECORD_MISSED: what = .missed(first())
    case MLT_RECORD_WRITE: what = .write(first(), AccessEvent.WriteFlags(rawValue: flags))
    case MLT_RECORD_RENAMED: what = .renamed(from: first(), to: second(), exchanged: flags & 1 != 0)
    case MLT_RECORD_LINKED: what = .linked(from: first(), to: second())
    case MLT_RECORD_SYMLINKED: what = .symlinked(first(), target: second())
    case MLT_RECORD_REMOVED: what = .removed(first())
    case MLT_RECORD_REMOVED_FOLDER: what = .removedFolder(first())
    case MLT_RECORD_CREATED_FOLDER: what = .createdFolder(first())
    case MLT_RECORD_TRUNCATED: what = .truncated(first())
    case MLT_RECORD_EXECUTED: what = .executed(first(), isPrivileged: flags & 1 != 0)
    case MLT_RECORD_LISTED: what = .listed(first())
    case MLT_RECORD_CONNECTED: what = .connected(String(decoding: first(), as: UTF8.self))
    case MLT_RECORD_PREIMAGE:
      guard let id = ContentID(bytes: payload.dropFirst(Int(firstSize))) else { return nil }
      what = .preimage(first(), id)
    case MLT_RECORD_ELSEWHERE:
      guard let elsewhere = AccessEvent.Elsewhere(rawValue: flags) else { return .other }
      what = .elsewhere(elsewhere)
    case MLT_RECORD_EXITED: return exited(flags: flags, time: time)
    case MLT_RECORD_DROPPED:
      guard let count = number(UInt64.self, at: Int(MLT_RECORD_HEADER_SIZE)) else { return nil }
      return .dropped(count)
    default: return .other
    }
    return .event(AccessEvent(what, process: process, time: time), scope: scope)
  }

  private func exited(flags: UInt16, time: UInt64) -> SpoolRecord? {
    let start = Int(MLT_RECORD_HEADER_SIZE)
    guard let status = number(UInt64.self, at: start), let user = number(UInt64.self, at: start + 8),
      let system = number(UInt64.self, at: start + 16), let resident = number(UInt64.self, at: start + 24),
      let wall = number(UInt64.self, at: start + 32)
    else { return nil }
    let usage = CommandResult.Usage(
      user: Int64(clamping: user), system: Int64(clamping: system),
      maximumResidentSize: Int64(clamping: resident), wall: Int64(clamping: wall))
    return .exited(
      ExitRecord(
        termination: CommandResult.Termination(waitStatus: Int32(truncatingIfNeeded: status)), usage: usage,
        survivors: flags & UInt16(MLT_EXIT_SURVIVORS) != 0, isOutOfTime: flags & UInt16(MLT_EXIT_OUT_OF_TIME) != 0,
        isFollowed: flags & UInt16(MLT_EXIT_UNFOLLOWED) == 0, time: time))
  }
}

extension CommandResult.Termination {
  /// Reads a status as `wait(2)` gives it.
  init(waitStatus status: Int32) {
    let signal = status & 0x7F
    self = signal == 0 ? .exited(status >> 8 & 0xFF) : .signaled(signal, coreDumped: status & 0x80 != 0)
  }
}
