/// What names a stage in a project: the file that declares it, and its name there.
public struct StageID: Hashable, Sendable, CustomStringConvertible {
  /// The pipeline file's path from the root.
  public var file: String
  /// The name, for one of many that a declaration makes with what follows `@`.
  public var name: String

  /// Takes file and name.
  public init(file: String, name: String) {
    self.file = file
    self.name = name
  }

  /// The name alone for a file at the root, else the file, a colon and the name.
  public var description: String { file.contains("/") ? "\(file):\(name)" : name }
}
