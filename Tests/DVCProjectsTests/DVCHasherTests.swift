import DVCProjects
import Testing

@Suite struct DVCHasherTests {
  private func hash(_ bytes: [UInt8], _ algorithm: DVCHash.Algorithm, step: Int = .max) -> String {
    var hasher = DVCHasher(algorithm)
    var rest = bytes[...]
    while !rest.isEmpty {
      Array(rest.prefix(step)).withUnsafeBytes { hasher.update($0) }
      rest = rest.dropFirst(step)
    }
    return hasher.finalize().digits
  }

  @Test("DVC 3 hashes bytes as they are; DVC before it has text with the line ends of Unix")
  func lineEnds() {
    let text = Array("a,b\r\n1,2\r\n".utf8)
    #expect(hash(text, .md5) == "b202f333fba4fd38d4b8e5e693077aab")
    #expect(hash(text, .dos2unix) == hash(Array("a,b\n1,2\n".utf8), .md5))
    #expect(hash(text, .md5) != hash(text, .dos2unix))
  }

  @Test(
    "what doesn't look like text keeps its line ends",
    arguments: [Array("a\0b\r\n".utf8), [0x80, 0x81, 0x82, 0x0D, 0x0A], Array("plain\r".utf8), []])
  func binary(_ bytes: [UInt8]) {
    #expect(hash(bytes, .dos2unix) == hash(bytes, .md5))
  }

  @Test(
    "a line end across two of DVC's pieces stays as it is, however the bytes come in", arguments: [1 << 20, 4099, .max])
  func pieces(step: Int) {
    let text = [UInt8](repeating: 0x78, count: (1 << 20) - 1) + Array("\r\ny\r\n".utf8)
    let expected = [UInt8](repeating: 0x78, count: (1 << 20) - 1) + Array("\r\ny\n".utf8)
    #expect(hash(text, .dos2unix, step: step) == hash(expected, .md5))
  }

  @Test(
    "a hash is written as it is read",
    arguments: [
      "md5:d41d8cd98f00b204e9800998ecf8427e", "md5-dos2unix:d41d8cd98f00b204e9800998ecf8427e",
      "md5:d41d8cd98f00b204e9800998ecf8427e.dir",
    ])
  func text(_ text: String) throws {
    let hash = try #require(DVCHash(text: text))
    #expect(hash.text == text)
    #expect(hash.isFolder == text.hasSuffix(".dir"))
  }

  @Test(
    "what isn't an MD5 is refused",
    arguments: [
      "", "md5:", "md5:d41d", "md5:D41D8CD98F00B204E9800998ECF8427E", "sha1:d41d8cd98f00b204e9800998ecf8427e",
      "d41d8cd98f00b204e9800998ecf8427e", "md5:d41d8cd98f00b204e9800998ecf8427e.dir.dir",
      "md5:../../../../../../../../../../etc/p", "md5:d41d8cd98f00b204e9800998ecf8427é",
    ])
  func malformed(_ text: String) {
    #expect(DVCHash(text: text) == nil)
  }
}
