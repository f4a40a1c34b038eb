public import MLTBase

/// Somebody vouches for a run's record (`run.signed`).
public struct RunSigned: Fact, Hashable {
  /// The event type.
  public static let type = "run.signed"
  /// The most bytes of a signature.
  public static let signatureLimit = 16 << 10

  /// The run.
  public var run: RunID
  /// The record that is signed: the SHA-256 of the run's canonical record.
  public var record: ContentID
  /// The SSH signature in its armour.
  public var signature: String
  /// What the signer says is the key's fingerprint, as `SHA256:…`.
  public var key: String

  /// Takes the facts.
  public init(run: RunID, record: ContentID, signature: String, key: String) {
    self.run = run
    self.record = record
    self.signature = signature
    self.key = key
  }

  /// The bytes that a signature of a record is made of.
  public static func message(of record: ContentID) -> [UInt8] {
    Array("run.ended \(record.hex)\n".utf8)
  }

  /// The type's own fields.
  public var fields: JSONObject {
    var writer = FieldWriter()
    writer.set("run", run.hex)
    writer.set("record", record.hex)
    writer.set("signature", signature)
    writer.set("key", key)
    return writer.fields
  }

  /// Reads the type's own fields.
  public init(fields: JSONObject) throws(FactError) {
    let reader = FieldReader(fields)
    guard let record = try reader.contentID("record") else { throw FactError("record") }
    let signature = try reader.string("signature")
    guard signature.utf8.count <= Self.signatureLimit else { throw FactError("signature") }
    let key = try reader.string("key")
    guard Self.isFingerprint(key) else { throw FactError("key") }
    self.init(run: try reader.runID("run"), record: record, signature: signature, key: key)
  }

  /// Whether a text looks like what ssh prints for a key: an algorithm's name and base64.
  private static func isFingerprint(_ text: String) -> Bool {
    guard text.utf8.count <= 128, let colon = text.firstIndex(of: ":") else { return false }
    func isWord(_ part: Substring) -> Bool {
      !part.isEmpty && part.utf8.allSatisfy { (0x21...0x7E).contains($0) }
    }
    return isWord(text[..<colon]) && isWord(text[text.index(after: colon)...])
  }
}
