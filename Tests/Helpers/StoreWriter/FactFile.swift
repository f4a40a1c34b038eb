internal import MLTBase
internal import ObjectStorage
internal import SystemPackage
internal import TestSupport

/// Stands for a journal: lines `+ ID` for files that are wanted, `- ID` for those that aren't any more.
struct FactFile {
  let path: FilePath

  init(besides folder: FilePath) {
    path = folder.removingLastComponent().appending("facts")
  }

  /// The ids that are wanted.
  func wanted() throws -> Set<ContentID> {
    let text = String(decoding: try FileOperations.contents(of: path) ?? [], as: UTF8.self)
    var wanted: Set<ContentID> = []
    for line in text.split(separator: "\n") {
      let words = line.split(separator: " ")
      guard words.count > 1, let id = ContentID(hex: words[1]) else { continue }
      if words[0] == "+" { wanted.insert(id) } else { wanted.remove(id) }
    }
    return wanted
  }

  func append(_ lines: [String]) throws {
    let file = try FileDescriptor.open(
      path, .writeOnly, options: [.append, .create], permissions: FilePermissions(rawValue: 0o644))
    _ = try file.closeAfter { try file.writeAll(lines.map { $0 + "\n" }.joined().utf8) }
  }
}
