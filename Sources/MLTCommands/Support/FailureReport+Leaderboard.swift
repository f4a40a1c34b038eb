internal import Lineage

/// What to say of runs that can't be listed or compared.
extension FailureReport {
  mutating func describe(_ error: LeaderboardError) {
    switch error {
    case .filter(let text, let position, let problem): describe(problem, of: text, at: position)
    case .sortKey(let key):
      set(
        "runs can't be sorted by '\(key)'", .usage,
        hint: "name it as 'metrics.f1:desc', 'params.depth', 'tags.team' or 'start_time'")
    case .repeatedSortKey(let key): set("'\(key)' is given twice to sort by", .usage)
    case .unknownColumn(let column, let similar):
      set("none of these runs has '\(column)'", .notFound, hint: Self.meant(similar))
    case .unknownExperiment(let name, let similar):
      set("no run is a try of the experiment '\(name)'", .notFound, hint: Self.meant(similar))
    case .modelWithoutRun(let reference): set("no run is known to have made '\(reference)'", .notFound)
    }
  }

  static func meant(_ similar: [String]) -> String? {
    similar.isEmpty ? nil : "did you mean \(list(similar))?"
  }

  private mutating func describe(_ problem: LeaderboardError.FilterProblem, of text: String, at position: Int) {
    let what =
      switch problem {
      case .noField: "a name must stand here, as 'metrics.f1', 'params.depth' or 'status'"
      case .unknownKind(let kind, let known): "'\(kind)' is none of \(known.joined(separator: ", "))"
      case .unknownAttribute(let name, _): "runs have no attribute '\(name)'"
      case .noComparison: "a comparison must stand here, as '='"
      case .unsuitableComparison(let sign, let suitable):
        "'\(sign)' doesn't go with it; these do: \(suitable.joined(separator: ", "))"
      case .noNumber: "a number must stand here, without quotes"
      case .noText: "a text in quotes must stand here"
      case .noList: "a list must stand here, as ('a', 'b')"
      case .openQuote: "the quote doesn't end"
      case .noConjunction: "'AND' or the end must stand here"
      case .longPattern(let limit): "the pattern has more than \(limit) bytes"
      case .manyConditions(let limit): "there are more than \(limit) conditions"
      }
    set("cannot read the filter: \(what)", .usage)
    // The place is shown below the filter, as compilers do; a long filter is cut around it.
    let letters = Array(text).map { $0.isNewline || $0 == "\t" ? " " : $0 }
    let start = max(0, min(position, letters.count) - 60)
    let shown = (start > 0 ? "…" : "") + String(letters[start..<min(letters.count, start + 100)])
    let column = position - start + (start > 0 ? 1 : 0)
    message += "\n  \(shown)\n  \(String(repeating: " ", count: max(0, column)))^"
    switch problem {
    case .unknownAttribute(let name, let similar):
      hints.append(
        Self.meant(similar)
          ?? "metrics, parameters and tags are named as 'metrics.\(name)', 'params.\(name)', 'tags.\(name)'")
    case .noConjunction: hints.append("conditions are joined by AND; there is no OR, and no parentheses around them")
    case .noText: hints.append("parameters, tags and texts are compared with texts: params.depth = '5'")
    default: break
    }
  }
}
