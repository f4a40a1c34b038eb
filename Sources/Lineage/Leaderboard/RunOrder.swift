public import LineageIndexing

/// What runs are sorted by, as people write it: `metrics.f1:desc`, `params.depth`, `start_time DESC`.
public enum RunOrder {
  /// Reads what runs are sorted by, the most important first.
  ///
  /// - Throws: ``LeaderboardError/sortKey(_:)``, ``LeaderboardError/repeatedSortKey(_:)``.
  public static func keys(_ texts: [String]) throws(LeaderboardError) -> [RunSortKey] {
    var keys: [RunSortKey] = []
    for text in texts {
      let key = try key(text)
      if keys.contains(where: { $0.field == key.field }) { throw .repeatedSortKey(key.field.description) }
      keys.append(key)
    }
    return keys
  }

  /// Reads one name with its direction; the least comes first if nothing is said.
  ///
  /// - Throws: ``LeaderboardError/sortKey(_:)``.
  public static func key(_ text: String) throws(LeaderboardError) -> RunSortKey {
    var name = text
    var isDescending = false
    for (ending, descends) in [(":desc", true), (":asc", false), (" desc", true), (" asc", false)]
    where name.count > ending.count && name.lowercased().hasSuffix(ending) {
      name.removeLast(ending.count)
      isDescending = descends
      break
    }
    while name.last == " " { name.removeLast() }
    guard let field = FieldName.field(name) else { throw .sortKey(text) }
    return RunSortKey(field, isDescending: isDescending)
  }
}
