internal import GitAccess
internal import MLTBase
internal import ObjectStorage
internal import Pipelines
internal import SystemPackage

/// The texts of what is staged, for pipelines.
final class StagedFiles: ProjectFiles {
  private let state: StagedState
  /// The paths that were asked for, there or not.
  private(set) var asked: Set<String> = []

  init(state: StagedState) {
    self.state = state
  }

  func read(_ path: String, limit: Int) -> FileText {
    asked.insert(path)
    let workTree = WorkTreeFiles(root: state.workspace.root)
    guard !path.hasPrefix("/"), !path.hasPrefix("../"), path != ".." else { return workTree.read(path, limit: limit) }
    do {
      return try read(WorkPath(normal: path.isEmpty ? [UInt8(ascii: ".")] : Array(path.utf8)), limit: limit)
        ?? workTree.read(path, limit: limit)
    } catch GitError.blobTooLarge, StorageError.tooLarge {
      return .tooLarge
    } catch {
      return .unreadable("\(error)")
    }
  }

  /// What git or the lock file have; nil for what is to be read from the work tree.
  private func read(_ path: WorkPath, limit: Int) throws -> FileText? {
    if let file = try state.repository.stagedFile(at: path.bytes) {
      // A link leads to where it leads in the work tree.
      if file.kind == .link { return nil }
      return try state.repository.stagedBytes(at: path.bytes, limit: limit).map { .bytes($0) } ?? .folder
    }
    if state.lock[path] != nil || state.lock.tree(around: path) != nil, let content = try state.content(of: path) {
      let store = try state.workspace.store
      if try store.containsFile(content) { return .bytes(try store.contents(of: content, limit: limit)) }
      return nil
    }
    if try state.isFolder(path) { return .folder }
    return try state.isLeftAlone(path) ? nil : .missing
  }
}

/// The texts of a commit before, for pipelines.
struct CommittedFiles: ProjectFiles {
  let state: StagedState
  let parent: StagedState.Parent

  func read(_ path: String, limit: Int) -> FileText {
    let staged = StagedFiles(state: state)
    let place = WorkPath(normal: Array(path.utf8))
    // What didn't change is as it is now.
    guard !path.isEmpty, !path.hasPrefix("/"), !path.hasPrefix(".."), parent.changed.contains(place) else {
      return staged.read(path, limit: limit)
    }
    do {
      if let bytes = try state.repository.blob(at: place.bytes, commit: parent.commit, limit: limit) {
        return .bytes(bytes)
      }
      guard let entry = parent.lock[place] else { return .missing }
      let store = try state.workspace.store
      return try store.containsFile(entry.content) ? .bytes(store.contents(of: entry.content, limit: limit)) : .missing
    } catch GitError.blobTooLarge, StorageError.tooLarge {
      return .tooLarge
    } catch {
      return .unreadable("\(error)")
    }
  }
}
