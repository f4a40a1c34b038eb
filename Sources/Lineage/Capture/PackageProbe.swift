internal import Journaling
internal import MLTBase
internal import SystemPackage

/// Finds which packages files belong to, by where they lie and by the metadata beside them.
///
/// Python: `site-packages/NAME…` with `DISTRIBUTION-VERSION.dist-info` beside (PEP 376, PEP 503 names). Conda: the
/// `conda-meta` folder of the prefix. R: `DESCRIPTION` in the package's folder. Node: `package.json` likewise.
struct PackageProbe {
  /// Returns the packages that `files` belong to, sorted by system and name.
  func packages(of files: Set<[UInt8]>) -> [RunEnvironment.Package] {
    var modules: [String: Set<String>] = [:]
    var described: Set<String> = []
    for file in files {
      // A module of one file may be loaded from its byte code alone.
      let file = PythonCache.source(of: file) ?? file
      for folder in Self.pythonFolders {
        guard let range = file.firstPlace(of: folder) else { continue }
        let module = file[range.upperBound...].prefix { $0 != UInt8(ascii: "/") }
        modules[Self.text(file[..<range.upperBound]), default: []].insert(Self.text(module))
      }
      if let package = Self.folder(ofPackageIn: file, below: Self.rFolders) {
        described.insert(package + "/DESCRIPTION")
      }
      if let package = Self.folder(ofPackageIn: file, below: Self.nodeFolders) {
        described.insert(package + "/package.json")
      }
    }
    var packages: Set<RunEnvironment.Package> = []
    for (folder, names) in modules { packages.formUnion(Self.distributions(of: names, in: folder)) }
    for description in described { if let package = Self.described(by: description) { packages.insert(package) } }
    return packages.sorted { ($0.system, $0.name, $0.version) < ($1.system, $1.name, $1.version) }
  }

  /// Returns the folders that packages among `files` lie in: of Python's and R's the one around all packages, of
  /// Node's likewise.
  func folders(of files: Set<[UInt8]>) -> Set<[UInt8]> {
    var found: Set<[UInt8]> = []
    for file in files {
      for folder in Self.pythonFolders + Self.rFolders + Self.nodeFolders {
        if let range = file.firstPlace(of: folder) { found.insert(Array(file[..<(range.upperBound - 1)])) }
      }
    }
    return found
  }

  /// Returns the version of a package in a folder of packages; nil if it isn't there.
  static func version(of package: RunEnvironment.Package, in folder: FilePath) -> String? {
    switch package.system {
    case "r": described(by: folder.appending(package.name).appending("DESCRIPTION").string)?.version
    case "node": described(by: folder.pushing(FilePath(package.name)).appending("package.json").string)?.version
    default: nil
    }
  }

  /// Returns the versions of all Python distributions in a folder, by ``normalized(_:)`` name.
  static func distributions(in folder: FilePath) -> [String: String] {
    var versions: [String: String] = [:]
    for entry in (try? FileOperations.names(in: folder)) ?? [] {
      if let distribution = distribution(entry, in: folder) {
        versions[normalized(distribution.name)] = distribution.version
      }
    }
    return versions
  }

  private static let pythonFolders = ["/site-packages/", "/dist-packages/"].map { Array($0.utf8) }
  private static let rFolders = ["/site-library/", "/lib/R/library/", "/R/library/"].map { Array($0.utf8) }
  private static let nodeFolders = ["/node_modules/"].map { Array($0.utf8) }

  private static func text(_ bytes: ArraySlice<UInt8>) -> String { String(decoding: bytes, as: UTF8.self) }

