public import Journaling
public import MLTBase

/// What one event says of a registered model.
public enum ModelFact: Hashable, Sendable {
  /// Something is said of the model as a whole.
  case described(ModelDescribed)
  /// It got a version.
  case registered(ModelRegistered)
  /// Something is said of a version.
  case changed(ModelChanged)
  /// A version was reviewed, or a review was asked for.
  case reviewed(ModelReviewed)
  /// Candidates were compared.
  case decided(ModelDecided)

  /// The model's name.
  public var name: String {
    switch self {
    case .described(let fact): fact.name
    case .registered(let fact): fact.name
    case .changed(let fact): fact.name
    case .reviewed(let fact): fact.name
    case .decided(let fact): fact.name
    }
  }

  /// Who says so, and why.
  public var said: Attribution {
    switch self {
    case .described(let fact): fact.said
    case .registered(let fact): fact.said
    case .changed(let fact): fact.said
    case .reviewed(let fact): fact.said
    case .decided(let fact): fact.said
    }
  }

  // When it was so, where somebody else had written it down before.
  var began: Timestamp? {
    switch self {
    case .registered(let fact): fact.began
    case .changed(let fact): fact.began
    case .described, .reviewed, .decided: nil
    }
  }

  /// Reads an event; nil if it isn't about a model.
  ///
  /// - Throws: ``FactError`` if it is, and can't be understood.
  init?(_ event: Event) throws(FactError) {
    try self.init(type: event.type, fields: event.fields)
  }

  /// Reads a type's own fields; nil for a type that isn't about models.
  init?(type: String, fields: JSONObject) throws(FactError) {
    switch type {
    case ModelDescribed.type: self = .described(try ModelDescribed(fields: fields))
    case ModelRegistered.type: self = .registered(try ModelRegistered(fields: fields))
    case ModelChanged.type: self = .changed(try ModelChanged(fields: fields))
    case ModelReviewed.type: self = .reviewed(try ModelReviewed(fields: fields))
    case ModelDecided.type: self = .decided(try ModelDecided(fields: fields))
    default: return nil
    }
  }
}

/// A fact about a model, with the event that holds it.
public struct RecordedModelFact: Hashable, Sendable {
  /// The event's id; of a registration, what the version is known by.
  public var event: ContentID
  /// When it is so since: when it was written, unless that was later.
  public var at: Timestamp
  /// The time by which it counts among others (``Attribution/order(at:)``).
  public var ordered: Timestamp
  /// Who wrote it.
  public var writer: WriterID
  /// What it says.
  public var fact: ModelFact

  /// Takes the facts.
  public init(event: ContentID, at: Timestamp, ordered: Timestamp, writer: WriterID, fact: ModelFact) {
    self.event = event
    self.at = at
    self.ordered = ordered
    self.writer = writer
    self.fact = fact
  }
}
