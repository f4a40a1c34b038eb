public import LineageIndexing
internal import MLTBase

/// Conditions on runs in MLflow's search language: `metrics.f1 > 0.9 and params.depth = '5' and tags.team like 'x%'`.
///
/// Conditions are joined by `AND` alone. Metrics and times are compared with numbers, all else with texts in quotes. `!=` and
/// `NOT IN` don't match what a run hasn't.
public struct RunFilter: Hashable, Sendable {
  /// The text that it was read from.
  public let text: String
  /// What all runs must meet.
  public let conditions: [RunCondition]

  /// The most bytes of a pattern; longer ones take very long to compare.
  static let patternLimit = 2000
  /// The most conditions: SQLite takes an expression that is a thousand deep.
  static let conditionLimit = 500

  /// Reads a filter; an empty one has no conditions.
  ///
  /// - Throws: ``LeaderboardError/filter(_:position:_:)``.
  public init(parsing text: String) throws(LeaderboardError) {
    var parser = FilterParser(text)
    conditions = try parser.conditions()
    self.text = text
  }

  private init(text: String, conditions: [RunCondition]) {
    self.text = text
    self.conditions = conditions
  }

  /// Returns a filter for runs that have something, and match another filter if there is one.
  static func having(_ field: RunField, _ filter: RunFilter?) -> RunFilter {
    RunFilter(text: filter?.text ?? "", conditions: [.present(field, true)] + (filter?.conditions ?? []))
  }

  /// What is named in it, each once, in order.
  public var fields: [RunField] {
    var fields: [RunField] = []
    for condition in conditions {
      let field =
        switch condition {
        case .number(let field, _, _), .text(let field, _, _), .among(let field, _, _), .present(let field, _): field
        }
      if !fields.contains(field) { fields.append(field) }
    }
    return fields
  }
}

/// Reads the language of filters.
private struct FilterParser {
  private let text: String
  private var tokens = FilterTokens()
  private var next = 0

  init(_ text: String) {
    self.text = text
  }

  private var token: FilterTokens.Token { tokens.all[min(next, tokens.all.count - 1)] }

  private func failure(_ problem: LeaderboardError.FilterProblem, at position: Int? = nil) -> LeaderboardError {
    .filter(text, position: position ?? token.position, problem)
  }

  private mutating func takes(_ keyword: String) -> Bool {
    guard case .word(let word) = token.kind, word.uppercased() == keyword else { return false }
    next += 1
    return true
  }

  mutating func conditions() throws(LeaderboardError) -> [RunCondition] {
    tokens = try FilterTokens(text)
    var conditions: [RunCondition] = []
    if token.kind == .end { return [] }
    while true {
      if conditions.count == RunFilter.conditionLimit {
        throw failure(.manyConditions(limit: RunFilter.conditionLimit))
      }
      conditions.append(try condition())
      if token.kind == .end { return conditions }
      guard takes("AND") else { throw failure(.noConjunction) }
    }
  }

  private mutating func condition() throws(LeaderboardError) -> RunCondition {
    let field = try field()
    let isNumber =
      switch field {
      case .metric: true
      case .attribute(let attribute): attribute.isNumber
      case .parameter, .tag, .input: false
      }
    let place = token.position
    let suitable = isNumber ? Self.numberComparisons : Self.textComparisons
    switch token.kind {
    case .comparison(let sign):
      next += 1
      if isNumber {
        guard let test = RunCondition.NumberTest(rawValue: sign == "<>" ? "!=" : sign) else {
          throw failure(.unsuitableComparison(sign, suitable: suitable), at: place)
        }
        return .number(field, test, try number(field))
      }
      guard let test: RunCondition.TextTest = sign == "=" ? .equal : sign == "!=" || sign == "<>" ? .notEqual : nil
      else { throw failure(.unsuitableComparison(sign, suitable: suitable), at: place) }
      return .text(field, test, try value(field))
    case .word(let word): return try worded(field, word.uppercased(), isNumber, suitable)
    default: throw failure(.noComparison)
    }
  }

  private static let numberComparisons = ["=", "!=", ">", ">=", "<", "<=", "IS NULL", "IS NOT NULL"]
  private static let textComparisons = ["=", "!=", "LIKE", "ILIKE", "IN", "NOT IN", "IS NULL", "IS NOT NULL"]

