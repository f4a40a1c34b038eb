internal import MLTBase

/// The files in a folder that DVC keeps, as its `.dir` object lists them.
public struct DVCListing: Hashable, Sendable {
  /// One file.
  public struct Member: Hashable, Sendable {
    /// The path's bytes from the folder.
    public var path: [UInt8]
    /// The content.
    public var hash: DVCHash
    /// Whether the owner may execute the file.
    public var isExecutable: Bool

    /// Takes the facts.
    public init(path: [UInt8], hash: DVCHash, isExecutable: Bool = false) {
      self.path = path
      self.hash = hash
      self.isExecutable = isExecutable
    }
  }

  /// The most bytes of a listing.
  public static let sizeLimit = 256 << 20

  /// The files, sorted by the bytes of their paths; none is another's folder.
  public let members: [Member]

  /// Takes files in any order, as DVC wrote or a walk found them.
  ///
  /// - Throws: ``DVCProblem/Reason/malformedListing(_:)`` for a path that occurs twice, is another's folder, leads out of
  ///   the folder or has a name that can't be written.
  public init(_ members: [Member]) throws(DVCProblem.Reason) {
    let sorted = members.sorted { $0.path.lexicographicallyPrecedes($1.path) }
    var paths: Set<[UInt8]> = []
    for member in sorted {
      guard DVCPath.isPlain(member.path) else {
        throw .malformedListing("path '\(PathText.encode(member.path))' can't be written")
      }
      guard paths.insert(member.path).inserted else {
        throw .malformedListing("path '\(PathText.encode(member.path))' occurs twice")
      }
    }
    for member in sorted {
      var folder = DVCPath.parent(of: member.path)
      while !folder.isEmpty {
        if paths.contains(folder) {
          throw .malformedListing("'\(PathText.encode(folder))' is both a file and a folder")
        }
        folder = DVCPath.parent(of: folder)
      }
    }
    self.members = sorted
  }

  /// Reads the bytes of a `.dir` object.
  ///
  /// - Throws: ``DVCProblem/Reason/malformedListing(_:)``, ``DVCProblem/Reason/malformedHash(_:)``.
  public init(parsing bytes: [UInt8], _ algorithm: DVCHash.Algorithm) throws(DVCProblem.Reason) {
    let json: JSON
    do throws(JSONError) {
      json = try JSON(parsing: bytes)
    } catch {
      throw .malformedListing("\(error)")
    }
    guard let entries = json.array else { throw .malformedListing("it is not a JSON array") }
    var members: [Member] = []
    members.reserveCapacity(entries.count)
    for entry in entries {
      guard let path = entry["relpath"]?.string, let field = entry["md5"]?.string else {
        throw .malformedListing("an entry has no 'md5' or no 'relpath'")
      }
      guard let hash = DVCHash(field, algorithm: algorithm), !hash.isFolder else {
        throw .malformedHash(PathText.encode(field.utf8))
      }
      members.append(
        Member(path: Array(path.utf8), hash: hash, isExecutable: entry["isexec"]?.bool ?? false))
    }
    try self.init(members)
  }

  /// The hash that DVC gives a folder with these files; nil if a name isn't text, which DVC can't list.
  public func hash(_ algorithm: DVCHash.Algorithm) -> DVCHash? {
    // Python's `json.dumps` of a list of objects, sorted by path and by key, with everything but ASCII escaped.
    var text = Array("[".utf8)
    for (index, member) in members.enumerated() {
      guard let path = String(validating: member.path, as: UTF8.self) else { return nil }
      if index > 0 { text += ", ".utf8 }
      text += "{\"md5\": \"\(member.hash.digits)\", \"relpath\": \"".utf8
      for unit in path.utf16 {
        switch unit {
        case 0x22: text += "\\\"".utf8
        case 0x5C: text += "\\\\".utf8
        case 0x08: text += "\\b".utf8
        case 0x09: text += "\\t".utf8
        case 0x0A: text += "\\n".utf8
        case 0x0C: text += "\\f".utf8
        case 0x0D: text += "\\r".utf8
        case 0x20...0x7E: text.append(UInt8(unit))
        default: text += "\\u\(Hex.encode([UInt8(unit >> 8), UInt8(unit & 0xFF)]))".utf8
        }
      }
      text += "\"}".utf8
    }
    text += "]".utf8
    return DVCHasher.folder(text, algorithm)
  }
}
