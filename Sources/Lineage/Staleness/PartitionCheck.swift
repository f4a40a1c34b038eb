internal import Journaling
internal import LineageIndexing
internal import MLTBase

/// Tells a component that makes one place after the other, a partition a day say, from one that is out of date.
struct PartitionCheck {
  let index: LineageIndex

  private static let readerLimit = 16

  /// Whether a component has since read newer content of a place and written other places.
  ///
  /// Then each of its runs has places of its own, and the newer content is the next one's.
  func hasGoneOn(
    _ component: String, started: Timestamp, outputs: Set<String>, from input: ArtifactRecord
  ) throws -> Bool {
    if outputs.isEmpty { return false }
    for reading in try index.readers(path: input.path, limit: Self.readerLimit)
    where reading.started > started && reading.artifact.content != input.content && reading.status == .finished {
      guard try index.summaries([reading.run]).first?.component == component else { continue }
      let others = try index.files(of: reading.run, role: .output).map(\.path)
      if !others.isEmpty, outputs.isDisjoint(with: others) { return true }
    }
    return false
  }
}
