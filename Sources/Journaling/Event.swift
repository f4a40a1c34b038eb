public import MLTBase

/// One line of a journal: what happened, when, written by whom, after which event.
public struct Event: Hashable, Sendable {
  /// The most bytes of a line, without its newline.
  public static let maximumLineLength = 64 << 20
  /// The version of the common fields that this code writes.
  public static let currentVersion = 1

  /// The SHA-256 of the event's line without this id.
  public let id: ContentID
  /// The writer's event before this one; nil for its first.
  public let previous: ContentID?
  /// When it happened; within a writer strictly increasing.
  public let at: Timestamp
  /// Who wrote it.
  public let writer: WriterID
  /// The kind of event, as `run.started`.
  public let type: String
  /// The type's own fields, known and unknown.
  public let fields: JSONObject
  /// The version of the common fields.
  public let version: Int

  /// Reads the type's own fields as `Kind`.
  ///
  /// - Throws: ``FactError`` naming `type` if the event is of another type, `v` if its version isn't known, or the
  ///   field that is missing or malformed.
  public func fact<Kind: Fact>(_: Kind.Type = Kind.self) throws(FactError) -> Kind {
    guard type == Kind.type else { throw FactError("type") }
    guard version == Self.currentVersion else { throw FactError("v") }
    return try Kind(fields: fields)
  }
}

extension Event {
  private static let commonNames: Set<String> = ["at", "by", "id", "prev", "type", "v"]
  private static let opening = Array("{\"id\":\"".utf8)
  private static let idEnd = opening.count + ContentID.byteCount * 2

  /// Reads a line, without its newline, and checks it against its id.
  public init(line: [UInt8]) throws(EventError) {
    try self.init(owning: line)
  }

  /// Reads a line, without its newline, and checks it against its id.
  public init(line: UnsafeRawBufferPointer) throws(EventError) {
    guard line.count <= Self.maximumLineLength else { throw .lineTooLong }
    try self.init(owning: Array(line))
  }

  private init(owning bytes: consuming [UInt8]) throws(EventError) {
    var line = bytes
    let bodyStart = Self.idEnd + 1
    guard line.count <= Self.maximumLineLength else { throw .lineTooLong }
    guard line.count > bodyStart + 1, line.starts(with: Self.opening), line[Self.idEnd] == UInt8(ascii: "\""),
      line[bodyStart] == UInt8(ascii: ","),
      let digits = String(validating: line[Self.opening.count..<Self.idEnd], as: UTF8.self),
      let id = ContentID(hex: digits)
    else { throw .notAnEvent }
    // What is hashed is the object without its first member; a brace in the comma's place makes it just that.
    line[bodyStart] = UInt8(ascii: "{")
    let result: Result<JSON, EventError> = line.withUnsafeBytes { buffer in
      let body = UnsafeRawBufferPointer(rebasing: buffer[bodyStart...])
      guard ContentHasher.contentID(of: body) == id else { return .failure(.hashMismatch) }
      do throws(JSONError) {
        return .success(try JSON(parsing: body))
      } catch {
        return .failure(.malformed(error))
      }
    }
    guard let object = try result.get().object else { throw .notAnEvent }
    try self.init(id: id, object: object)
  }

  private init(id: ContentID, object: JSONObject) throws(EventError) {
    var own: [JSONObject.Member] = []
    own.reserveCapacity(object.members.count)
    var at: Timestamp?
    var writer: WriterID?
    var previous: ContentID?
    var type: String?
    var version: Int64?
    for member in object.members {
      switch member.key {
      case "at": at = member.value.string.flatMap { Timestamp($0) }
      case "by": writer = member.value.string.flatMap { WriterID(hex: $0) }
      case "prev":
        previous = member.value.string.flatMap { ContentID(hex: $0) }
        guard previous != nil else { throw .malformedField("prev") }
      case "type": type = member.value.string
      case "v": version = member.value.int
      case "id": throw .malformedField("id")
      default: own.append(member)
      }
    }
    guard let at else { throw .malformedField("at") }
    guard let writer else { throw .malformedField("by") }
    guard let type, !type.isEmpty else { throw .malformedField("type") }
    guard let version, version >= 1, version <= Int64(Int32.max) else { throw .malformedField("v") }
    self.init(
      id: id, previous: previous, at: at, writer: writer, type: type, fields: JSONObject(sorted: own),
      version: Int(version))
  }

  /// Makes the event that records `fields`, none of which has a common one's name (``commonName(in:)``), and its line with
  /// the newline.
  package static func encode(
    type: String, fields: JSONObject, at: Timestamp, writer: WriterID, previous: ContentID?
  ) -> (event: Event, line: [UInt8]) {
    var all = fields
    all["at"] = .string(at.description)
    all["by"] = .string(writer.hex)
    all["prev"] = previous.map { .string($0.hex) }
    all["type"] = .string(type)
    all["v"] = .int(Int64(currentVersion))
    let body = JSON.object(all).canonicalBytes
    let id = ContentHasher.contentID(of: body)
    var line = opening
    line.reserveCapacity(body.count + idEnd + 2)
    line += id.hex.utf8
    line += "\",".utf8
    line += body.dropFirst()
    line.append(UInt8(ascii: "\n"))
    let event = Event(
      id: id, previous: previous, at: at, writer: writer, type: type, fields: fields, version: currentVersion)
    return (event, line)
  }

  /// The first of the fields that has the name of a common one; nil if none has.
  package static func commonName(in fields: JSONObject) -> String? {
    fields.members.first { commonNames.contains($0.key) }?.key
  }
}
