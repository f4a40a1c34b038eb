import Journaling
import MLTBase
import ObjectStorage
import Synchronization
import SystemPackage
import TestSupport

/// A history in which few paths and contents meet in every way, also in ways that make no sense.
struct Jumble {
  private var generator: SeededGenerator

  init(seed: UInt64) {
    generator = SeededGenerator(seed: seed)
  }

  /// Writes the history as a repository, and returns its runs.
  func write(into root: FilePath) throws -> [RunID] {
    var jumble = self
    return try jumble.writeRuns(into: root)
  }

  private mutating func below(_ limit: Int) -> Int { Int.random(in: 0..<limit, using: &generator) }

  private mutating func artifact(isOutput: Bool) -> ArtifactRecord {
    let path = ["a", "b", "d/a", "d/b", "d/e/a", "d", "d/e"][below(7)]
    if below(12) == 0 {
      return ArtifactRecord(path: "s3://b/\(below(2))", kind: .uri, content: nil, size: 0, evidence: .declared)
    }
    let isTree = path == "d" || path == "d/e"
    return ArtifactRecord(
      path: path, kind: isTree ? .tree : .file,
      content: ContentHasher.contentID(of: [UInt8(below(5)), isTree ? 1 : 0]),
      size: Int64([0, 4, 100][below(3)]), count: isTree ? 2 : nil, evidence: .observed,
      isInGit: !isOutput && below(6) == 0)
  }

  private mutating func artifacts(isOutput: Bool) -> [ArtifactRecord] {
    var found: [String: ArtifactRecord] = [:]
    for _ in 0..<below(4) {
      let artifact = artifact(isOutput: isOutput)
      found[artifact.path] = artifact
    }
    return found.sorted { $0.key < $1.key }.map(\.value)
  }

  private mutating func writeRuns(into root: FilePath) throws -> [RunID] {
    let folder = root.appending(".mlt")
    try FileOperations.createFolder(folder)
    try FileOperations.createFolder(folder.appending("tmp"))
    try ObjectStore.create(in: folder)
    try Journal.create(in: folder, host: "bench")
    try RepositoryFormat.write(in: folder)
    let journal = try Journal(folder: folder, host: "bench")
    var runs: [RunID] = []
    var open: [RunID] = []
    while runs.count < 60 || !open.isEmpty {
      if runs.count < 60, open.isEmpty || below(3) > 0 {
        let run = RunID.random(using: &generator)
        try journal.append(
          [
            RunStarted(
              run: run, component: "step-\(below(4))", command: ["true"], directory: ".", git: nil, host: "", user: "")
          ], durable: false)
        runs.append(run)
        open.append(run)
      }
      if open.count > 4 || runs.count == 60 || below(2) == 0, !open.isEmpty {
        let run = open.remove(at: below(open.count))
        try journal.append(
          [
            RunEnded(
              run: run, status: below(8) == 0 ? .failed : .finished, exit: 0, evidence: .observed,
              inputs: artifacts(isOutput: false), outputs: artifacts(isOutput: true))
          ], durable: false)
      }
    }
    return runs
  }
}
