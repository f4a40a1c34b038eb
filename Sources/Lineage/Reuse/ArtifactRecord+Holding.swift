internal import Journaling

extension Sequence<ArtifactRecord> {
  /// Whether something with this path or URI is among them, or a folder that the path lies in.
  func holds(_ pointer: String) -> Bool {
    let path = WorkPath(text: pointer)
    return contains { record in
      if record.path == pointer { return true }
      guard record.kind == .tree, let path, let folder = WorkPath(text: record.path) else { return false }
      return path.isBelow(folder)
    }
  }
}
