internal import GitAccess
internal import MLTBase
internal import ObjectStorage
internal import SystemPackage

/// Where the artifacts are that a store names, as far as they may be read.
///
/// A store is somebody's data: a path in it that leads out of the store, of the work tree and of the folders that the user
/// names isn't followed, so that importing a stranger's store takes nothing of one's own.
struct ArtifactPlaces {
  /// What a name in the store came to.
  enum Place {
    /// A file or folder here.
    case local(FilePath)
    /// Something elsewhere, by its URI without credentials.
    case remote(String)
    /// A place here that isn't read.
    case outside(String)
    /// Nothing.
    case missing(String)
  }

  private let roots: [FilePath]
  private let bases: [FilePath]
  private let store: FilePath

  /// Takes the folders that may be read.
  ///
  /// - Parameters:
  ///   - store: the folder that the store lies in, or is; relative paths begin there.
  ///   - own: the folders that the store's own artifacts lie in.
  ///   - extra: a folder that the user names.
  ///   - root: the work tree's root.
  init(store: FilePath, own: [FilePath], extra: FilePath?, root: FilePath) {
    self.store = store
    let named = extra.flatMap { FileOperations.resolved($0) }
    roots = own + [root] + [named].compactMap { $0 }
    bases =
      [named, named?.appending("mlruns"), named?.appending("mlartifacts")].compactMap { $0 }
      + [store, store.appending("mlruns"), store.appending("mlartifacts")]
  }

  /// Finds what a URI names.
  ///
  /// - Parameters:
  ///   - uri: a path or a URI.
  ///   - tail: where MLflow itself puts such a thing below its root, for stores that were moved.
  func place(_ uri: String, tail: [String]) -> Place {
    let shown = RemoteURL.withoutCredentials(uri)
    switch Self.scheme(uri) {
    case nil, "file":
      let path = FilePath(Self.path(uri))
      if !path.isEmpty, let found = FileOperations.resolved(path.isAbsolute ? path : store.pushing(path)) {
        if isReadable(found) { return .local(found) }
        return moved(tail).map { .local($0) } ?? .outside(shown)
      }
      return moved(tail).map { .local($0) } ?? .missing(shown)
    case "mlflow-artifacts":
      // The path within the server's own folder; a host may stand before it.
      let names = Self.path(uri).split(separator: "/").map(String.init)
      return (moved(tail) ?? moved(names)).map { .local($0) } ?? .missing(shown)
    default: return moved(tail).map { .local($0) } ?? .remote(shown)
    }
  }

  /// What stands below one of the folders that MLflow keeps artifacts in.
  private func moved(_ names: [String]) -> FilePath? {
    guard !names.isEmpty else { return nil }
    var components: [FilePath.Component] = []
    for name in names {
      guard let component = FilePath.Component(name), component.kind == .regular else { return nil }
      components.append(component)
    }
    for base in bases {
      let path = components.reduce(base) { $0.appending($1) }
      if let found = FileOperations.resolved(path), isReadable(found) { return found }
    }
    return nil
  }

  private func isReadable(_ path: FilePath) -> Bool {
    // A folder that is one of these, or has one in it, is nobody's artifact: it holds everything.
    roots.contains { path.starts(with: $0) } && !roots.contains { $0.starts(with: path) }
      && !path.components.contains { TreeEntry.isReserved($0.bytes) }
  }

  /// The scheme of a URI; nil for a path.
  static func scheme(_ uri: String) -> String? {
    guard let colon = uri.firstIndex(of: ":"), uri[..<colon].utf8.count > 1,
      uri[..<colon].utf8.allSatisfy({
        UInt8(ascii: "a")...UInt8(ascii: "z") ~= $0 | 0x20 || "0123456789+-.".utf8.contains($0)
      })
    else { return nil }
    return uri[..<colon].lowercased()
  }

  /// The path of a URI, without what is escaped in it.
  static func path(_ uri: String) -> String {
    guard scheme(uri) != nil, let colon = uri.firstIndex(of: ":") else { return uri }
    var rest = uri[uri.index(after: colon)...]
    if rest.hasPrefix("//") { rest = rest.dropFirst(2).drop { $0 != "/" } }
    var bytes: [UInt8] = []
    var escaped = Array(rest.utf8)[...]
    while let byte = escaped.popFirst() {
      if byte == UInt8(ascii: "%"), let decoded = Hex.decode(String(decoding: escaped.prefix(2), as: UTF8.self)),
        decoded.count == 1, decoded[0] != 0
      {
        bytes += decoded
        escaped = escaped.dropFirst(2)
      } else {
        bytes.append(byte)
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
