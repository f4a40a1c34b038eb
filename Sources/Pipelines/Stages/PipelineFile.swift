/// What one pipeline file declares beside its stages.
public struct PipelineFile: Hashable, Sendable {
  /// A thing with a name of its own.
  public struct Artifact: Hashable, Sendable {
    /// The name.
    public var name: String
    /// What it is.
    public var location: Location
    /// What it is, in words.
    public var description: String?
    /// What kind of thing it is, in words.
    public var type: String?
    /// Words to find it by.
    public var labels: [String]
    /// Anything that people or other tools note.
    public var meta: PipelineValue?
  }

  /// Something to draw.
  public struct Plot: Hashable, Sendable {
    /// The name, or the path of what is drawn.
    public var name: String
    /// `x`, `y`, `x_label`, `y_label`, `title`, `template`.
    public var properties: PipelineMap
  }

  /// The path from the root.
  public var path: String
  /// The declarations that make many stages, with what they make, in order.
  public var groups: [String: [StageID]] = [:]
  /// Files with parameters.
  public var parameters: [Location] = []
  /// Files with metrics.
  public var metrics: [Location] = []
  /// What to draw.
  public var plots: [Plot] = []
  /// Things with names.
  public var artifacts: [Artifact] = []
  /// Sets of data, as they are written.
  public var datasets: PipelineValue?

  /// The folder that paths are taken from; empty for the root.
  public var folder: String { Self.folder(of: path) }

  static func folder(of path: String) -> String {
    path.lastIndex(of: "/").map { String(path[..<$0]) } ?? ""
  }
}
