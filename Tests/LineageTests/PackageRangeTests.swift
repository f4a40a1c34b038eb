import Journaling
import Lineage
import Testing

/// Versions of packages and ranges of them.
@Suite struct PackageRangeTests {
  private static let sorted = [
    "1.0.dev1", "1.0a1", "1.0b2", "1.0rc1", "1.0", "1.0.post1", "1.0.1", "1.2", "1.9", "1.10", "1.26.4", "2.0rc1",
    "2.0",
    "2025.1",
  ]

  @Test("versions are in the order of their numbers, with what comes before a release before it")
  func order() {
    for (place, version) in Self.sorted.enumerated() {
      for (other, later) in Self.sorted.enumerated() {
        #expect((PackageVersion(version) < PackageVersion(later)) == (place < other), "\(version) and \(later)")
      }
    }
    #expect(PackageVersion("1.0") == PackageVersion("1") && PackageVersion("v1.2") == PackageVersion("1.02"))
  }

  @Test(
    "a range holds the versions that it says",
    arguments: [
      ("numpy", ["1.26.4", "2.0"], []), ("numpy==1.26.4", ["1.26.4"], ["1.26.5", "2.0"]),
      ("numpy==1.26.*", ["1.26.4", "1.26"], ["1.27", "1.2"]), ("numpy>=1.26,<2", ["1.26", "1.26.4"], ["2.0", "1.25"]),
      ("numpy~=1.4.2", ["1.4.2", "1.4.9"], ["1.5", "1.4.1"]), ("Num_Py != 2.0", [], []),
      ("numpy!=2.0", ["1.26.4"], ["2.0"]), ("numpy=1.2", ["1.2"], ["1.3"]),
    ])
  func ranges(_ text: String, _ inside: [String], _ outside: [String]) throws {
    let range = try #require(PackageRange(text))
    func package(_ version: String) -> RunEnvironment.Package {
      RunEnvironment.Package(system: "python", name: "NumPy", version: version)
    }
    for version in inside { #expect(range.contains(package(version)), "\(version)") }
    for version in outside { #expect(!range.contains(package(version)), "\(version)") }
    #expect(!range.contains(RunEnvironment.Package(system: "python", name: "scipy", version: "1.0")))
  }

  @Test(
    "a text of another form is no range",
    arguments: ["", "==1", "numpy=>1", "numpy>=", "numpy>=1,", "numpy>1.*", "a,b"])
  func malformed(_ text: String) {
    #expect(PackageRange(text) == nil)
  }
}
