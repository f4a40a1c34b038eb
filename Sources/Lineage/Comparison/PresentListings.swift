internal import MLTBase
internal import ObjectStorage

/// The listings of folders as they stand in the work tree, walked when one is first asked for.
final class PresentListings {
  private let catalog: ContentCatalog
  private var known: [ContentID: Tree] = [:]
  private var walked: Set<WorkPath> = []

  init(_ catalog: ContentCatalog) {
    self.catalog = catalog
  }

  func listing(_ content: ContentID, _ path: WorkPath) throws -> Tree? {
    if known[content] == nil, walked.insert(path).inserted {
      known.merge(try catalog.listings(of: path).all) { $1 }
    }
    return known[content]
  }
}
