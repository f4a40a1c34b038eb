internal import MLTBase
internal import SystemPackage

/// What runs that were made again have made this time, for those that read it.
struct RemadeFiles {
  /// What a path holds now, against what it held.
  enum File {
    /// The recorded content.
    case same
    /// Another one, in this file.
    case other(FilePath)
    /// Nothing.
    case lacking
  }

  private struct Output {
    var before: ContentID?
    /// The file; nil if it wasn't made.
    var file: FilePath?
  }

  /// Of each run, what came out otherwise.
  private var changed: [RunID: [WorkPath: Output]] = [:]
  /// Of each run, the first path at which a content came out otherwise: a copy under another path is of the same content.
  private var paths: [RunID: [ContentID: WorkPath]] = [:]
  private var sources: [ContentID: FilePath] = [:]

  /// Notes an output that came out otherwise: what it had held, nil for an extra one, and where it is now, nil if nowhere.
  mutating func note(_ run: RunID, _ path: WorkPath, before: ContentID?, now: FilePath?) {
    changed[run, default: [:]][path] = Output(before: before, file: now)
    if let before, paths[run]?[before] == nil { paths[run, default: [:]][before] = path }
  }

  /// Notes where a content was made again.
  mutating func note(_ content: ContentID, at file: FilePath) {
    sources[content] = file
  }

  /// Whether something of a run came out otherwise.
  func hasChanges(_ run: RunID) -> Bool { changed[run]?.isEmpty == false }

  /// What stands in the place of an input that some runs may have made.
  func file(at path: WorkPath, _ content: ContentID, from runs: [RunID]) -> File {
    for run in runs.reversed() {
      guard let outputs = changed[run] else { continue }
      let own = outputs[path].flatMap { $0.before == content || $0.before == nil ? $0 : nil }
      let output = own ?? paths[run]?[content].flatMap { outputs[$0] }
      guard let output else { continue }
      return output.file.map { .other($0) } ?? .lacking
    }
    return .same
  }

  /// Files that runs hadn't made before, in a folder.
  func extra(below folder: WorkPath, from runs: [RunID]) -> [(WorkPath, FilePath)] {
    runs.flatMap { run in
      (changed[run] ?? [:]).compactMap { path, output in
        output.before == nil && path.isBelow(folder) ? output.file.map { (path, $0) } : nil
      }
    }.sorted { $0.0 < $1.0 }
  }

  /// A file with a content, made again.
  func source(of content: ContentID) -> FilePath? { sources[content] }
}
