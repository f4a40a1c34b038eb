internal import GRDB
public import MLTBase

extension LineageIndex {
  /// Whether anything was ever purged.
  public func hasPurged() throws(IndexError) -> Bool {
    try read { db in try db.first("SELECT 1 FROM purged LIMIT 1", []) { _ in true } ?? false }
  }

  /// The labels on account of which a content was purged, sorted; whether they are retracted still isn't asked.
  public func purgeLabels(of content: ContentID) throws(IndexError) -> [String] {
    try read { db in
      try db.all("SELECT label FROM purged WHERE content = ? ORDER BY label", [.id(content)]) { try $0.text(0) }
    }
  }

  /// All contents that were ever purged.
  public func purgedContents() throws(IndexError) -> Set<ContentID> {
    try read { db in Set(try db.all("SELECT DISTINCT content FROM purged", []) { try $0.content(0) }) }
  }

  /// The contents that were purged on account of some labels.
  public func purgedContents(labels: Set<String>) throws(IndexError) -> Set<ContentID> {
    if labels.isEmpty { return [] }
    return try read { db in
      var contents: Set<ContentID> = []
      try db.each("SELECT content, label FROM purged", []) { row in
        if labels.contains(try row.text(1)) { contents.insert(try row.content(0)) }
        return true
      }
      return contents
    }
  }
}
