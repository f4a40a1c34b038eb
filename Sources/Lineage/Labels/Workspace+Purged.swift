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

  /// The contents that were purged and aren't here, also on account of labels that may be used again: nobody has to look for them.
  func purgedAndGone() throws -> Set<ContentID> {
    guard try index.hasPurged() else { return [] }
    let store = try store
    return try index.purgedContents().filter { try !store.containsFile($0) }
  }

  /// The label on account of which a content was purged, one that is retracted still if there is one; nil if it wasn't.
  ///
  /// Reinstating a label brings no bytes back, so that they are missing for the same reason.
  func purgeLabel(of content: ContentID) throws -> String? {
    guard try index.hasPurged() else { return nil }
    let retracted = Set(
      try index.retractions().compactMap { change -> String? in
        if case .label(let name) = change.subject { name } else { nil }
      })
    let labels = try index.purgeLabels(of: content)
    return labels.first { retracted.contains($0) } ?? labels.first
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
