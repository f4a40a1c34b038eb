package import Journaling

/// A package and which of its versions are meant: `numpy`, `numpy==1.26.4`, `numpy>=1.26,<2`, `numpy==1.26.*`.
package struct PackageRange {
  private enum Relation: String {
    case equal = "=="
    case unequal = "!="
    case atLeast = ">="
    case atMost = "<="
    case series = "~="
    case less = "<"
    case greater = ">"
  }

  private struct Bound {
    var relation: Relation
    var version: PackageVersion
    var isPrefix: Bool
  }

  /// The package's name, as it was given.
  let name: String
  private let bounds: [Bound]

  /// Reads a range; nil if it isn't of that form.
  package init?(_ text: String) {
    let text = text.filter { !$0.isWhitespace }
    let name = text.prefix { !"=!<>~".contains($0) }
    guard !name.isEmpty, !name.contains(",") else { return nil }
    var bounds: [Bound] = []
    let rest = text.dropFirst(name.count)
    for part in rest.isEmpty ? [] : rest.split(separator: ",", omittingEmptySubsequences: false) {
      let sign = String(part.prefix { "=!<>~".contains($0) })
      let version = part.dropFirst(sign.count)
      // One `=`, as conda writes it, means the same.
      guard let relation = Relation(rawValue: sign == "=" ? "==" : sign), !version.isEmpty else { return nil }
      let isPrefix = version.hasSuffix(".*")
      guard !isPrefix || relation == .equal || relation == .unequal else { return nil }
      bounds.append(
        Bound(
          relation: relation, version: PackageVersion(String(isPrefix ? version.dropLast(2) : version)),
          isPrefix: isPrefix))
    }
    self.name = String(name)
    self.bounds = bounds
  }

  /// Whether a package has the name; what separates its words doesn't count, nor do letters' cases.
  func isNamed(_ package: RunEnvironment.Package) -> Bool {
    PackageProbe.normalized(package.name) == PackageProbe.normalized(name)
  }

  /// Whether a package is meant.
  package func contains(_ package: RunEnvironment.Package) -> Bool {
    isNamed(package) && contains(release: package.version)
  }

  /// Whether a version is meant, whatever has it.
  func contains(release: String) -> Bool {
    let version = PackageVersion(release)
    return bounds.allSatisfy { bound in
      switch bound.relation {
      case .equal: bound.isPrefix ? version.begins(with: bound.version) : version == bound.version
      case .unequal: bound.isPrefix ? !version.begins(with: bound.version) : version != bound.version
      case .atLeast: version >= bound.version
      case .atMost: version <= bound.version
      case .less: version < bound.version
      case .greater: version > bound.version
      case .series: version >= bound.version && (bound.version.endOfSeries.map { version < $0 } ?? true)
      }
    }
  }
}
