internal import MLTBase
internal import Synchronization
public import SystemPackage

/// The rules of a work tree's `.mltignore` files, in gitignore's syntax and independent of git's own.
///
/// Each folder may have such a file. Rules are read once, when they are first needed; calls from several threads are
/// served one after another.
public final class IgnoreRules: Sendable {
  /// The name of the files that hold the rules.
  public static let fileName = ".mltignore"

  private let matcher: Mutex<IgnoreMatcher>

  /// Takes the work tree's root, and the lines that hold everywhere unless a file says otherwise (`!pattern`).
  ///
  /// - Throws: ``GitError/system(_:)`` if the root's rules can't be read.
  public init(workTree: FilePath, builtIn: [String]) throws(GitError) {
    var matcher = IgnoreMatcher(workTree: workTree, fileName: Self.fileName)
    matcher.add(builtIn)
    _ = try matcher.isIgnored(Array(Self.fileName.utf8), isFolder: false)  // reads the root's file
    self.matcher = Mutex(matcher)
  }

  /// Returns whether the path is ignored, by a rule for itself or for a folder above it.
  ///
  /// - Parameters:
  ///   - path: The path's bytes from the work tree's root; a path that leads out of it isn't ignored.
  ///   - isFolder: Whether the path is a folder's; rules with a `/` at their end are for folders alone.
  /// - Throws: ``GitError/system(_:)`` if a file with rules can't be read.
  public func isIgnored(_ path: [UInt8], isFolder: Bool) throws(GitError) -> Bool {
    try matcher.withLock { matcher throws(GitError) in try matcher.isIgnored(path, isFolder: isFolder) }
  }
}