  private mutating func worded(
    _ field: RunField, _ word: String, _ isNumber: Bool, _ suitable: [String]
  ) throws(LeaderboardError) -> RunCondition {
    let place = token.position
    if takes("IS") {
      let isNegated = takes("NOT")
      guard takes("NULL") else { throw failure(.noComparison, at: place) }
      return .present(field, isNegated)
    }
    guard ["LIKE", "ILIKE", "IN", "NOT"].contains(word) else { throw failure(.noComparison) }
    if isNumber { throw failure(.unsuitableComparison(word, suitable: suitable)) }
    if takes("LIKE") { return .text(field, .like, try pattern(field)) }
    if takes("ILIKE") { return .text(field, .likeIgnoringCase, try pattern(field)) }
    let isNegated = takes("NOT")
    guard takes("IN") else { throw failure(.noComparison, at: place) }
    guard token.kind == .open else { throw failure(.noList) }
    next += 1
    var values = [try value(field)]
    while token.kind == .comma {
      next += 1
      // As in Python, from which such lists are often pasted.
      if token.kind == .close { break }
      values.append(try value(field))
    }
    guard token.kind == .close else { throw failure(.noList) }
    next += 1
    return .among(field, values, isNegated: isNegated)
  }

  private mutating func field() throws(LeaderboardError) -> RunField {
    let place = token.position
    switch token.kind {
    case .name(let text): return try attribute(text, place)
    case .word(let word):
      next += 1
      guard let dot = word.firstIndex(of: ".") else {
        next -= 1
        return try attribute(word, place)
      }
      let kindName = String(word[..<dot])
      guard let kind = FieldName.Kind(kindName) else {
        throw failure(.unknownKind(kindName, known: FieldName.Kind.allCases.map(\.rawValue)), at: place)
      }
      var key = String(word[word.index(after: dot)...])
      // A quoted key follows its dot at once.
      if key.isEmpty, token.position == place + word.count {
        switch token.kind {
        case .name(let name), .text(let name, quote: "\""):
          key = name
          next += 1
        default: break
        }
      }
      if key.isEmpty { throw failure(.noField, at: place + word.count) }
      guard let field = FieldName.field(kind, key) else {
        let known = kind == .datasets ? RunField.InputPart.allCases.map { "\($0)" } : FieldName.attributes
        throw failure(.unknownAttribute(key, similar: similar(key, known)), at: place)
      }
      return field
    default: throw failure(.noField)
    }
  }

  private mutating func attribute(_ word: String, _ place: Int) throws(LeaderboardError) -> RunField {
    // `Run name` is one of MLflow's own words for it.
    if word.lowercased() == "run", case .word(let second) = tokens.all[min(next + 1, tokens.all.count - 1)].kind,
      second.lowercased() == "name"
    {
      next += 2
      return .attribute(.name)
    }
    guard let attribute = FieldName.attribute(word) else {
      throw failure(.unknownAttribute(word, similar: similar(word, FieldName.attributes)), at: place)
    }
    next += 1
    return .attribute(attribute)
  }

  private func similar(_ word: String, _ known: [String]) -> [String] {
    Similarity.nearest(to: word, among: known, limit: 3)
  }

  private mutating func number(_ field: RunField) throws(LeaderboardError) -> Double {
    if case .word(let word) = token.kind, let value = FilterTokens.number(word) {
      next += 1
      return value
    }
    // Times may be written as people write them.
    if case .text(let text, _) = token.kind, field == .attribute(.started) || field == .attribute(.ended),
      let moment = Timestamp(text + "T00:00:00Z") ?? (text.contains(":") ? MetricLine.moment(text) : nil)
    {
      next += 1
      return Double(moment.microseconds / 1000)
    }
    throw failure(.noNumber)
  }

  private mutating func value(_ field: RunField) throws(LeaderboardError) -> String {
    guard case .text(let text, _) = token.kind else { throw failure(.noText) }
    next += 1
    return field == .attribute(.status) ? Self.status(text) : text
  }

  // Runs here end as `interrupted`, which MLflow calls killed.
  private static func status(_ text: String) -> String {
    text.uppercased() == "INTERRUPTED" ? "KILLED" : text.uppercased()
  }

  private mutating func pattern(_ field: RunField) throws(LeaderboardError) -> String {
    let place = token.position
    let text = try value(field)
    if text.utf8.count > RunFilter.patternLimit {
      throw failure(.longPattern(limit: RunFilter.patternLimit), at: place)
    }
    return text
  }
}
