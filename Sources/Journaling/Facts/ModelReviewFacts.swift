public import MLTBase

/// Somebody was asked to review a version of a model, or did (`model.reviewed`).
public struct ModelReviewed: Fact, Hashable {
  /// The event type.
  public static let type = "model.reviewed"

  /// What is said.
  public enum Verdict: String, Hashable, Sendable, CaseIterable {
    /// A review is asked for.
    case requested
    /// The version may go where it is meant to go.
    case approved
    /// It may not.
    case rejected
  }

  /// The model's name.
  public var name: String
  /// The version: the id of its `model.registered`.
  public var version: ContentID
  /// The content that was looked at: what is said holds for no other.
  public var content: ContentID
  /// What is said.
  public var verdict: Verdict
  /// Who is asked, as `Name <mail>` or a mail address; empty for anybody.
  public var reviewers: [String]
  /// When it was said, which a signature speaks of too; nil in what older programs wrote.
  public var at: Timestamp?
  /// An SSH signature in its armour over the fields without itself (`docs/design/journal-format.md`); nil if it wasn't signed.
  public var signature: String?
  /// The fingerprint of the signing key, which only the signature proves.
  public var key: String?
  /// Who says so, and why.
  public var said: Attribution

  /// Takes the facts.
  public init(
    _ name: String, version: ContentID, content: ContentID, verdict: Verdict, reviewers: [String] = [],
    at: Timestamp? = nil, signature: String? = nil, key: String? = nil, said: Attribution = Attribution()
  ) {
    self.name = name
    self.version = version
    self.content = content
    self.verdict = verdict
    self.reviewers = reviewers
    self.at = at
    self.signature = signature
    self.key = key
    self.said = said
  }

  /// The type's own fields.
  public var fields: JSONObject {
    var fields = signedFields
    fields["signature"] = signature.map { .string($0) }
    fields["key"] = key.map { .string($0) }
    return fields
  }

  /// The fields that a signature speaks of: all but itself and the key it names.
  public var signedFields: JSONObject {
    var writer = FieldWriter()
    writer.set("name", name)
    writer.set("version", version.hex)
    writer.set("content", content.hex)
    writer.set("verdict", verdict.rawValue)
    writer.set("reviewers", reviewers)
    writer.set("time", at?.description)
    said.write(&writer)
    return writer.fields
  }

  /// Reads the type's own fields.
  public init(fields: JSONObject) throws(FactError) {
    let reader = FieldReader(fields)
    guard let verdict = Verdict(rawValue: try reader.string("verdict")) else { throw FactError("verdict") }
    self.init(
      try reader.modelName("name"), version: try reader.version("version"), content: try reader.version("content"),
      verdict: verdict, reviewers: try reader.strings("reviewers"), at: try reader.time("time"),
      signature: try reader.optionalString("signature"), key: try reader.optionalString("key"),
      said: try Attribution(reader))
  }
}

/// Candidates were compared, to promote the best or leave things as they are (`model.decided`).
public struct ModelDecided: Fact, Hashable {
  /// The event type.
  public static let type = "model.decided"
  /// How many candidates one decision names.
  public static let limit = 1000

  /// One of those that were compared.
  public struct Candidate: Hashable, Sendable {
    /// The run that made it; nil if none is known.
    public var run: RunID?
    /// The run that logged the value; nil if none did.
    public var measuredBy: RunID?
    /// The version it is, if it was registered.
    public var version: ContentID?
    /// Its content, if that is known.
    public var content: ContentID?
    /// What the metric was; nil if it has none that counts.
    public var value: Double?
    /// Why it didn't count, or what is remarkable: a lower-case phrase.
    public var remark: String?

    /// Takes the facts.
    public init(
      run: RunID? = nil, measuredBy: RunID? = nil, version: ContentID? = nil, content: ContentID? = nil,
      value: Double? = nil,
      remark: String? = nil
    ) {
      self.run = run
      self.measuredBy = measuredBy
      self.version = version
      self.content = content
      self.value = value
      self.remark = remark
    }
  }

