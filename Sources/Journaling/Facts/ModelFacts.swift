public import MLTBase

/// Something is said of a registered model as a whole (`model.described`); the first such makes it.
public struct ModelDescribed: Fact, Hashable {
  /// The event type.
  public static let type = "model.described"

  /// The model's name.
  public var name: String
  /// What it is for, in Markdown; empty if there is to be no description.
  public var summary: String?
  /// Tags to set.
  public var tags: [String: String]
  /// Tags to take away, sorted.
  public var untagged: [String]
  /// Whether the model, with all its versions, is deleted (true) or there again (false).
  public var isDeleted: Bool?
  /// Who says so, and why.
  public var said: Attribution

  /// Takes the facts.
  public init(
    _ name: String, summary: String? = nil, tags: [String: String] = [:], untagged: [String] = [],
    isDeleted: Bool? = nil, said: Attribution = Attribution()
  ) {
    self.name = name
    self.summary = summary
    self.tags = tags
    self.untagged = untagged
    self.isDeleted = isDeleted
    self.said = said
  }

  /// The type's own fields.
  public var fields: JSONObject {
    var writer = FieldWriter()
    writer.set("name", name)
    writer.set("description", summary)
    writer.set("tags", tags)
    writer.set("untagged", untagged)
    said.write(&writer)
    var fields = writer.fields
    fields["deleted"] = isDeleted.map { .bool($0) }
    return fields
  }

  /// Reads the type's own fields.
  public init(fields: JSONObject) throws(FactError) {
    let reader = FieldReader(fields)
    self.init(
      try reader.modelName("name"), summary: try reader.optionalString("description"),
      tags: try reader.stringMap("tags"), untagged: try reader.strings("untagged"),
      isDeleted: try reader.optionalFlag("deleted"), said: try Attribution(reader))
  }
}

/// An artifact became a version of a model (`model.registered`).
///
/// The event's id is what the version is known by for good.
public struct ModelRegistered: Fact, Hashable {
  /// The event type.
  public static let type = "model.registered"
  /// The greatest number of a version: so much less than what fits that another one can always be counted up to.
  public static let numberLimit: Int64 = 1_000_000_000

  /// The model's name.
  public var name: String
  /// The number that it was given where it was registered, from 1 to ``numberLimit``; two clones may have given the same.
  public var number: Int64
  /// The artifact: where it stood, and which content it has.
  public var artifact: ArtifactRecord
  /// The run that made it; nil if no run is known.
  public var run: RunID?
  /// What is said of this version, in Markdown.
  public var summary: String?
  /// Its tags.
  public var tags: [String: String]
  /// When it was registered, if that isn't when the event was written.
  public var began: Timestamp?
  /// Which other tool had it; nil if it was registered here.
  public var origin: RunOrigin?
  /// Who registered it, and why.
  public var said: Attribution

  /// Takes the facts.
  public init(
    _ name: String, number: Int64, artifact: ArtifactRecord, run: RunID? = nil, summary: String? = nil,
    tags: [String: String] = [:], began: Timestamp? = nil, origin: RunOrigin? = nil, said: Attribution = Attribution()
  ) {
    self.name = name
    self.number = number
    self.artifact = artifact
    self.run = run
    self.summary = summary
    self.tags = tags
    self.began = began
    self.origin = origin
    self.said = said
  }

  /// The type's own fields.
  public var fields: JSONObject {
    var writer = FieldWriter()
    writer.set("name", name)
    writer.set("number", number)
    writer.set("artifact", object: artifact.fields)
    writer.set("run", run?.hex)
    writer.set("description", summary)
    writer.set("tags", tags)
    writer.set("began", began?.description)
    writer.set("origin", object: origin?.fields)
    said.write(&writer)
    return writer.fields
  }

  /// Reads the type's own fields.
  public init(fields: JSONObject) throws(FactError) {
    let reader = FieldReader(fields)
    let number = try reader.int("number", default: 0)
    guard number > 0, number <= Self.numberLimit else { throw FactError("number") }
    var origin: RunOrigin?
    if let entry = try reader.object("origin") { origin = try RunOrigin(entry) }
    self.init(
      try reader.modelName("name"), number: number, artifact: try reader.artifact("artifact"),
      run: fields["run"] == nil ? nil : try reader.runID("run"), summary: try reader.optionalString("description"),
      tags: try reader.stringMap("tags"), began: try reader.time("began"), origin: origin,
      said: try Attribution(reader))
  }
}

/// Something is said of one version of a model (`model.changed`).
public struct ModelChanged: Fact, Hashable {
  /// The event type.
  public static let type = "model.changed"

  /// The model's name.
  public var name: String
  /// The version: the id of its `model.registered`.
  public var version: ContentID
  /// The stage that it is put in.
  public var stage: ModelStage?
  /// Whether versions that were in that stage before leave it for `archived`.
  public var displaces: Bool
  /// Aliases that mean this version from now on, sorted; they mean no other one any more.
  public var aliases: [String]
  /// Aliases that mean it no longer, sorted.
  public var unaliased: [String]
  /// What is said of this version, in Markdown; empty if there is to be no description.
  public var summary: String?
  /// Tags to set.
  public var tags: [String: String]
  /// Tags to take away, sorted.
  public var untagged: [String]
  /// Whether the version is deleted (true) or there again (false).
  public var isDeleted: Bool?
  /// Whether this goes back to what was in the stage before.
  public var isRollback: Bool
  /// When it was so, if that isn't when the event was written.
  public var began: Timestamp?
  /// Who says so, and why.
  public var said: Attribution

