/// What a change of a package's version is worth knowing of.
enum PackageChange {
  /// Packages that fetch, print, parse arguments or draw progress, and seldom change a number.
  private static let bystanders: Set<String> = [
    "certifi", "charset-normalizer", "click", "colorama", "filelock", "httpx", "idna", "loguru", "packaging", "pip",
    "platformdirs", "pluggy", "pygments", "pytest", "requests", "rich", "setuptools", "tqdm", "typer",
    "typing-extensions", "urllib3", "wheel",
  ]

  /// The parts of a version that two versions differ in first and all before: `2.1` of 2.1.5 beside 2.2.0.
  ///
  /// How often a package changed is asked at this depth: one that gets a patch each week doesn't get a new minor
  /// version each week.
  static func depth(_ before: String?, _ after: String?) -> Int {
    let (left, right) = (parts(before ?? ""), parts(after ?? ""))
    return zip(left, right).prefix { $0 == $1 }.count + 1
  }

  /// The first parts of a version.
  static func prefix(_ version: String, _ depth: Int) -> String { parts(version).prefix(depth).joined(separator: ".") }

  private static func parts(_ version: String) -> [String] {
    version.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
  }

  /// What such a change is worth in bits beyond its being unusual.
  static func bonus(_ name: String, _ before: String?, _ after: String?) -> Double {
    var bonus = bystanders.contains(name.lowercased().replacing("_", with: "-")) ? -2.0 : 0
    if before != nil, after != nil, depth(before, after) >= 3 { bonus -= 3 }
    return bonus
  }
}
