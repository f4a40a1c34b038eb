internal import MLTBase

/// What DVC calls a content: an MD5 of a file's bytes, or of the listing of a folder.
public struct DVCHash: Hashable, Sendable {
  /// What the MD5 is taken of.
  public enum Algorithm: String, Hashable, Sendable, CaseIterable {
    /// The bytes as they are: DVC 3 and later.
    case md5
    /// The bytes with the line ends of Unix, where they look like text: DVC before 3.
    case dos2unix = "md5-dos2unix"
  }

  /// What the MD5 is taken of.
  public let algorithm: Algorithm
  /// The 32 lowercase hexadecimal digits.
  public let digits: String
  /// Whether a folder's listing is named.
  public let isFolder: Bool

  static let folderSuffix = ".dir"

  /// Reads what DVC writes as `md5`: 32 digits, for a folder with `.dir` behind; nil for anything else.
  public init?(_ field: String, algorithm: Algorithm) {
    isFolder = field.hasSuffix(Self.folderSuffix)
    digits = isFolder ? String(field.dropLast(Self.folderSuffix.count)) : field
    guard digits.utf8.count == 32, Hex.decode(digits) != nil else { return nil }
    self.algorithm = algorithm
  }

  /// Reads ``text``; nil for anything else.
  public init?(text: some StringProtocol) {
    guard let colon = text.firstIndex(of: ":"), let algorithm = Algorithm(rawValue: String(text[..<colon])) else {
      return nil
    }
    self.init(String(text[text.index(after: colon)...]), algorithm: algorithm)
  }

  /// The hash as DVC writes it.
  public var field: String { digits + (isFolder ? Self.folderSuffix : "") }

  /// The algorithm's name, a colon and the hash as DVC writes it.
  public var text: String { "\(algorithm.rawValue):\(field)" }
}
