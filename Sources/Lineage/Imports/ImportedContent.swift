internal import Journaling
internal import MLTBase
internal import ObjectStorage
internal import SystemPackage

/// Puts files and folders that lie elsewhere into the store, under the names that records are to have.
struct ImportedContent {
  let writer: ObjectWriter
  let monitor: Monitor

  /// What was stored, and what of a folder wasn't.
  struct Taken {
    var record: ArtifactRecord
    var skipped: [StoredTree.Skipped] = []
  }

  /// Stores what stands at a path; nil if nothing does that has content.
  ///
  /// - Parameters:
  ///   - file: the path.
  ///   - name: what the record is to call it.
  func take(_ file: FilePath, as name: String) throws -> Taken? {
    guard let status = try FileStatus(at: file) else { return nil }
    switch status.kind {
    case .special: return nil
    case .symbolicLink:
      let target = try FileOperations.linkTargetBytes(file)
      let content = try writer.addBytes(target)
      return Taken(
        record: ArtifactRecord(
          path: name, kind: .link, content: content, size: Int64(target.count), evidence: .declared, isStored: true))
    case .directory:
      let tree = try writer.addFolder(
        at: file, options: FolderOptions(progress: monitor.stored, isCancelled: monitor.isCancelled))
      return Taken(
        record: ArtifactRecord(
          path: name, kind: .tree, content: tree.content, size: tree.size, count: tree.count, evidence: .declared,
          isStored: true), skipped: tree.skipped)
    case .regular:
      let read = try writer.addFile(at: file)
      return Taken(
        record: ArtifactRecord(
          path: name, kind: .file, content: read.content, size: read.size, isExecutable: read.isExecutable,
          evidence: .declared, isStored: true))
    }
  }

  /// Stores what stands in a folder, each under its own name below `name`.
  func takeAll(in folder: FilePath, as name: String) throws -> [Taken] {
    guard try FileStatus(at: folder)?.kind == .directory else { return try take(folder, as: name).map { [$0] } ?? [] }
    return try Self.children(of: FileOperations.names(in: folder), as: name).compactMap { entry, path in
      try take(folder.appending(entry), as: path)
    }
  }

  /// What ``takeAll(in:as:)`` would store, as far as it can be listed.
  static func names(in folder: FilePath, as name: String) -> [(entry: FilePath.Component, path: String)] {
    children(of: (try? FileOperations.names(in: folder)) ?? [], as: name).filter { entry, _ in
      let kind = ((try? FileStatus(at: folder.appending(entry))) ?? nil)?.kind
      return kind != nil && kind != .special
    }
  }

  private static func children(
    of names: [FilePath.Component], as name: String
  ) -> [(entry: FilePath.Component, path: String)] {
    // Within folders the store itself leaves these out.
    names.filter { $0.kind == .regular && !TreeEntry.isReserved($0.bytes) }
      .sorted { $0.bytes.lexicographicallyPrecedes($1.bytes) }
      .map { ($0, PathText.encode(Array(name.utf8) + [UInt8(ascii: "/")] + $0.bytes)) }
  }
}
