internal import Journaling
internal import MLTBase
internal import ObjectStorage

/// Builds the trees of a folder from the files in it that are known, not from all that stand there.
struct TreeAssembly {
  private final class Node {
    var files: [TreeEntry] = []
    var folders: [[UInt8]: Node] = [:]
  }

  private let top = Node()

  /// Adds a file at the names on the way from the folder.
  func add(_ components: [[UInt8]], _ identity: ContentCatalog.Identity) {
    guard let name = components.last else { return }
    var node = top
    for component in components.dropLast() {
      let next = node.folders[component] ?? Node()
      node.folders[component] = next
      node = next
    }
    let mode: TreeEntry.Mode =
      switch identity.kind {
      case .link: .link
      default: identity.isExecutable ? .executable : .file
      }
    node.files.append(TreeEntry(mode: mode, content: identity.content, size: identity.size, count: 1, name: name))
  }

  /// Puts the trees into the store, the deepest first, and returns the top one.
  func store(with writer: ObjectWriter) throws -> Tree {
    try build(top) { _ = try writer.addTree($0) }
  }

  /// Returns the top tree, storing none.
  func tree() throws -> Tree { try build(top) { _ in } }

  // Folders are as deep as a path can be long, so that recursion is bounded by the system's own limit (4096 bytes).
  private func build(_ node: Node, _ visit: (Tree) throws -> Void) throws -> Tree {
    var entries = node.files
    for (name, child) in node.folders {
      let tree = try build(child, visit)
      entries.append(TreeEntry(mode: .tree, content: tree.id, size: tree.size, count: tree.count, name: name))
    }
    let tree = try Tree(entries: entries)
    try visit(tree)
    return tree
  }
}
