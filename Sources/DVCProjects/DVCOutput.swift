/// One output of a DVC project: a path with the content that it is to have.
public struct DVCOutput: Hashable, Sendable {
  /// The path's bytes from the project's root, normal.
  public var path: [UInt8]
  /// The content.
  public var hash: DVCHash
  /// The size in bytes, as DVC noted it.
  public var size: Int64?
  /// How many files a folder holds, as DVC noted it.
  public var count: Int64?
  /// Whether the owner may execute the file.
  public var isExecutable: Bool
  /// The file that names the output, by its path's text from the project's root.
  public var file: String
  /// The line where the output begins.
  public var line: Int?
  /// The stage that makes it; nil for a `.dvc` file's.
  public var stage: String?
  /// Where an imported output came from.
  public var source: DVCSource?
}

/// Where DVC had got an imported output from.
public struct DVCSource: Hashable, Sendable {
  /// The repository or the thing itself: a URL, perhaps with credentials, or a path.
  public var place: String
  /// The path in a repository.
  public var path: String?
  /// The repository's commit, or what was asked for if none was noted.
  public var commit: String?
}

/// A stage that a DVC project has a record of.
public struct DVCStage: Hashable, Sendable {
  /// The name.
  public var name: String
  /// The `dvc.lock` that has it, by its path's text from the project's root.
  public var file: String
}

/// All that a DVC project says of its outputs.
public struct DVCContents: Sendable {
  /// The outputs that DVC keeps, sorted by path; none lies in another.
  public var outputs: [DVCOutput] = []
  /// Paths of outputs that are left to git (`cache: false`), sorted.
  public var leftToGit: [[UInt8]] = []
  /// The stages that have run, sorted by file and name.
  public var stages: [DVCStage] = []
  /// What couldn't be taken, in the order of the walk.
  public var problems: [DVCProblem] = []
}
