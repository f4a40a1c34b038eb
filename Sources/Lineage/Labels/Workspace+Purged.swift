internal import LineageIndexing
internal import MLTBase
internal import ObjectStorage

extension Workspace {
  /// The contents that are to be nowhere: purged on account of labels that are retracted still.
  func purgedContents() throws -> Set<ContentID> {
    guard try index.hasPurged() else { return [] }
    let labels = try index.retractions().compactMap { change in
      if case .label(let name) = change.subject { name } else { nil }
    }
    return try index.purgedContents(labels: Set(labels))
  }

  /// The retracted label on account of which a content was purged; nil if it wasn't.
  func purgeLabel(of content: ContentID) throws -> String? {
    guard try index.hasPurged() else { return nil }
    let retracted = Set(
      try index.retractions().compactMap { change -> String? in
        if case .label(let name) = change.subject { name } else { nil }
      })
    return try index.purgeLabels(of: content).first { retracted.contains($0) }
  }

  /// Says of bytes that can't be had that they were purged, if that is why.
  func explained(_ error: any Error) -> any Error {
    let lacking: (ContentID, String?)?
    switch error {
    case WorkspaceError.absentContent(let content, let path): lacking = (content, path)
    case StorageError.missing(let content, _): lacking = (content, nil)
    default: lacking = nil
    }
    // That it can't be looked up why changes nothing about the failure.
    guard let (content, path) = lacking, let label = (try? purgeLabel(of: content)) ?? nil else { return error }
    return WorkspaceError.purgedContent(content, path: path, label: label)
  }
}