  /// Takes the facts.
  public init(
    _ name: String, version: ContentID, stage: ModelStage? = nil, displaces: Bool = false, aliases: [String] = [],
    unaliased: [String] = [], summary: String? = nil, tags: [String: String] = [:], untagged: [String] = [],
    isDeleted: Bool? = nil, isRollback: Bool = false, began: Timestamp? = nil, said: Attribution = Attribution()
  ) {
    self.name = name
    self.version = version
    self.stage = stage
    self.displaces = displaces
    self.aliases = aliases
    self.unaliased = unaliased
    self.summary = summary
    self.tags = tags
    self.untagged = untagged
    self.isDeleted = isDeleted
    self.isRollback = isRollback
    self.began = began
    self.said = said
  }

  /// The type's own fields.
  public var fields: JSONObject {
    var writer = FieldWriter()
    writer.set("name", name)
    writer.set("version", version.hex)
    writer.set("stage", stage?.rawValue)
    writer.set("displaces", flag: displaces)
    writer.set("aliases", aliases)
    writer.set("unaliased", unaliased)
    writer.set("description", summary)
    writer.set("tags", tags)
    writer.set("untagged", untagged)
    writer.set("rollback", flag: isRollback)
    writer.set("began", began?.description)
    said.write(&writer)
    var fields = writer.fields
    fields["deleted"] = isDeleted.map { .bool($0) }
    return fields
  }

  /// Reads the type's own fields.
  public init(fields: JSONObject) throws(FactError) {
    let reader = FieldReader(fields)
    var stage: ModelStage?
    if let text = try reader.optionalString("stage") {
      guard let known = ModelStage(rawValue: text) else { throw FactError("stage") }
      stage = known
    }
    let aliases = (try reader.strings("aliases"), try reader.strings("unaliased"))
    guard (aliases.0 + aliases.1).allSatisfy({ ModelName.isValidAlias($0) }) else { throw FactError("aliases") }
    self.init(
      try reader.modelName("name"), version: try reader.version("version"), stage: stage,
      displaces: try reader.flag("displaces"), aliases: aliases.0, unaliased: aliases.1,
      summary: try reader.optionalString("description"), tags: try reader.stringMap("tags"),
      untagged: try reader.strings("untagged"), isDeleted: try reader.optionalFlag("deleted"),
      isRollback: try reader.flag("rollback"), began: try reader.time("began"), said: try Attribution(reader))
  }
}

/// The stages of a model's version, as MLflow has them.
public enum ModelStage: String, Hashable, Sendable, CaseIterable {
  /// In none yet.
  case none
  /// Being tried.
  case staging
  /// In use.
  case production
  /// Out of use.
  case archived

  /// The stage as it is printed: `None`, `Staging`, `Production`, `Archived`.
  public var title: String {
    switch self {
    case .none: "None"
    case .staging: "Staging"
    case .production: "Production"
    case .archived: "Archived"
    }
  }

  /// Whether what is in it is used: Staging and Production.
  public var isInUse: Bool { self == .staging || self == .production }

  /// Reads a stage in any mixture of large and small letters, as MLflow does.
  public init?(title: String) {
    guard let stage = Self.allCases.first(where: { $0.rawValue == title.lowercased() }) else { return nil }
    self = stage
  }
}

/// What models and aliases may be called; the limits are MLflow's.
public enum ModelName {
  /// The most bytes of a model's name.
  public static let limit = 256
  /// The most bytes of an alias.
  public static let aliasLimit = 255

  /// Whether a text can be a model's name: characters on one line, none of them `/`, `:` or `@`, with no space at either end.
  public static func isValid(_ name: String) -> Bool {
    !name.isEmpty && name.utf8.count <= limit
      && !name.utf8.contains { $0 < 0x20 || $0 == 0x7F || $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: ":") }
      && !name.utf8.contains(UInt8(ascii: "@")) && name.first?.isWhitespace == false
      && name.last?.isWhitespace == false
  }

  /// Whether a text can be an alias: letters, digits, `-` and `_`, but not `latest`, `v1` or what is only digits.
  public static func isValidAlias(_ alias: String) -> Bool {
    guard !alias.isEmpty, alias.utf8.count <= aliasLimit else { return false }
    guard alias.utf8.allSatisfy({ isWord($0) }), alias.utf8.contains(where: { !isDigit($0) }) else { return false }
    let small = alias.lowercased()
    if small == "latest" { return false }
    return !(small.hasPrefix("v") && small.utf8.count > 1 && small.utf8.dropFirst().allSatisfy(isDigit))
  }

  private static func isWord(_ byte: UInt8) -> Bool {
    isDigit(byte) || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
      || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) || byte == UInt8(ascii: "_")
      || byte == UInt8(ascii: "-")
  }

  private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
}

extension FieldReader {
  func modelName(_ name: String) throws(FactError) -> String {
    let text = try string(name)
    guard ModelName.isValid(text) else { throw FactError(name) }
    return text
  }

  func version(_ name: String) throws(FactError) -> ContentID {
    guard let id = try contentID(name) else { throw FactError(name) }
    return id
  }

  func optionalFlag(_ name: String) throws(FactError) -> Bool? {
    fields[name] == nil ? nil : try flag(name)
  }
}
