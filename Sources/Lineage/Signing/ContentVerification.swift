internal import Journaling
internal import MLTBase
internal import ObjectStorage

/// Reads the bytes of artifacts, each content once, and tells which aren't what they were.
struct ContentVerification {
  private let store: ObjectStore
  private let progress: (_ done: Int64, _ total: Int64) throws -> Void
  private var done: Int64 = 0
  private let total: Int64
  private var seen: Set<ContentID> = []
  private(set) var verified = 0
  private(set) var inGit = 0
  private(set) var absent: Set<String> = []
  private(set) var damage: [VerifyReport.Damage] = []

  /// Begins with the size of what is to be read at most.
  init(store: ObjectStore, total: Int64, progress: @escaping (_ done: Int64, _ total: Int64) throws -> Void) {
    self.store = store
    self.total = total
    self.progress = progress
  }

  /// Reads what a run read or wrote.
  mutating func check(_ artifact: ArtifactRecord, of run: RunID) throws {
    guard artifact.kind != .uri, let content = artifact.content, let path = WorkPath(text: artifact.path) else {
      return
    }
    var pending = [(content, path, artifact.kind == .tree)]
    while let (content, path, isTree) = pending.popLast() {
      guard seen.insert(content).inserted else { continue }
      do {
        if isTree, try store.containsTree(content) {
          for entry in try store.tree(content).entries.reversed() {
            pending.append((entry.content, path.appending(entry.name), entry.mode == .tree))
          }
          verified += 1
        } else if !isTree, try store.containsFile(content) {
          try store.readFile(content) { piece in
            done += Int64(piece.count)
            try progress(done, max(done, total))
          }
          verified += 1
        } else if artifact.isInGit {
          inGit += 1
        } else {
          absent.insert(path.text)
        }
      } catch let error as StorageError {
        switch error {
        case .corrupt, .missing, .invalidTree:
          damage.append(VerifyReport.Damage(content: content, path: path.text, run: run))
        default: throw error
        }
      }
    }
  }
}
