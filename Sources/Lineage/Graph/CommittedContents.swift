internal import GitAccess
internal import MLTBase

/// What git had at paths of the work tree, asked once for each path of a commit.
final class CommittedContents {
  private struct Place: Hashable {
    var path: String
    var commit: String
  }

  // Larger files aren't compared: whoever commits one can wait for no answer here.
  private static let sizeLimit = 64 << 20

  private let repository: GitRepository
  private var known: [Place: ContentID?] = [:]

  init(_ repository: GitRepository) {
    self.repository = repository
  }

  /// Whether a commit has a content at a path; false if the commit isn't here.
  func has(_ content: ContentID, at path: String, commit: String) -> Bool {
    let place = Place(path: path, commit: commit)
    if let found = known[place] { return found == content }
    // What git can't tell isn't known: then the content counts as that of the run that wrote it.
    let bytes = WorkPath(text: path).flatMap { path in
      (try? repository.blob(at: path.bytes, commit: commit, limit: Self.sizeLimit)) ?? nil
    }
    let found = bytes.map { $0.withUnsafeBytes { ContentHasher.contentID(of: $0) } }
    known[place] = .some(found)
    return found == content
  }
}

extension Workspace {
  /// Begins to find where things came from.
  func originFinder() throws -> OriginFinder {
    OriginFinder(index: try index, store: try store, commits: repository.map { CommittedContents($0) })
  }
}
