internal import Journaling
public import LineageIndexing
public import MLTBase

/// What of a model was in use at a moment, down to data and code.
public struct ModelMoment: Sendable {
  /// A version that was in a stage, or that an alias meant.
  public struct Standing: Sendable {
    /// The version as it was then.
    public var version: ModelVersion
    /// The run that made it, as far as it is known.
    public var run: RunRecord?
    /// All runs behind it, the one that made it first.
    public var lineage: [RunRecord]
    /// The data behind it that no run made, sorted by path.
    public var sources: [LineageEdge]
  }

  /// The model as it was then.
  public var model: RegisteredModel
  /// The moment; nil for now.
  public var moment: Timestamp?
  /// What was in use: Production first, then Staging, then what only aliases meant.
  public var standings: [Standing]
}

extension Workspace {
  /// What of a model was in use at a moment, and what that was made from.
  ///
  /// - Parameters:
  ///   - name: the model's name.
  ///   - moment: when; nil for now.
  /// - Throws: ``ModelError/unknownModel(_:similar:)``; failures of the index.
  public func modelMoment(_ name: String, at moment: Timestamp?) throws -> ModelMoment {
    let model = try model(name, at: moment)
    var standings: [ModelMoment.Standing] = []
    if !model.isDeleted {
      let used = model.versions.filter { $0.stage.isInUse || !$0.aliases.isEmpty }
      func rank(_ version: ModelVersion) -> Int {
        switch version.stage {
        case .production: 0
        case .staging: 1
        case .none, .archived: 2
        }
      }
      for version in used.enumerated().sorted(by: { (rank($0.element), -$0.offset) < (rank($1.element), -$1.offset) }) {
        standings.append(try standing(of: version.element))
      }
    }
    return ModelMoment(model: model, moment: moment, standings: standings)
  }

  /// A version with what it was made from.
  func standing(of version: ModelVersion) throws -> ModelMoment.Standing {
    guard let id = version.run, let run = try index.run(id) else {
      return ModelMoment.Standing(version: version, run: nil, lineage: [], sources: [])
    }
    let nodes = try TraceWalk(index: index, finder: originFinder(), depth: nil).up(fromRuns: [id])
    var sources: [String: LineageEdge] = [:]
    for edge in nodes.flatMap(\.inputs) {
      switch edge.origin {
      case .produced, .copied, .git: continue
      case .changedOutside, .added, .source: sources["\(edge.input.path) \(edge.input.content?.hex ?? "")"] = edge
      }
    }
    return ModelMoment.Standing(
      version: version, run: run, lineage: nodes.map(\.run),
      sources: sources.sorted { $0.key < $1.key }.map(\.value))
  }
}
