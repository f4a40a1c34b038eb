import Journaling
import MLTBase
import Remotes

/// A writer's lines put together from the format page alone, right or wrong as the test wishes.
struct HandmadeChain {
  let writer: WriterID
  var lines: [[UInt8]] = []
  private var previous: ContentID?
  private var time: Int64 = 1_700_000_000_000_000

  init(_ writer: WriterID) {
    self.writer = writer
  }

  mutating func add(
    type: String = "run.annotated", fields: [String: JSON] = ["run": .string("00000000000000000000000000000001")],
    version: Int64 = 1, by other: WriterID? = nil, at text: String? = nil, previous other2: ContentID? = nil
  ) {
    time += 1
    var object = JSONObject()
    for (key, value) in fields { object[key] = value }
    object["at"] = .string(text ?? Timestamp(microseconds: time).description)
    object["by"] = .string((other ?? writer).hex)
    object["prev"] = (other2 ?? previous).map { .string($0.hex) }
    object["type"] = .string(type)
    object["v"] = .int(version)
    add(body: JSON.object(object).canonicalBytes)
  }

  /// Adds a line whose hash is right, whatever its bytes are.
  mutating func add(body: [UInt8]) {
    let id = ContentHasher.contentID(of: body)
    lines.append(Array("{\"id\":\"\(id.hex)\",".utf8) + body.dropFirst())
    previous = id
  }

  var name: RemoteName { .segment(writer, first: 1, last: Int64(lines.count)) }

  /// The lines from number `first` on as a segment's bytes.
  func packed(from first: Int = 1) throws -> [UInt8] {
    var packer = SegmentPacker(writer: writer, first: Int64(first))
    for line in lines[(first - 1)...] { packer.append(line) }
    return try packer.finish().bytes
  }
}
