internal import MLTBase

/// What MLflow writes down of where a dataset is: JSON that each kind of source has its own members in.
enum DatasetSource {
  private static let members = ["uri", "url", "path", "table_name", "resolved_path"]

  /// Returns the place that a source names: a URI or a path, else the source as it stands.
  static func place(_ source: String) -> String {
    guard let value = try? JSON(parsing: source), let object = value.object else { return source }
    for member in members {
      if let text = object[member]?.string, !text.isEmpty { return text }
    }
    return source
  }
}
