internal import Journaling
internal import MLTBase

/// The names by which documents call what no vocabulary of others has, and the spelling of those that have one.
enum Vocabulary {
  /// What all of mlt's own names begin with: a domain that nobody can have (RFC 2606), since they name and aren't to be fetched.
  static let base = "https://mlt.invalid/"

  /// What stands for this program where a document names its maker.
  static let producer = base + "mlt"

  // MARK: Percent-encoding

  /// Returns bytes as RFC 3986 lets them stand in a path, slashes among them.
  static func encodedPath(_ bytes: some Sequence<UInt8>) -> String { encoded(bytes, keeping: "/") }

  /// Returns bytes as RFC 3986 lets them stand in one segment of a path.
  static func encodedSegment(_ bytes: some Sequence<UInt8>) -> String { encoded(bytes, keeping: "") }

  /// Returns an URI that may hold what RFC 3986 doesn't let stand, with only that encoded.
  static func encodedURI(_ text: String) -> String { encoded(text.utf8, keeping: ":/?#[]@!$&'()*+,;=%") }

  private static func encoded(_ bytes: some Sequence<UInt8>, keeping kept: String) -> String {
    let kept = Array(kept.utf8)
    var result: [UInt8] = []
    for byte in bytes {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
        UInt8(ascii: "~"):
        result.append(byte)
      case _ where kept.contains(byte): result.append(byte)
      default: result += percent(byte)
      }
    }
    return String(decoding: result, as: UTF8.self)
  }

  private static func percent(_ byte: UInt8) -> [UInt8] {
    Array("%".utf8) + Hex.encode([byte]).uppercased().utf8
  }

  /// The bytes of an artifact's path, or of its URI.
  static func bytes(of path: String) -> [UInt8] { PathText.decode(path) ?? Array(path.utf8) }

  /// Returns a path for people and for formats whose names are any text: as it is if its bytes are plain text, else with what
  /// isn't percent-encoded.
  static func readable(_ path: String) -> String {
    if path.utf8.first != UInt8(ascii: "\"") { return path }
    var result: [UInt8] = []
    var rest = bytes(of: path)[...]
    while let byte = rest.first {
      let length = byte < 0x80 ? 1 : byte >= 0xF0 ? 4 : byte >= 0xE0 ? 3 : 2
      let isText = rest.count >= length && String(validating: rest.prefix(length), as: UTF8.self) != nil
      if !isText || byte < 0x20 || byte == 0x7F || byte == UInt8(ascii: "%") {
        result += percent(byte)
        rest = rest.dropFirst()
      } else {
        result += rest.prefix(length)
        rest = rest.dropFirst(length)
      }
    }
    return String(decoding: result, as: UTF8.self)
  }

  // MARK: Runs, times, code

  /// A run's id as a UUID (RFC 9562): the same 128 bits.
  static func uuid(_ run: RunID) -> String {
    let hex = Array(run.hex)
    return [hex[0..<8], hex[8..<12], hex[12..<16], hex[16..<20], hex[20..<32]].map { String($0) }
      .joined(separator: "-")
  }

  /// A moment as RO-Crate's profiles want it: milliseconds and a numerical zone.
  static func zonedTime(_ moment: Timestamp) -> String {
    moment.description.dropLast(4) + "+00:00"
  }

  /// The URI of a git remote; nil for what is none that others could reach, a path for example.
  static func gitURI(_ remote: String) -> String? {
    if let end = remote.firstRange(of: "://") {
      return end.lowerBound == remote.startIndex ? nil : encodedURI(remote)
    }
    // As git has it: `[USER@]HOST:PATH`, with no slash before the first colon.
    let host = remote.prefix { $0 != ":" }
    guard host.endIndex < remote.endIndex, !host.isEmpty, !host.contains("/") else { return nil }
    let path = remote[remote.index(after: host.endIndex)...].drop { $0 == "/" }
    return "ssh://" + encodedURI(String(host)) + "/" + encodedURI(String(path))
  }

  /// The name of a package as package URLs spell it (ECMA-427); nil for a system that has none.
  static func packageURL(_ package: RunEnvironment.Package) -> String? {
    let type: String
    var name = package.name
    switch package.system {
    case "python":
      type = "pypi"
      name = name.lowercased().replacing("_", with: "-")
    case "conda": type = "conda"
    case "r": type = "cran"
    case "node": type = "npm"
    default: return nil
    }
    let path = name.split(separator: "/").map { encodedSegment($0.utf8) }.joined(separator: "/")
    if path.isEmpty { return nil }
    return "pkg:\(type)/\(path)" + (package.version.isEmpty ? "" : "@" + encodedSegment(package.version.utf8))
  }

  /// The web page of a package in the place that most get it from; nil if there is none of that version.
  static func packagePage(_ package: RunEnvironment.Package) -> String? {
    guard !package.version.isEmpty, let url = packageURL(package), let at = url.lastIndex(of: "@") else { return nil }
    let version = url[url.index(after: at)...]
    let name = url[..<at].drop { $0 != "/" }.dropFirst()
    switch package.system {
    case "python": return "https://pypi.org/project/\(name)/\(version)/"
    case "node": return "https://www.npmjs.com/package/\(name)/v/\(version)"
    case "r": return "https://cran.r-project.org/package=\(name)&version=\(version)"
    default: return nil
    }
  }

  /// The interpreters of a run with their versions, those without one left out if it is known of any.
  static func interpreters(of run: ExportedRun) -> [String] {
    let known = run.environment.interpreters.filter { !$0.version.isEmpty }
    let listed = known.isEmpty ? run.environment.interpreters : known
    return listed.map { $0.version.isEmpty ? $0.name : "\($0.name) \($0.version)" }
  }

  /// A command line as a shell would take it, on one line.
  static func shellText(_ arguments: [String]) -> String {
    arguments.map { argument in
      let isPlain =
        !argument.isEmpty
        && argument.unicodeScalars.allSatisfy { scalar in
          switch scalar {
          case "a"..."z", "A"..."Z", "0"..."9": true
          default: "-_./=:,+@%[]".unicodeScalars.contains(scalar) || scalar.value >= 0x80
          }
        }
      return isPlain ? argument : "'" + argument.replacing("'", with: "'\\''") + "'"
    }.joined(separator: " ")
  }

  /// A number; as text if JSON has no spelling for it.
  static func number(_ value: Double) -> JSON {
    value.isFinite ? .double(value) : value.isNaN ? "NaN" : value < 0 ? "-Infinity" : "Infinity"
  }

  /// Texts of named values, as `name=value`, by name.
  static func assignments(_ values: [String: String]) -> [String] {
    values.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
  }

  /// That what a run made is suspect, in words; nil if it passed its checks.
  static func doubt(of run: ExportedRun) -> String? {
    if run.failedChecks.isEmpty { return nil }
    return "what it made is suspect: it hasn't passed "
      + run.failedChecks.map { "check '\($0)'" }.joined(separator: ", ")
  }

  /// Why a run that didn't succeed didn't, in words; nil for any other.
  static func failure(of run: ExportedRun) -> String? {
    guard run.status == .failed || run.status == .interrupted else { return nil }
    let reason = run.status == .failed ? "the command ended" : "the command was interrupted and ended"
    let late = run.hazards.contains { $0.kind == .outOfTime } ? " after it had taken longer than it may" : ""
    return reason + (run.exit.map { " with exit status \($0)" } ?? "") + late
  }
}
