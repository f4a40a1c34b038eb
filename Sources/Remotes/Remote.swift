internal import Glibc
internal import Journaling
public import MLTBase
internal import ObjectStorage
public import SystemPackage

/// A place that clones of a repository share journals and objects through (`docs/design/remote-format.md`).
///
/// Any number of processes may use one at once. None waits for another, and one that is killed leaves at most temporary files
/// and objects that nobody names yet.
public final class Remote: Sendable {
  /// The version of the format that this code reads and writes.
  public static let formatVersion: Int64 = 1

  /// Which remote this is, wherever it may be reached.
  public let id: RemoteToken

  let transport: any Transport
  let index: RemoteIndex
  let clock: WallClock

  // How often an operation looks again at a remote that changes under it.
  static let attempts = 8
  // An event dated later than this after the present isn't shared.
  private static let futureLimit: Int64 = 48 * 3600 * 1_000_000

  /// Opens a remote and reads which it is.
  ///
  /// - Parameters:
  ///   - transport: how it is reached.
  ///   - cache: a folder for what is worth keeping of remotes, such as `.mlt/remotes`; each has a folder of its own in it.
  ///     It is made when needed, may be deleted at any time, and nothing fails if it can't be written.
  ///   - clock: the present, against which events from the future are held.
  /// - Throws: ``RemoteError/notARemote`` if it has no `format`, ``RemoteError/malformed(_:)``,
  ///   ``RemoteError/unsupportedVersion(_:found:supported:)``, ``RemoteError/transport(_:)``.
  public init(_ transport: any Transport, cache: FilePath, clock: WallClock = .system) throws(RemoteError) {
    self.transport = transport
    self.clock = clock
    guard let id = try Self.identity(transport) else { throw .notARemote }
    self.id = id
    index = RemoteIndex(cache: cache.appending(id.hex))
  }

  /// Makes a remote where there is none; one that is there already stays as it is.
  ///
  /// - Throws: as ``init(_:cache:clock:)``.
  public static func create(_ transport: any Transport) throws(RemoteError) {
    if try identity(transport) != nil { return }
    let text = "\(header)\(formatVersion)\nid \(RemoteToken.random())\n"
    _ = try reaching { () throws(TransportError) in try transport.put(.format, Array(text.utf8)) }
    // Somebody else may have been first.
    guard try identity(transport) != nil else { throw .malformed(.format) }
  }

  private static let header = "mlt remote "
  // Version and identity; a version of more digits makes it no shorter.
  private static let formatLength = header.utf8.count + 2 + 3 + 32 + 1

  // Nil if there is no format.
  private static func identity(_ transport: any Transport) throws(RemoteError) -> RemoteToken? {
    var bytes: [UInt8] = []
    do throws(TransportError) {
      try transport.read([ReadRequest(.format, offset: 0, count: formatLength)]) { _, read in
        bytes = read
        return true
      }
    } catch .missing {
      return nil
    } catch .truncated {
      throw .malformed(.format)
    } catch {
      throw .transport(error)
    }
    guard let text = String(validating: bytes, as: UTF8.self) else { throw .malformed(.format) }
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    guard lines[0].hasPrefix(header), let found = Int64(lines[0].dropFirst(header.utf8.count)), found >= 1 else {
      throw .malformed(.format)
    }
    guard found <= formatVersion else {
      throw .unsupportedVersion(.format, found: found, supported: formatVersion)
    }
    guard lines.count == 3, lines[1].hasPrefix("id "), let id = RemoteToken(hex: lines[1].dropFirst(3)) else {
      throw .malformed(.format)
    }
    return id
  }

  /// The latest time that an event may have to be shared.
  var latestEvent: Timestamp {
    let (time, overflow) = clock.now().microseconds.addingReportingOverflow(Self.futureLimit)
    return Timestamp(microseconds: overflow ? .max : time)
  }

  /// The names of all segments, by writer.
  func segments() throws(RemoteError) -> [WriterID: [SegmentCoverage.Range: RemoteEntry]] {
    var segments: [WriterID: [SegmentCoverage.Range: RemoteEntry]] = [:]
    for entry in try reaching({ () throws(TransportError) in try transport.list(.journal) }) {
      guard case .segment(let writer, let first, let last) = entry.name else { continue }
      segments[writer, default: [:]][SegmentCoverage.Range(first: first, last: last)] = entry
    }
    return segments
  }

  /// Reads a segment; nil if it is gone.
  func segment(
    _ writer: WriterID, _ range: SegmentCoverage.Range, _ entry: RemoteEntry
  ) throws(RemoteError) -> JournalSegment? {
    do throws(TransportError) {
      let bytes = try transport.read(entry.name, size: entry.size, limit: JournalSegment.packedLimit)
      return JournalSegment(writer: writer, first: range.first, last: range.last, bytes: bytes)
    } catch .missing {
      return nil
    } catch .truncated, .tooLarge {
      // As one that can't be unpacked: its writer's events end here, others' go on.
      return JournalSegment(writer: writer, first: range.first, last: range.last, bytes: [])
    } catch {
      throw .transport(error)
    }
  }
}
