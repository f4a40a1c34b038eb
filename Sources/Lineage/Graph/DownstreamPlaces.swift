internal import Journaling
internal import LineageIndexing
internal import MLTBase

/// Gathers what runs wrote by place.
struct DownstreamPlaces {
  private struct Place {
    var latest: ArtifactRecord
    var ended: (Timestamp, RunID)
    var isLeaf: Bool
    var runs: [(Timestamp, RunID)]
    var components: Set<String>
  }

  private var places: [String: Place] = [:]

  /// Adds an output.
  mutating func add(_ output: ArtifactRecord, _ run: RunRecord, isLeaf: Bool) {
    let end = (run.ended ?? run.started, run.id)
    guard var place = places[output.path] else {
      places[output.path] = Place(
        latest: output, ended: end, isLeaf: isLeaf, runs: [end], components: [run.component])
      return
    }
    place.runs.append(end)
    place.components.insert(run.component)
    if end > place.ended { (place.latest, place.ended, place.isLeaf) = (output, end, isLeaf) }
    places[output.path] = place
  }

  /// The places, by path.
  func outputs(lastWriter: (String) throws -> RunID?) throws -> [Downstream.Output] {
    try places.sorted { $0.key < $1.key }.map { path, place in
      Downstream.Output(
        path: path, latest: place.latest, runs: place.runs.sorted { $0 > $1 }.map(\.1),
        components: place.components.sorted(), isCurrent: try lastWriter(path) == place.ended.1, isLeaf: place.isLeaf)
    }
  }

  /// The components of runs, by name.
  func components(of runs: [Downstream.Run], owner: (String) throws -> String?) throws -> [Downstream.Component] {
    var outputs: [String: Int] = [:]
    for place in places.values { for component in place.components { outputs[component, default: 0] += 1 } }
    let groups = Dictionary(grouping: runs, by: \.run.component)
    return try groups.sorted { $0.key < $1.key }.map { name, runs in
      Downstream.Component(
        name: name, owner: try owner(name), runs: runs.count,
        last: runs.map(\.run.started).max() ?? Timestamp(microseconds: 0), outputs: outputs[name] ?? 0)
    }
  }
}
