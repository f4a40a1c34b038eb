public import MLTBase
public import SystemPackage

/// A folder that DVC was started in.
public struct DVCProject: Sendable {
  /// The name of the folder that holds DVC's own data.
  public static let folderName = ".dvc"

  /// The project's root.
  public let root: FilePath
  /// Where the contents are kept.
  public let cache: DVCCache

  private let configurationProblems: [DVCProblem]

  /// Finds the root of the project around a folder, at `top` at the highest; nil if there is none.
  public static func root(around folder: FilePath, upTo top: FilePath) throws(SystemCallError) -> FilePath? {
    var folder = folder
    while folder.starts(with: top) {
      if try isRoot(folder) { return folder }
      guard folder != top, folder.removeLastComponent() else { break }
    }
    return nil
  }

  private static func isRoot(_ folder: FilePath) throws(SystemCallError) -> Bool {
    try FileStatus(at: folder.appending(folderName), followingLinks: true)?.kind == .directory
  }

  /// Opens the project at a root.
  ///
  /// - Parameter configurations: the machine's and the user's configuration files; each may be missing.
  public init(root: FilePath, configurations: [FilePath] = []) {
    self.root = root
    let own = root.appending(Self.folderName)
    let (folder, problems) = DVCConfiguration.cacheFolder(
      configurations + [own.appending("config"), own.appending("config.local")],
      defaulting: own.appending("cache"))
    cache = DVCCache(folder: folder)
    configurationProblems = problems
  }

  /// Reads all of the project's files, each for itself.
  public func contents() -> DVCContents {
    var walk = ProjectWalk(root: root)
    walk.problems = configurationProblems
    walk.run()
    return walk.contents()
  }

  /// Reads files that lie elsewhere than in the project's folder, as in a commit.
  ///
  /// - Parameters:
  ///   - files: the paths, from the project's root, of all files among which DVC's own may be.
  ///   - source: gives a file's bytes; nil if it can't.
  public static func contents(of files: [[UInt8]], source: @escaping ([UInt8]) -> [UInt8]?) -> DVCContents {
    var walk = ProjectWalk(source: source)
    walk.read(files)
    return walk.contents()
  }

  /// Reads the listing of a folder from the cache; nil if the cache hasn't got it.
  ///
  /// - Returns: the listing, and what is wrong with objects that hold other bytes than their names say.
  /// - Throws: what ``DVCListing/init(parsing:_:)`` throws, for bytes that are those of the name.
  public func listing(_ hash: DVCHash) throws(DVCProblem.Reason) -> (DVCListing?, [DVCProblem.Reason]) {
    var damaged: [DVCProblem.Reason] = []
    for place in cache.places(of: hash) {
      let bytes: [UInt8]?
      do throws(SystemCallError) {
        guard try FileStatus(at: place)?.kind == .regular else { continue }
        bytes = try FileOperations.contents(of: place, limit: DVCListing.sizeLimit)
      } catch {
        throw error.errno == .fileTooLarge ? .tooLarge : .unreadable(error.errno)
      }
      guard let bytes else { continue }
      guard DVCHasher.folder(bytes, hash.algorithm) == hash else {
        damaged.append(.damagedObject(place))
        continue
      }
      return (try DVCListing(parsing: bytes, hash.algorithm), damaged)
    }
    return (nil, damaged)
  }
}
