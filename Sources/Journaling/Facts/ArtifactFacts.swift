public import MLTBase

/// Something was said of an artifact (`artifact.annotated`).
public struct ArtifactAnnotated: Fact {
  /// The event type.
  public static let type = "artifact.annotated"

  /// The artifact.
  public var artifact: ArtifactRecord
  /// A note in Markdown, which replaces the one before; empty if there is to be none.
  public var note: String?
  /// Tags to set.
  public var tags: [String: String]
  /// Tags to take away, sorted.
  public var untagged: [String]
  /// Who says so, and why.
  public var said: Attribution

  /// Takes the facts.
  public init(
    _ artifact: ArtifactRecord, note: String? = nil, tags: [String: String] = [:], untagged: [String] = [],
    said: Attribution = Attribution()
  ) {
    self.artifact = artifact
    self.note = note
    self.tags = tags
    self.untagged = untagged
    self.said = said
  }

  /// The type's own fields.
  public var fields: JSONObject {
    var writer = FieldWriter()
    writer.set("artifact", object: artifact.fields)
    writer.set("note", note)
    writer.set("tags", tags)
    writer.set("untagged", untagged)
    said.write(&writer)
    return writer.fields
  }

  /// Reads the type's own fields.
  public init(fields: JSONObject) throws(FactError) {
    let reader = FieldReader(fields)
    self.init(
      try reader.artifact("artifact"), note: try reader.optionalString("note"), tags: try reader.stringMap("tags"),
      untagged: try reader.strings("untagged"), said: try Attribution(reader))
  }
}

/// An artifact was said to be wrong (`artifact.flagged`).
public struct ArtifactFlagged: Fact {
  /// The event type.
  public static let type = "artifact.flagged"

  /// The artifact.
  public var artifact: ArtifactRecord
  /// Who says so, and why.
  public var said: Attribution

  /// Takes the facts.
  public init(_ artifact: ArtifactRecord, said: Attribution = Attribution()) {
    self.artifact = artifact
    self.said = said
  }

  /// The type's own fields.
  public var fields: JSONObject { FlagFields.fields(artifact, said) }

  /// Reads the type's own fields.
  public init(fields: JSONObject) throws(FactError) {
    let (artifact, said) = try FlagFields.read(fields)
    self.init(artifact, said: said)
  }
}

/// A flagged artifact was said to be right, or done with (`artifact.unflagged`).
public struct ArtifactUnflagged: Fact {
  /// The event type.
  public static let type = "artifact.unflagged"

  /// The artifact.
  public var artifact: ArtifactRecord
  /// Who says so, and why.
  public var said: Attribution

  /// Takes the facts.
  public init(_ artifact: ArtifactRecord, said: Attribution = Attribution()) {
    self.artifact = artifact
    self.said = said
  }

  /// The type's own fields.
  public var fields: JSONObject { FlagFields.fields(artifact, said) }

  /// Reads the type's own fields.
  public init(fields: JSONObject) throws(FactError) {
    let (artifact, said) = try FlagFields.read(fields)
    self.init(artifact, said: said)
  }
}

/// What a flag led to was found and settled (`review.closed`); the artifact stays wrong, and nobody searches any more.
public struct ReviewClosed: Fact {
  /// The event type.
  public static let type = "review.closed"

  /// The artifact.
  public var artifact: ArtifactRecord
  /// Who says so, and why.
  public var said: Attribution

  /// Takes the facts.
  public init(_ artifact: ArtifactRecord, said: Attribution = Attribution()) {
    self.artifact = artifact
    self.said = said
  }

  /// The type's own fields.
  public var fields: JSONObject { FlagFields.fields(artifact, said) }

  /// Reads the type's own fields.
  public init(fields: JSONObject) throws(FactError) {
    let (artifact, said) = try FlagFields.read(fields)
    self.init(artifact, said: said)
  }
}

/// The fields of flagging, of closing and of taking it back, which are the same.
private enum FlagFields {
  static func fields(_ artifact: ArtifactRecord, _ said: Attribution) -> JSONObject {
    var writer = FieldWriter()
    writer.set("artifact", object: artifact.fields)
    said.write(&writer)
    return writer.fields
  }

  static func read(_ fields: JSONObject) throws(FactError) -> (ArtifactRecord, Attribution) {
    let reader = FieldReader(fields)
    return (try reader.artifact("artifact"), try Attribution(reader))
  }
}