  private static func folder(ofPackageIn file: [UInt8], below folders: [[UInt8]]) -> String? {
    for folder in folders {
      guard let range = file.firstPlace(of: folder) else { continue }
      var names = file[range.upperBound...].split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)[...]
      guard names.count > 1, let name = names.popFirst(), let next = names.first else { return nil }
      // npm's scoped packages: @scope/name
      let isScoped = name.first == UInt8(ascii: "@")
      return text(file[..<range.upperBound]) + text(name) + (isScoped ? "/" + text(next) : "")
    }
    return nil
  }

  // MARK: Python

  private struct Distribution {
    var name: String
    var version: String
    var metadata: FilePath
  }

  private static func distributions(of modules: Set<String>, in folder: String) -> Set<RunEnvironment.Package> {
    let place = FilePath(folder)
    let listed = (try? FileOperations.names(in: place)) ?? []
    let conda = condaPackages(around: place)
    let distributions = listed.compactMap { distribution($0, in: place) }
    var byName: [String: Distribution] = [:]
    for distribution in distributions { byName[normalized(distribution.name)] = distribution }

    var found: Set<String> = []
    var unmatched: Set<String> = []
    for module in modules {
      if module.hasSuffix(".dist-info") || module.hasSuffix(".egg-info") || module.hasSuffix(".pth") { continue }
      if module == "__pycache__" { continue }
      // `numpy.libs` and `_cffi_backend.cpython-311-….so` count for what precedes the first dot.
      let stem = String(module.prefix { $0 != "." })
      if byName[normalized(stem)] != nil { found.insert(normalized(stem)) } else { unmatched.insert(module) }
    }
    if !unmatched.isEmpty {
      for (name, distribution) in byName where !found.contains(name) {
        if !topLevelNames(of: distribution).isDisjoint(with: unmatched) { found.insert(name) }
      }
    }
    return Set(
      found.compactMap { byName[$0] }.map { distribution in
        let name = displayName(of: distribution)
        let isConda = conda.contains(normalized(distribution.name))
        return RunEnvironment.Package(
          system: isConda ? "conda" : "python", name: name, version: distribution.version)
      })
  }

  private static func distribution(_ entry: FilePath.Component, in folder: FilePath) -> Distribution? {
    let name = entry.string
    guard name.hasSuffix(".dist-info") || name.hasSuffix(".egg-info") else { return nil }
    let parts = name.dropLast(10).split(separator: "-", maxSplits: 1).map(String.init)
    guard let first = parts.first else { return nil }
    let version = parts.count > 1 ? parts[1].split(separator: "-").first.map(String.init) ?? "" : ""
    return Distribution(name: first, version: version, metadata: folder.appending(entry))
  }

  /// PEP 503: runs of `-`, `_` and `.` are one `-`, in lower case.
  static func normalized(_ name: String) -> String {
    var result = ""
    for character in name.lowercased() {
      if "-_.".contains(character) {
        if result.last != "-" { result.append("-") }
      } else {
        result.append(character)
      }
    }
    return result
  }

  private static func text(at path: FilePath, limit: Int) -> String? {
    // Metadata that can't be read is as good as none.
    guard let bytes = try? FileOperations.contents(of: path, limit: limit) else { return nil }
    return String(decoding: bytes, as: UTF8.self)
  }

  private static func topLevelNames(of distribution: Distribution) -> Set<String> {
    if let listed = text(at: distribution.metadata.appending("top_level.txt"), limit: 1 << 16) {
      let names = listed.split { $0.isNewline }.map(String.init)
      if !names.isEmpty { return Set(names + names.map { $0 + ".py" }) }
    }
    guard let record = text(at: distribution.metadata.appending("RECORD"), limit: 1 << 24) else { return [] }
    var names: Set<String> = []
    for line in record.utf8.split(separator: UInt8(ascii: "\n")) {
      let first = line.prefix { $0 != UInt8(ascii: "/") && $0 != UInt8(ascii: ",") }
      names.insert(String(decoding: first, as: UTF8.self))
    }
    return names
  }

  private static func displayName(of distribution: Distribution) -> String {
    guard let metadata = text(at: distribution.metadata.appending("METADATA"), limit: 1 << 22) else {
      return distribution.name
    }
    for line in metadata.split(separator: "\n", omittingEmptySubsequences: false) {
      if line.isEmpty { break }
      if line.hasPrefix("Name: ") { return String(line.dropFirst(6)) }
    }
    return distribution.name
  }

  /// The names of a conda prefix's packages: `conda-meta/NAME-VERSION-BUILD.json` three or more folders up.
  private static func condaPackages(around folder: FilePath) -> Set<String> {
    var prefix = folder
    for _ in 0..<4 where prefix.removeLastComponent() {
      guard let names = try? FileOperations.names(in: prefix.appending("conda-meta")) else { continue }
      return Set(
        names.map(\.string).filter { $0.hasSuffix(".json") }.map { file in
          normalized(file.split(separator: "-").dropLast(2).joined(separator: "-"))
        })
    }
    return []
  }

  // MARK: R and Node

  private static func described(by path: String) -> RunEnvironment.Package? {
    guard let text = text(at: FilePath(path), limit: 1 << 20) else { return nil }
    if path.hasSuffix(".json") {
      guard let fields = try? JSON(parsing: text), let name = fields["name"]?.string else { return nil }
      return RunEnvironment.Package(system: "node", name: name, version: fields["version"]?.string ?? "")
    }
    func field(_ key: String) -> String? {
      text.split(separator: "\n").first { $0.hasPrefix(key + ": ") }.map { String($0.dropFirst(key.count + 2)) }
    }
    guard let name = field("Package") else { return nil }
    return RunEnvironment.Package(system: "r", name: name, version: field("Version") ?? "")
  }
}
