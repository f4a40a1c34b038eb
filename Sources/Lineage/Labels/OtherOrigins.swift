internal import Journaling
internal import LineageIndexing
internal import MLTBase
internal import ObjectStorage

/// Finds which contents that runs have made of labelled things came about in another way, too.
///
/// A run of other things that made the same shows that there is nothing of the labelled in it. What had been read or added before any run made it
/// of the labelled can't have come from there, nor what git had by then. What was read or added only later may be a copy, and doesn't count.
struct OtherOrigins {
  /// The first run that made a content of labelled things.
  struct Making {
    /// When it started.
    var started: Timestamp
    /// The commit that it ran on, if there was one.
    var commit: String?
  }

  private let workspace: Workspace
  private let made: [ContentID: Making]
  private let runs: Set<RunID>
  private let commits: CommittedContents?

  /// Takes the contents, and the runs that read what is labelled or was made of it.
  init(_ workspace: Workspace, made: [ContentID: Making], by runs: Set<RunID>) {
    self.workspace = workspace
    self.made = made
    self.runs = runs
    commits = workspace.repository.map { CommittedContents($0) }
  }

  // Something that names a content, and when it was there.
  private struct Sight {
    var reason: PurgePlan.Reason
    /// Nil if it counts whenever it was.
    var at: Timestamp?
  }

  /// Returns the contents, each with one way in which it came about.
  func find() throws -> [ContentID: PurgePlan.Reason] {
    if made.isEmpty { return [:] }
    var found: [ContentID: PurgePlan.Reason] = [:]
    func take(_ content: ContentID, _ sight: Sight) {
      guard let first = made[content], found[content] == nil else { return }
      if let at = sight.at, at > first.started {
        guard case .older(let path) = sight.reason, let commits, let commit = first.commit,
          commits.has(content, at: path, commit: commit)
        else { return }
      }
      found[content] = sight.reason
    }
    var trees: [(content: ContentID, sight: Sight)] = []
    // The index mustn't be asked anything else meanwhile.
    try workspace.index.forEachContent(keptBy: Self.everything) { reference in
      guard let sight = sight(of: reference) else { return true }
      if reference.kind == .tree {
        trees.append((reference.content, sight))
      } else {
        take(reference.content, sight)
      }
      return true
    }
    // A folder that many runs read is mostly the same each time: no part of it is looked at again unless it was seen earlier now.
    let store = try workspace.store
    var looked: [ContentID: Timestamp] = [:]
    trees.sort { ($0.sight.at ?? .earliest) < ($1.sight.at ?? .earliest) }
    for (root, sight) in trees {
      var pending = [root]
      while let next = pending.popLast() {
        let at = sight.at ?? .earliest
        if let before = looked[next], before <= at { continue }
        looked[next] = at
        guard try store.containsTree(next) else { continue }
        for entry in try store.tree(next).entries {
          if entry.mode == .tree { pending.append(entry.content) } else { take(entry.content, sight) }
        }
      }
    }
    return found
  }

  private static var everything: Retention {
    var retention = Retention()
    retention.includesDeleted = true
    return retention
  }

  private func sight(of reference: ContentReference) -> Sight? {
    switch reference.role {
    case .output:
      guard let run = reference.run, !runs.contains(run) else { return nil }
      return Sight(reason: .madeBy(run), at: nil)
    // That a log of predictions was named says nothing of where it came from.
    case .logged: return nil
    case .input, .added, .before:
      guard let started = reference.started else { return nil }
      return Sight(reason: .older(path: reference.path), at: started)
    }
  }
}

extension Timestamp {
  fileprivate static var earliest: Timestamp { Timestamp(microseconds: .min) }
}
