internal import MLTBase
internal import ObjectStorage
internal import SystemPackage

/// Where those who compare what runs read and wrote with what is there now take the latter from: the work tree, or what
/// is staged for a commit.
protocol FileView: AnyObject {
  /// Returns what stands at a path; nil if there is nothing, or nothing with content.
  func identity(of path: WorkPath) throws -> ContentCatalog.Identity?
  /// Whether anything stands at a path; true if that can't be found out.
  func exists(_ path: WorkPath) -> Bool
  /// Says that many paths will be asked for.
  func prefetch(_ paths: [WorkPath]) throws
  /// Says that all in a folder will be asked for.
  func prefetch(below folder: WorkPath) throws
}

extension ContentCatalog: FileView {
  func identity(of path: WorkPath) throws -> Identity? { try identity(of: path, status: nil) }

  func exists(_ path: WorkPath) -> Bool {
    do { return try FileStatus(at: path.filePath(in: root), followingLinks: true) != nil } catch { return true }
  }

}
