import MLTBase
import SystemPackage
import TestSupport
import Testing

/// A writer's events put together from the format page alone, with whatever clock and fields the test wishes.
struct HandmadeJournal {
  let writer: String
  private var lines: [[UInt8]] = []
  private var previous: String?

  init(writer: String) {
    self.writer = writer
  }

  /// The number of events.
  var count: Int { lines.count }
  /// The id of the last event, which the next one has to name.
  var lastID: String { previous ?? "" }

  /// Adds an event.
  ///
  /// - Parameter time: as it is written down, in UTC.
  mutating func add(_ type: String, _ fields: JSONObject, at time: String, version: Int64 = 1) {
    var object = fields
    object["at"] = .string(time)
    object["by"] = .string(writer)
    if let previous { object["prev"] = .string(previous) }
    object["type"] = .string(type)
    object["v"] = .int(version)
    add(body: JSON.object(object).canonicalBytes)
  }

  /// Adds a line whose hash is right, whatever its bytes are.
  mutating func add(body: [UInt8]) {
    let id = ContentHasher.contentID(of: body).hex
    lines.append(Array("{\"id\":\"\(id)\",".utf8) + body.dropFirst())
    previous = id
  }

  /// Adds a run that has ended.
  mutating func addRun(
    _ run: String, component: String = "step", reads: [JSONObject] = [], writes: [JSONObject] = [],
    from start: String, to end: String
  ) {
    add(
      "run.started",
      [
        "run": .string(run), "component": .string(component), "command": .array(["do"]), "directory": ".",
        "host": .string("host of \(writer.prefix(1))"), "user": "somebody",
      ], at: start)
    add(
      "run.ended",
      [
        "run": .string(run), "status": "finished", "exit": 0, "evidence": "observed",
        "inputs": .array(reads.map { .object($0) }), "outputs": .array(writes.map { .object($0) }), "environment": [:],
      ], at: end)
  }

  /// The events with some numbers, as text.
  func text(_ range: ClosedRange<Int>) -> [UInt8] {
    Array(lines[(range.lowerBound - 1)...(range.upperBound - 1)].joined(separator: [0x0A])) + [0x0A]
  }

  /// Puts events into a remote's folder, as a segment.
  ///
  /// - Parameter range: their numbers; all if nil.
  func put(_ range: ClosedRange<Int>? = nil, into share: FilePath, _ world: World) throws {
    let range = range ?? 1...lines.count
    func digits(_ number: Int) -> String {
      let text = String(number)
      return String(repeating: "0", count: 12 - text.utf8.count) + text
    }
    let folder = share.appending("journal").appending(writer)
    let name = "\(digits(range.lowerBound))-\(digits(range.upperBound)).jsonl"
    try FileOperations.createFolder(folder)
    try FileOperations.replace(folder.appending(name), with: text(range))
    try expectSuccess(world.shell("gzip -n \(name)", in: folder))
  }
}
