import ContentComparison
import MLTBase
import Testing

/// Differences of pictures, arrays, packed files and bytes.
@Suite struct OtherChangesTests {
  private func changes(_ before: [UInt8], _ after: [UInt8], _ name: String) throws -> ContentChanges {
    try ContentChanges(from: BytesInMemory(before), to: BytesInMemory(after), name: name)
  }

  @Test("pictures differ by size, pixels and the box of these")
  func pictures() throws {
    let profile = try ContentProfile(of: BytesInMemory(Golden.bytes("plain.png")), name: "a.png")
    #expect(profile.format == .image && profile.shape == [16, 8])
    let dot = try changes(Golden.bytes("plain.png"), Golden.bytes("dot.png"), "a.png")
    let image = try #require(dot.image)
    #expect(image.changedPixels == 1 && image.box == [3, 2, 1, 1] && image.largest == 1)
    #expect(dot.headlines == ["1 pixel differs (0.8 %), by 1 of 255 at most, within 1 × 1 from (3, 2)"])
    let turned = try changes(Golden.bytes("plain.jpg"), Golden.bytes("turned.jpg"), "a.jpg")
    #expect(turned.headlines == ["8 × 16 pixels, and was 16 × 8"])
    let other = try changes(Golden.bytes("plain.png"), Golden.bytes("plain.jpg"), "a.png")
    #expect((try #require(other.image?.changedPixels)) >= 0)
  }

  @Test("pictures of 16 bits a channel are compared at all of them, and without gamma")
  func deepPictures() throws {
    let dot = try changes(Golden.bytes("deep.png"), Golden.bytes("deep-dot.png"), "a.png")
    let image = try #require(dot.image)
    #expect(image.changedPixels == 1 && image.box == [3, 1, 1, 1] && image.largest == 3 && image.scale == 65_535)
    #expect(dot.headlines == ["1 pixel differs (3.1 %), by 3 of 65,535 at most, within 1 × 1 from (3, 1)"])
    let shallow = try changes(Golden.bytes("deep.png"), Golden.bytes("shallow.png"), "a.png")
    #expect(shallow.headlines.contains("it has 8 bits a channel now, and had 16"))
    #expect((try #require(shallow.image?.largest)) <= 256)
  }

  @Test("a picture that is cut off is said to be, and isn't compared as if it were whole")
  func cutPictures() throws {
    let (picture, photo) = (Golden.bytes("plain.png"), Golden.bytes("plain.jpg"))
    let cut = try changes(picture, Array(picture.dropLast(20)), "a.png")
    #expect(cut.headlines == ["its pixels can't be read: it is damaged, cut off or too large"])
    #expect(cut.image?.changedPixels == nil)
    let grey = try changes(photo, Array(photo.dropLast(12)), "a.jpg")
    #expect(grey.headlines.first == "it is damaged or cut off: what is missing counts as grey")
    let mended = try changes(Array(photo.dropLast(12)), photo, "a.jpg")
    #expect(mended.headlines.first == "the earlier one is damaged or cut off: what is missing counts as grey")
  }

  @Test("a broken picture never ends the process", arguments: ["plain.png", "plain.jpg", "deep.png"])
  func brokenPictures(_ name: String) throws {
    let bytes = Golden.bytes(name)
    for place in bytes.indices {
      var other = bytes
      other[place] ^= 0x11
      _ = try changes(bytes, other, name)
      _ = try ContentProfile(of: BytesInMemory(Array(bytes.prefix(place))), name: name)
    }
  }

  /// A file of NumPy's with doubles.
  private func array(_ values: [Double], shape: String) -> [UInt8] {
    var header = "{'descr': '<f8', 'fortran_order': False, 'shape': \(shape), }"
    header += String(repeating: " ", count: 117 - header.utf8.count) + "\n"
    var bytes: [UInt8] = [0x93] + Array("NUMPY".utf8) + [1, 0, 118, 0] + Array(header.utf8)
    for value in values {
      for shift in stride(from: UInt64(0), to: 64, by: 8) { bytes.append(UInt8(value.bitPattern >> shift & 0xFF)) }
    }
    return bytes
  }

  @Test("arrays have a shape, columns if they are matrices, and elements that differ")
  func arrays() throws {
    let values = (0..<60).map { Double($0 * 37 % 61) + 0.5 }
    let before = array(values, shape: "(20, 3)")
    let profile = try ContentProfile(of: BytesInMemory(before), name: "a.npy")
    #expect(profile.shape == [20, 3] && profile.rows == 20)
    #expect(profile.columns.map(\.name) == ["column 0", "column 1", "column 2"])
    var other = values
    other[7] = .nan
    let found = try changes(before, array(other, shape: "(20, 3)"), "a.npy")
    #expect(found.headlines.contains("1 element of 60 differs, by ∞ at most, at [2, 1]"))
    let scaled = try changes(before, array(values.map { $0 * 1000 }, shape: "(20, 3)"), "a.npy")
    #expect(scaled.headlines.first == "'column 0' is about 1,000 times what it was")
    let shaped = try changes(before, array(values, shape: "(60,)"), "a.npy")
    #expect(shaped.headlines.contains("shape (20, 3) against (60,)"))
    #expect(try ContentProfile(of: BytesInMemory(Array(before.dropLast())), name: "a.npy").format == .binary)
  }

  @Test("what nobody knows is compared by its size")
  func bytes() throws {
    #expect(
      try changes([0, 1, 0, 2, 0xFE], [0, 1, 0, 3, 0xFE], "m.pkl").headlines == [
        "other bytes, as many of them (5 bytes)"
      ])
    #expect(
      try changes([0, 1, 0xFE], [0, 1, 0xFE, 3], "m.pkl").headlines == ["other bytes: 4 bytes, and was 3 bytes"])
  }

  // `printf 'a,b\n1,2\n' | gzip -n`
  private static let packed: [UInt8] = [
    0x1F, 0x8B, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x03, 0x4B, 0xD4, 0x49, 0xE2, 0x32, 0xD4, 0x31, 0xE2, 0x02,
    0x00, 0x7B, 0x07, 0x97, 0x0A, 0x08, 0x00, 0x00, 0x00,
  ]

  @Test("a gzip file is looked into, also one of several members")
  func gzip() throws {
    let found = try ContentProfile(of: BytesInMemory(Self.packed), name: "t.csv.gz")
    #expect(found.format == .table && found.isGzipped && found.rows == 1 && found.size == 28)
    let twice = try ContentProfile(of: BytesInMemory(Self.packed + Self.packed), name: "t.csv.gz")
    #expect(twice.rows == 2 && twice.remark == "the header comes again before row 2")
    #expect(try changes(Array("a,b\n1,2\n".utf8), Self.packed, "t.csv.gz").headlines.first == "it is gzipped now")
  }

  @Test("a broken gzip file never ends the process")
  func brokenGzip() throws {
    for place in Self.packed.indices.dropFirst() {
      var other = Self.packed
      other[place] ^= 0x21
      _ = try ContentProfile(of: BytesInMemory(other), name: "t.csv.gz")
      #expect(
        try ContentProfile(of: BytesInMemory(Array(Self.packed.prefix(place))), name: "t.csv.gz").format != .table)
    }
  }
}
