internal import Glibc
internal import LineageIndexing
internal import MLTBase
internal import Synchronization

/// Which contents files were seen to have, told by the files' numbers: their paths may change.
final class SeenFiles: Sendable {
  private struct Key: Hashable {
    var device: UInt64
    var inode: UInt64
  }

  private struct Seen {
    var content: ContentID
    var size: Int64
    var modified: Int64
  }

  private let files = Mutex<[Key: Seen]>([:])

  /// Notes what a file holds; any thread may.
  func note(_ content: ContentID, _ status: FileStatus) {
    let seen = Seen(content: content, size: status.size, modified: status.modified)
    files.withLock { $0[Key(device: status.device, inode: status.inode)] = seen }
  }

  /// What a file holds, unless somebody has written to it since that was noted.
  func content(of status: FileStatus) -> ContentID? {
    guard let seen = files.withLock({ $0[Key(device: status.device, inode: status.inode)] }),
      seen.size == status.size, seen.modified == status.modified
    else { return nil }
    return seen.content
  }
}

extension ContentCatalog {
  /// Learns the contents of files that were seen, and renamed or given other permissions since.
  ///
  /// A status vouches for a content only if it is older than the file system's clock can tell apart, so this waits
  /// that long first: once, for all files.
  func learn(_ paths: [WorkPath], from seen: SeenFiles) {
    if paths.isEmpty { return }
    var rest = timespec(tv_sec: 0, tv_nsec: Int(CachedContent.raciness) + 2_000_000)
    var time = rest
    while nanosleep(&time, &rest) != 0, errno == EINTR { time = rest }
    let entered = Timestamp.now()
    for path in paths {
      // What can't be looked at is read when somebody asks for it.
      guard let status = try? FileStatus(at: path.filePath(in: root)), status.kind == .regular,
        let content = seen.content(of: status)
      else { continue }
      learn(path, status, content, entered: entered)
    }
  }
}
