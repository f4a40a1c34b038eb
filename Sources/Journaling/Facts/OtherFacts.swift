public import MLTBase

/// A component was described (`component.described`); what isn't said stays as it was.
public struct ComponentDescribed: Fact {
  /// The event type.
  public static let type = "component.described"

  /// The component's name.
  public var name: String
  /// What it does.
  public var summary: String?
  /// Who answers for it.
  public var owner: String?
  /// All its tags; nil leaves them as they were.
  public var tags: [String]?
  /// All checks that its runs are to pass; nil leaves them as they were.
  public var checks: ComponentChecks?
  /// Who says so, and why.
  public var said: Attribution

  /// Takes the facts.
  public init(
    name: String, summary: String? = nil, owner: String? = nil, tags: [String]? = nil,
    checks: ComponentChecks? = nil, said: Attribution = Attribution()
  ) {
    self.name = name
    self.summary = summary
    self.owner = owner
    self.tags = tags
    self.checks = checks
    self.said = said
  }

  /// The type's own fields.
  public var fields: JSONObject {
    var writer = FieldWriter()
    writer.set("name", name)
    writer.set("description", summary)
    writer.set("owner", owner)
    said.write(&writer)
    var fields = writer.fields
    // An empty list says something here: that there are no tags any more.
    fields["tags"] = tags.map { .array($0.map { .string($0) }) }
    fields["checks"] = checks.map { .object($0.fields) }
    return fields
  }

  /// Reads the type's own fields.
  public init(fields: JSONObject) throws(FactError) {
    let reader = FieldReader(fields)
    var checks: ComponentChecks?
    if let value = fields["checks"] {
      guard let object = value.object else { throw FactError("checks") }
      do throws(FactError) {
        checks = try ComponentChecks(fields: object)
      } catch {
        throw FactError("checks." + error.field)
      }
    }
    self.init(
      name: try reader.string("name"), summary: try reader.optionalString("description"),
      owner: try reader.optionalString("owner"), tags: fields["tags"] == nil ? nil : try reader.strings("tags"),
      checks: checks, said: try Attribution(reader))
  }
}

/// An artifact was put under mlt's care by hand (`artifact.added`).
public struct ArtifactAdded: Fact {
  /// The event type.
  public static let type = "artifact.added"

  /// The artifact.
  public var artifact: ArtifactRecord
  /// Which other tool had it before; nil if it was simply added.
  public var origin: ImportOrigin?

  /// Takes the artifact.
  public init(_ artifact: ArtifactRecord, origin: ImportOrigin? = nil) {
    self.artifact = artifact
    self.origin = origin
  }

  /// The type's own fields.
  public var fields: JSONObject {
    var writer = FieldWriter()
    writer.set("artifact", object: artifact.fields)
    writer.set("origin", object: origin?.fields)
    return writer.fields
  }

  /// Reads the type's own fields.
  public init(fields: JSONObject) throws(FactError) {
    let reader = FieldReader(fields)
    self.init(try reader.artifact("artifact"))
    guard let entry = try reader.object("origin") else { return }
    do {
      origin = try ImportOrigin(entry)
    } catch {
      throw FactError("origin." + error.field)
    }
  }
}
