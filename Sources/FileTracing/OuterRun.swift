internal import CTracing

/// The run around this process, if there is one.
public enum OuterRun {
  /// Does something that the run around this process isn't to take for its own reading and writing.
  ///
  /// - Parameter scopeName: the name that the outer run's keeper serves, if there is one; without a keeper of that name
  ///   nobody follows.
  public static func unnoticed<Result>(scopeName: String?, _ body: () throws -> Result) rethrows -> Result {
    guard let scopeName, let scope = try? OuterScope(name: scopeName) else { return try body() }
    defer { _ = scope.end { _ in } }
    return try body()
  }
}
