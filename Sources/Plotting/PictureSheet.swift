/// Pictures that are there already, beside each other.
public struct PictureSheet: Hashable, Sendable {
  /// One picture.
  public struct Picture: Hashable, Sendable {
    /// What it is called.
    public var name: String
    /// Its media type, as `image/png`.
    public var mediaType: String
    /// The file's bytes.
    public var bytes: [UInt8]

    /// Takes the parts.
    public init(name: String, mediaType: String, bytes: [UInt8]) {
      self.name = name
      self.mediaType = mediaType
      self.bytes = bytes
    }

    /// The picture as a URI that needs no file.
    ///
    /// A page that shows one by `img` runs nothing that may stand in it.
    var dataURI: String { "data:\(mediaType);base64,\(Base64.encode(bytes))" }
  }

  /// What stands above them.
  public var title: String
  /// The pictures.
  public var pictures: [Picture]

  /// Takes the parts.
  public init(title: String, pictures: [Picture]) {
    self.title = title
    self.pictures = pictures
  }
}

/// Bytes as text (RFC 4648, section 4).
enum Base64 {
  private static let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

  /// Returns the text, padded.
  static func encode(_ bytes: [UInt8]) -> String {
    var text: [UInt8] = []
    text.reserveCapacity((bytes.count / 3 + 1) * 4)
    for start in stride(from: 0, to: bytes.count, by: 3) {
      let count = min(3, bytes.count - start)
      var group: UInt32 = 0
      for place in 0..<3 { group = group << 8 | (place < count ? UInt32(bytes[start + place]) : 0) }
      for place in 0..<4 {
        let digit = Int(group >> UInt32(18 - 6 * place) & 0x3F)
        text.append(place <= count ? digits[digit] : UInt8(ascii: "="))
      }
    }
    return String(decoding: text, as: UTF8.self)
  }
}