  /// The model's name.
  public var name: String
  /// The version that was promoted; nil if nothing was changed.
  public var promoted: ContentID?
  /// The version that was in production before; nil if there was none.
  public var production: ContentID?
  /// The stage it was about.
  public var stage: ModelStage
  /// The metric.
  public var metric: String
  /// Whether less is better.
  public var lessIsBetter: Bool
  /// The filter that candidates were chosen by; empty for none.
  public var filter: String
  /// The data that the metric was measured on, the same for all that count; sorted, empty if nobody named any.
  public var holdout: [ContentID]
  /// The value of what was in production, if it has one that can be compared.
  public var productionValue: Double?
  /// Those that were compared, the best first, at most ``limit``.
  public var candidates: [Candidate]
  /// How many there were.
  public var count: Int64
  /// What was decided and why: a phrase for people.
  public var reason: String
  /// Who says so, and why.
  public var said: Attribution

  /// Takes the facts.
  public init(
    _ name: String, promoted: ContentID?, production: ContentID?, stage: ModelStage, metric: String,
    lessIsBetter: Bool, filter: String = "", holdout: [ContentID] = [], productionValue: Double? = nil,
    candidates: [Candidate] = [], count: Int64, reason: String, said: Attribution = Attribution()
  ) {
    self.name = name
    self.promoted = promoted
    self.production = production
    self.stage = stage
    self.metric = metric
    self.lessIsBetter = lessIsBetter
    self.filter = filter
    self.holdout = holdout
    self.productionValue = productionValue
    self.candidates = candidates
    self.count = count
    self.reason = reason
    self.said = said
  }

  /// The type's own fields.
  public var fields: JSONObject {
    var writer = FieldWriter()
    writer.set("name", name)
    writer.set("promoted", promoted?.hex)
    writer.set("production", production?.hex)
    writer.set("stage", stage.rawValue)
    writer.set("metric", metric)
    writer.set("lessIsBetter", flag: lessIsBetter)
    writer.set("filter", filter.isEmpty ? nil : filter)
    writer.set("holdout", holdout.map(\.hex))
    writer.set("candidates", objects: candidates.map(\.fields))
    writer.set("count", count)
    writer.set("reason", reason)
    said.write(&writer)
    var fields = writer.fields
    fields["productionValue"] = productionValue.map { MetricValue($0).json }
    return fields
  }

  /// Reads the type's own fields.
  public init(fields: JSONObject) throws(FactError) {
    let reader = FieldReader(fields)
    guard let stage = ModelStage(rawValue: try reader.string("stage")) else { throw FactError("stage") }
    var holdout: [ContentID] = []
    for text in try reader.strings("holdout") {
      guard let content = ContentID(hex: text) else { throw FactError("holdout") }
      holdout.append(content)
    }
    self.init(
      try reader.modelName("name"), promoted: try reader.contentID("promoted"),
      production: try reader.contentID("production"), stage: stage, metric: try reader.string("metric"),
      lessIsBetter: try reader.flag("lessIsBetter"), filter: try reader.optionalString("filter") ?? "",
      holdout: holdout, productionValue: try reader.number("productionValue"),
      candidates: try reader.objects("candidates") { entry throws(FactError) in try Candidate(entry) },
      count: try reader.int("count", default: 0), reason: try reader.optionalString("reason") ?? "",
      said: try Attribution(reader))
  }
}

extension ModelDecided.Candidate {
  fileprivate var fields: JSONObject {
    var writer = FieldWriter()
    writer.set("run", run?.hex)
    writer.set("measuredBy", measuredBy?.hex)
    writer.set("version", version?.hex)
    writer.set("id", content?.hex)
    writer.set("remark", remark)
    var fields = writer.fields
    fields["value"] = value.map { MetricValue($0).json }
    return fields
  }

  fileprivate init(_ reader: FieldReader) throws(FactError) {
    self.init(
      run: reader.fields["run"] == nil ? nil : try reader.runID("run"),
      measuredBy: reader.fields["measuredBy"] == nil ? nil : try reader.runID("measuredBy"),
      version: try reader.contentID("version"), content: try reader.contentID("id"), value: try reader.number("value"),
      remark: try reader.optionalString("remark"))
  }
}

extension FieldReader {
  fileprivate func number(_ name: String) throws(FactError) -> Double? {
    guard let value = fields[name] else { return nil }
    guard let number = MetricValue(value) else { throw FactError(name) }
    return number.number
  }
}
