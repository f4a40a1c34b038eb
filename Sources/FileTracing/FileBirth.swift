internal import CTracing
public import SystemPackage

/// When files were made.
public enum FileBirth {
  /// Returns when a file was made, in nanoseconds since 1970; nil if the file system doesn't say.
  public static func time(of path: FilePath) -> Int64? {
    let time = path.withPlatformString { mlt_birth_time($0) }
    return time < 0 ? nil : time
  }
}
