import DVCProjects
import Testing

@Suite struct DVCListingTests {
  private static let empty = "d41d8cd98f00b204e9800998ecf8427e"

  private func listing(_ paths: [String]) throws -> DVCListing {
    try DVCListing(
      paths.map { path in
        DVCListing.Member(path: Array(path.utf8), hash: try #require(DVCHash(Self.empty, algorithm: .md5)))
      })
  }

  @Test("a folder's hash is that of the bytes which Python writes for its listing")
  func hash() throws {
    #expect(try listing([]).hash(.md5)?.field == "d751713988987e9331980363e24189ce.dir")
    let odd = try listing(["z", "hé \"q\" \\ \u{7F}\n😀.txt", "a/b.txt"])
    #expect(odd.hash(.md5)?.field == "6c5b5efe64d44601f3c04d0d7e61c6b9.dir")
  }

  @Test("a listing is read in whatever order it has")
  func order() throws {
    let text =
      #"[{"md5": "\#(Self.empty)", "relpath": "b"}, {"relpath": "a/c", "md5": "\#(Self.empty)", "isexec": true}]"#
    let listing = try DVCListing(parsing: Array(text.utf8), .md5)
    #expect(listing.members.map { String(decoding: $0.path, as: UTF8.self) } == ["a/c", "b"])
    #expect(listing.members.map(\.isExecutable) == [true, false])
  }

  @Test(
    "a listing that can't be meant is refused",
    arguments: [
      "", "{}", "[1]", "[{}]", #"[{"md5": 1, "relpath": "a"}]"#, #"[{"md5": "\#(empty)"}]"#,
      #"[{"md5": "short", "relpath": "a"}]"#, #"[{"md5": "\#(empty).dir", "relpath": "a"}]"#,
      String(repeating: "[", count: 100_000),
    ]
      + [
        "", "/etc/passwd", "../a", "a/../../b", "a/..", "./a", "a//b", "a/", "a/.git/config", ".MLT/x", "x/.dvc/config",
        #"a\u0000b"#, String(repeating: "n", count: 256), String(repeating: "a/", count: 3000) + "a",
      ].map { #"[{"md5": "\#(empty)", "relpath": "\#($0)"}]"# }
      + [
        ["a", "a"], ["a", "a/b"], ["a/b/c", "a/b"],
      ].map { paths in
        "[" + paths.map { #"{"md5": "\#(empty)", "relpath": "\#($0)"}"# }.joined(separator: ",") + "]"
      })
  func hostile(_ text: String) {
    #expect(throws: DVCProblem.Reason.self) { try DVCListing(parsing: Array(text.utf8), .md5) }
  }
}
