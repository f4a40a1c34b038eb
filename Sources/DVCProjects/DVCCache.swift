public import SystemPackage

/// A folder in which DVC keeps contents under their hashes.
public struct DVCCache: Hashable, Sendable {
  /// The folder.
  public let folder: FilePath

  /// Takes the folder; it needn't exist.
  public init(folder: FilePath) {
    self.folder = folder
  }

  /// The places where a content may be, the likeliest first.
  ///
  /// DVC 3 keeps its own in `files/md5`, and DVC before it right in the folder; `dvc cache migrate` has both.
  public func places(of hash: DVCHash) -> [FilePath] {
    let name = "\(hash.field.dropFirst(2))"
    let start = "\(hash.digits.prefix(2))"
    let places = [folder.appending("files").appending("md5"), folder].map { $0.appending(start).appending(name) }
    return hash.algorithm == .md5 ? places : places.reversed()
  }
}
