import Journaling
import MLTBase
import ProvenanceExchange
import SystemPackage
import TestSupport
import Testing

/// Runs that were never recorded.
enum Fixture {
  static func id(_ number: UInt8) throws -> RunID {
    try #require(RunID(bytes: [UInt8](repeating: number, count: RunID.byteCount)))
  }

  static func content(_ text: String) -> ContentID { ContentHasher.contentID(of: Array(text.utf8)) }

  /// A run from the first to the second second of 2026, with a number for an id.
  static func run(_ number: UInt8, status: RunStatus = .finished, exit: Int64 = 0) throws -> ExportedRun {
    let started = try #require(Timestamp("2026-01-01T00:00:01.5Z"))
    var run = ExportedRun(id: try id(number), component: "step \(number)", status: status, started: started)
    run.command = ["sh", "-c", "it's"]
    run.user = "Ada <ada@example.invalid>"
    run.host = "host 1"
    if status != .running {
      run.ended = Timestamp("2026-01-01T00:00:02.25Z")
      run.exit = exit
      run.evidence = .observed
    }
    return run
  }

  static func file(_ path: String, _ text: String? = nil, kind: ArtifactRecord.Kind = .file) -> ArtifactRecord {
    ArtifactRecord(
      path: path, kind: kind, content: kind == .uri ? nil : content(text ?? path), size: 10,
      count: kind == .tree ? 2 : nil, evidence: .observed)
  }

  /// What is written, as text.
  static func written(_ body: (DocumentOutput) throws -> Void) throws -> String {
    var bytes: [UInt8] = []
    let output = DocumentOutput { bytes.append(contentsOf: $0) }
    try body(output)
    try output.flush()
    return String(decoding: bytes, as: UTF8.self)
  }

  /// What is written, a value a line.
  static func lines(_ body: (DocumentOutput) throws -> Void) throws -> [JSON] {
    try written(body).split(separator: "\n").map { try JSON(parsing: String($0)) }
  }
}

extension JSON {
  /// An element of a list.
  subscript(place: Int) -> JSON? {
    guard let list = array, list.indices.contains(place) else { return nil }
    return list[place]
  }
}
