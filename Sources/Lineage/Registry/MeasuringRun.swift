public import Journaling
public import LineageIndexing
public import MLTBase

/// A run that logged metrics about an artifact: the one that made it, or one that read it.
public struct MeasuringRun: Sendable {
  /// The run.
  public var run: RunRecord
  /// Whether it made the artifact.
  public var isMaker: Bool
  /// The data that it read besides the artifact, by path: what isn't code or settings.
  public var data: [ArtifactRecord]

  /// The data's contents; nil if none are known, or not all: then nobody knows what it was measured on.
  public var basis: Set<ContentID>? { Self.basis(of: data) }

  static func basis(of data: [ArtifactRecord]) -> Set<ContentID>? {
    let contents = data.compactMap(\.content)
    return contents.isEmpty || contents.count < data.count ? nil : Set(contents)
  }
}

/// Finds the runs that measured artifacts.
struct MeasuringRuns {
  let index: LineageIndex
  let finder: OriginFinder
  let walk: TraceWalk

  init(_ workspace: Workspace) throws {
    index = try workspace.index
    finder = try workspace.originFinder()
    walk = TraceWalk(index: index, finder: finder, depth: nil)
  }

  /// The runs that measured an artifact, the latest first; only those that ended well.
  ///
  /// All that made the same bytes are its makers. A run that read it and wrote where it stands has made something else of it, and
  /// measured that.
  func measuring(_ artifact: ArtifactRecord, madeBy maker: RunID?) throws -> [MeasuringRun] {
    // Of very little content the place counts as well: others have it by chance.
    func isIt(_ other: ArtifactRecord) -> Bool { Subject(other) == Subject(artifact) || artifact.kind == .tree }
    var makers = Set(maker.map { [$0] } ?? [])
    if let content = artifact.content {
      makers.formUnion(try index.writers(content: content).filter { isIt($0.artifact) }.map(\.run))
    }
    let readers = try walk.readers(of: artifact).filter { isIt($0.input) || $0.input.kind == .tree }.map(\.run)
    return try makers.union(readers).compactMap { run -> MeasuringRun? in
      guard let record = try index.run(run), !record.isDeleted, record.status == .finished,
        !record.metricsLatest.isEmpty
      else { return nil }
      let isMaker = makers.contains(run)
      if !isMaker, try index.files(of: run, role: .output).contains(where: { $0.path == artifact.path }) {
        return nil
      }
      return MeasuringRun(run: record, isMaker: isMaker, data: try data(of: run, besides: artifact))
    }.sorted { ($0.run.ended ?? $0.run.started, $0.run.id) > ($1.run.ended ?? $1.run.started, $1.run.id) }
  }

  private func data(of run: RunID, besides artifact: ArtifactRecord) throws -> [ArtifactRecord] {
    try index.files(of: run, role: .input).filter { input in
      let isIt = input.content == artifact.content && (input.content != nil || input.path == artifact.path)
      if try isIt || finder.shareContent(input, artifact) { return false }
      // Small tables are kept in git as well; what git doesn't keep was read as data, whatever it is called.
      return !(input.isInGit || input.isModified) || !Self.isCode(input.path)
    }
  }

  /// What files of code and settings end in.
  private static let codeSuffixes: Set<String> = [
    "c", "cfg", "conf", "cpp", "go", "ini", "ipynb", "java", "jl", "lock", "md", "py", "pyc", "r", "rs", "scala", "sh",
    "sql", "swift", "toml", "yaml", "yml",
  ]

  static func isCode(_ path: String) -> Bool {
    let name = path.split(separator: "/").last ?? ""
    guard let dot = name.lastIndex(of: ".") else { return false }
    return codeSuffixes.contains(name[name.index(after: dot)...].lowercased())
  }
}
