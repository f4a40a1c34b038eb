/// Gathers many files of one folder, so that a run's record names the folder once.
///
/// A folder that is tracked as a tree, or more than ``limit`` files that lie together, become one tree; the rest stay
/// files. `docs/decisions/0002-trees-by-number.md` says why a folder that the run merely made does not.
package struct FileGrouping {
  /// How many files of one folder are still named one by one.
  package static let limit = 64

  /// The files that are named one by one.
  package private(set) var single: [WorkPath] = []
  /// The files of each tree.
  package private(set) var trees: [WorkPath: [WorkPath]] = [:]

  /// Groups `paths`; `trackedTree` tells the tracked tree that a path lies in.
  package init(_ paths: [WorkPath], trackedTree: (WorkPath) -> WorkPath?) {
    var rest: [WorkPath] = []
    var tracked: [WorkPath: [WorkPath]] = [:]
    for path in paths {
      if let tree = trackedTree(path) { tracked[tree, default: []].append(path) } else { rest.append(path) }
    }
    for (tree, files) in tracked {
      if files.count > Self.limit { trees[tree] = files } else { single += files }
    }
    group(rest)
    single.sort()
    for key in trees.keys { trees[key]?.sort() }
  }

  // How many files lie below each folder, at any depth; then from the deepest folders up, each that holds more than
  // the limit which no deeper folder has taken becomes a tree.
  private mutating func group(_ paths: [WorkPath]) {
    guard paths.count > Self.limit else {
      single += paths
      return
    }
    var below: [WorkPath: [WorkPath]] = [:]
    for path in paths {
      guard let parent = path.parent else {
        single.append(path)
        continue
      }
      below[parent, default: []].append(path)
    }
    var byDepth: [Int: [WorkPath]] = [:]
    for folder in below.keys { byDepth[folder.components.count, default: []].append(folder) }
    var depth = byDepth.keys.max() ?? 0
    while depth >= 0 {
      for folder in byDepth[depth] ?? [] {
        guard let files = below.removeValue(forKey: folder) else { continue }
        guard let parent = folder.parent, !folder.isRoot else {
          single += files
          continue
        }
        if files.count > Self.limit {
          trees[folder] = files
          continue
        }
        if below[parent] == nil { byDepth[depth - 1, default: []].append(parent) }
        below[parent, default: []] += files
      }
      depth -= 1
    }
    // A tree that lies in other trees is part of the outermost, which itself stays.
    for (folder, files) in trees {
      let around = trees.keys.filter { folder.isBelow($0) }
      guard let outer = around.min(by: { $0.bytes.count < $1.bytes.count }) else { continue }
      trees[outer, default: []] += files
      trees[folder] = nil
    }
  }
}
