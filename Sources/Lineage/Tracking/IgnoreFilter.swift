internal import GitAccess
internal import MLTBase

/// What nobody calls an input or output: the tools' own folders, byte-code caches, and what `.mltignore` names.
struct IgnoreFilter {
  private let rules: IgnoreRules

  init(_ rules: IgnoreRules) {
    self.rules = rules
  }

  private static let noiseNames: Set<ArraySlice<UInt8>> = Set(
    [
      ".git", ".mlt", ".hg", ".svn", ".dvc", "__pycache__", ".ipynb_checkpoints", ".pytest_cache", ".mypy_cache",
      ".ruff_cache", ".cache", ".Rproj.user", ".DS_Store", ".gitignore", ".gitattributes", ".mltignore", ".mltconfig",
    ].map { Array($0.utf8)[...] })

  /// Whether a path inside the work tree is noise by its names alone, without asking any rules.
  static func isNoise(_ path: WorkPath) -> Bool {
    if path.bytes.elementsEqual(LockFile.name.utf8) { return true }
    let names = path.names
    let name = names.last ?? []
    return names.contains { noiseNames.contains($0) } || name.suffix(4).elementsEqual(".pyc".utf8)
      || name.starts(with: ".nfs".utf8) || name.starts(with: ".mlt-".utf8)
  }

  private static let reservedNames: Set<ArraySlice<UInt8>> = [
    Array(".git".utf8)[...], Array(Workspace.folderName.utf8)[...],
  ]

  /// Whether a path inside the work tree is left out when a folder is stored: git's and mlt's own, and `.mltignore`'s.
  func isLeftOut(_ path: WorkPath, isFolder: Bool) -> Bool {
    path.names.contains { Self.reservedNames.contains($0) }
      || path.name.starts(with: FileOperations.temporaryPrefix.utf8) || isIgnored(path, isFolder: isFolder)
  }

  /// Whether `.mltignore` names a path inside the work tree, or a folder it lies in.
  func isIgnored(_ path: WorkPath, isFolder: Bool) -> Bool {
    // A rule that can't be evaluated leaves nothing out: better too much in a record than too little.
    (try? rules.isIgnored(path.bytes, isFolder: isFolder)) ?? false
  }
}
