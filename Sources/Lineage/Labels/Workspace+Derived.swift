public import Journaling
public import LineageIndexing
internal import MLTBase
internal import ObjectStorage
internal import Remotes
internal import SystemPackage

/// All that was made of what carries a label.
public struct LabelDerivation: Sendable {
  /// One thing that a run wrote.
  public struct Output: Sendable {
    /// The artifact, as the run recorded it.
    public var artifact: ArtifactRecord
    /// Whether this clone's store has its bytes.
    public var isStored: Bool
    /// Whether it stands at its path in the work tree.
    public var isInWorkTree: Bool
    /// The remotes that have its bytes; empty if they weren't asked.
    public var remotes: [String] = []
  }

  /// One run that read something that carries the label.
  public struct Run: Sendable {
    /// The run.
    public var run: RunSummary
    /// What it wrote.
    public var outputs: [Output]
  }

  /// The label.
  public var label: LabelSummary
  /// The runs, in the order in which they started.
  public var runs: [Run]
  /// The remotes that couldn't be asked, with the reason.
  public var unreachable: [(remote: String, reason: String)] = []
}

extension Workspace {
  /// Finds everything that was made of what carries a label, however far away.
  ///
  /// - Parameter asksRemotes: whether to find out which remotes have the bytes, too.
  /// - Throws: ``WorkspaceError/unknownLabel(_:similar:)``; failures of index and store. A remote that can't be reached is
  ///   no failure.
  public func derivation(of label: String, asksRemotes: Bool = false) throws -> LabelDerivation {
    let summary = try self.label(label)
    let store = try store
    let book = try LabelBook(summary.marks, summary.retraction.map { [$0] } ?? [], store: store)
    let walk = DerivationWalk(book, index: try index, finder: try originFinder())
    let runs = try index.summaries(walk.runs()).sorted { ($0.started, $0.id) < ($1.started, $1.id) }
    let catalog = try makeCatalog()
    var derivation = LabelDerivation(label: summary, runs: [])
    var present: [String: ContentID?] = [:]
    for run in runs {
      let outputs = try index.files(of: run.id, role: .output).map { artifact in
        if present[artifact.path] == nil {
          present[artifact.path] = .some(try presentContent(of: artifact, catalog))
        }
        let isStored = try artifact.content.map {
          try artifact.kind == .tree ? store.containsTree($0) : store.containsFile($0)
        }
        return LabelDerivation.Output(
          artifact: artifact, isStored: isStored ?? false,
          isInWorkTree: artifact.content != nil && present[artifact.path] == .some(artifact.content))
      }
      derivation.runs.append(LabelDerivation.Run(run: run, outputs: outputs))
    }
    try catalog.remember()
    if asksRemotes { try addRemotes(to: &derivation) }
    return derivation
  }

  private func presentContent(of artifact: ArtifactRecord, _ catalog: ContentCatalog) throws -> ContentID? {
    guard artifact.kind != .uri, let path = WorkPath(text: artifact.path) else { return nil }
    return try catalog.identity(of: path)?.content
  }

  private func addRemotes(to derivation: inout LabelDerivation) throws {
    let contents = Set(derivation.runs.flatMap { $0.outputs.compactMap(\.artifact.content) })
    if contents.isEmpty { return }
    for remote in remotes() {
      let held: Set<ContentID>
      do {
        held = try connect(to: remote.name).held(contents.sorted(), self)
      } catch WorkspaceError.remoteFailed(_, _, let error) where error != .cancelled {
        derivation.unreachable.append((remote.name, "\(error)"))
        continue
      }
      for run in derivation.runs.indices {
        for output in derivation.runs[run].outputs.indices {
          guard let content = derivation.runs[run].outputs[output].artifact.content, held.contains(content) else {
            continue
          }
          derivation.runs[run].outputs[output].remotes.append(remote.name)
        }
      }
    }
  }
}
