internal import MLTBase
internal import SystemPackage

/// Tells data from environment and from noise by where a file lies.
struct PathClassifier {
  /// The side on which a path falls.
  enum Side {
    /// Somebody's file: an input or output.
    case data
    /// What programs stand on: interpreters, libraries, packages, the system's own files.
    case environment
    /// What says nothing: kernel file systems, caches, the tools' own folders.
    case noise
  }

  private let root: FilePath
  private let home: [UInt8]?
  private let filter: IgnoreFilter
  private var environmentFolders: [WorkPath: Bool] = [:]

  init(root: FilePath, home: FilePath?, filter: IgnoreFilter) {
    self.root = root
    self.home = home.flatMap { FileOperations.resolved($0) }?.bytes
    self.filter = filter
  }

  private static let kernelFolders = ["/proc/", "/sys/", "/dev/", "/run/"].map { Array($0.utf8) }
  private static let systemFolders = [
    "/usr/", "/lib/", "/lib32/", "/lib64/", "/libx32/", "/bin/", "/sbin/", "/etc/", "/opt/", "/var/lib/",
    "/var/cache/", "/nix/", "/gnu/", "/snap/", "/boot/", "/home/linuxbrew/",
  ].map { Array($0.utf8) }
  private static let packageFolders: Set<[UInt8]> = Set(
    ["site-packages", "dist-packages", "node_modules", "site-library", ".venv", ".tox", ".nox", ".conda", ".pixi"]
      .map { Array($0.utf8) })

  /// Whether a path is one that kernels and terminals live on; a cheap first look.
  static func isPlainNoise(_ path: [UInt8]) -> Bool {
    // POSIX's semaphores lie beside other people's files (sem_overview(7)).
    if path.starts(with: sharedMemory) { return path.dropFirst(sharedMemory.count).starts(with: "sem.".utf8) }
    return kernelFolders.contains { path.starts(with: $0) }
  }

  // An ordinary file system in memory.
  private static let sharedMemory = Array("/dev/shm/".utf8)

  /// Returns the side of a path in the work tree.
  mutating func side(inside path: WorkPath) -> Side {
    if IgnoreFilter.isNoise(path) { return isInPackages(path) ? .environment : .noise }
    if isInPackages(path) { return .environment }
    return filter.isIgnored(path, isFolder: false) ? .noise : .data
  }

  private mutating func isInPackages(_ path: WorkPath) -> Bool {
    if Self.packageFolders.contains(path.name) { return true }
    guard let parent = path.parent, !parent.isRoot else { return false }
    return isEnvironmentFolder(parent)
  }

  // A virtual environment has a pyvenv.cfg (PEP 405), a conda environment a conda-meta folder, whatever its name.
  private mutating func isEnvironmentFolder(_ folder: WorkPath) -> Bool {
    if let known = environmentFolders[folder] { return known }
    let place = folder.filePath(in: root)
    let markers = ["pyvenv.cfg", "conda-meta"]
    var isOne = Self.packageFolders.contains(folder.name)
    isOne = isOne || markers.contains { ((try? FileStatus(at: place.appending($0))) ?? nil) != nil }
    if !isOne, let parent = folder.parent, !parent.isRoot { isOne = isEnvironmentFolder(parent) }
    environmentFolders[folder] = isOne
    return isOne
  }

  /// Returns the side of an absolute path outside the work tree.
  mutating func side(outside path: [UInt8]) -> Side {
    if Self.isPlainNoise(path + [0x2F]) { return .noise }
    if Self.systemFolders.contains(where: { path.starts(with: $0) }) { return .environment }
    if path.split(separator: 0x2F).contains(where: { Self.packageFolders.contains(Array($0)) }) { return .environment }
    if let home, path.count > home.count + 1, path.starts(with: home), path[home.count] == 0x2F,
      path[home.count + 1] == UInt8(ascii: ".")
    {
      // Settings, caches and language installations that programs keep under the home folder.
      return .environment
    }
    if isLibrary(path) { return .environment }
    if let folder = WorkPath(normal: path).parent, isEnvironmentFolder(folder) { return .environment }
    return .data
  }

  private static let libraryFolders = ["/lib/python", "/conda-meta/"].map { Array($0.utf8) }
  private static let libraryEndings = [".so", ".pyc"].map { Array($0.utf8) }

  private func isLibrary(_ path: [UInt8]) -> Bool {
    if Self.libraryEndings.contains(where: { path.suffix($0.count).elementsEqual($0) }) { return true }
    let name = Array(path[((path.lastIndex(of: 0x2F) ?? -1) + 1)...])
    return name.holds(Array(".so.".utf8)) || Self.libraryFolders.contains { path.holds($0) }
  }
}
