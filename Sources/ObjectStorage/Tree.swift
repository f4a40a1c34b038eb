public import MLTBase

/// A folder's children, by name.
public struct Tree: Hashable, Sendable {
  /// The children, sorted by the bytes of their names, each name once.
  public let entries: [TreeEntry]
  /// The number of bytes of all files and links below.
  public let size: Int64
  /// The number of all files and links below.
  public let count: Int64

  /// Takes the children in any order.
  ///
  /// - Throws: ``StorageError/invalidTree(_:)`` if a name is illegal or there twice, or sizes and counts are impossible.
  public init(entries: [TreeEntry]) throws(StorageError) {
    do {
      try self.init(sorted: entries.sorted { $0.name.lexicographicallyPrecedes($1.name) })
    } catch {
      throw .invalidTree(error)
    }
  }

  init(sorted entries: [TreeEntry]) throws(TreeProblem) {
    var size: Int64 = 0
    var count: Int64 = 0
    var previous: [UInt8] = []
    for entry in entries {
      guard entry.hasLegalName else { throw .name(entry.name) }
      // A legal name isn't empty, so the first one comes after the empty `previous`.
      guard previous.lexicographicallyPrecedes(entry.name) else { throw .order(entry.name) }
      guard entry.size >= 0, entry.count >= 0, entry.mode == .tree || entry.count == 1 else {
        throw .figures(entry.name)
      }
      let (newSize, sizeOverflows) = size.addingReportingOverflow(entry.size)
      let (newCount, countOverflows) = count.addingReportingOverflow(entry.count)
      guard !sizeOverflows, !countOverflows else { throw .figures(entry.name) }
      size = newSize
      count = newCount
      previous = entry.name
    }
    self.entries = entries
    self.size = size
    self.count = count
  }

  /// The id: SHA-256 of ``canonicalBytes``.
  public var id: ContentID { ContentHasher.contentID(of: canonicalBytes) }

  /// The child of that name, nil if there is none.
  public subscript(name: [UInt8]) -> TreeEntry? {
    var low = 0
    var high = entries.count
    while low < high {
      let middle = (low + high) / 2
      if entries[middle].name.lexicographicallyPrecedes(name) { low = middle + 1 } else { high = middle }
    }
    return low < entries.count && entries[low].name == name ? entries[low] : nil
  }
}

extension TreeProblem: Error {}
