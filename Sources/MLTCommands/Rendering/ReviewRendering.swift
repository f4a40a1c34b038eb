internal import GitAccess
internal import Journaling
internal import Lineage
internal import LineageIndexing
internal import MLTBase

/// How a review reads.
enum ReviewRendering {
  /// How many traits of one element are named.
  private static let traitLimit = 6
  /// How much of an argument is shown; it may be a whole script.
  private static let argumentWidth = 60

  static func text(_ report: ReviewReport, terminal: Terminal) -> String {
    var out = StyledText(colour: terminal.hasColour)
    if report.flags.isEmpty, report.failedRuns == 0 {
      out.line("Nothing is flagged; 'mlt flag PATH -m WHY' says what is wrong")
      return out.text
    }
    out.line(population(report))
    if report.failedRuns > 0 {
      out.line("  outputs of \(Formatting.count(report.failedRuns, "run")) that failed a check count as flagged")
    }
    for artifact in report.unmade { out.line("  not made by any known run: \(artifact.path)") }
    if report.isCapped { out.line("  only the latest are looked at; --since and --component narrow it down") }
    if report.flagged > 0, report.unflagged == 0 {
      out.line("  with nothing unflagged of the same kinds, all that they share looks alike")
    }
    for (place, suspect) in report.suspects.enumerated() { add(suspect, place + 1, report, &out) }
    if report.suspects.count < report.suspectCount {
      out.line()
      out.line("and \(report.suspectCount - report.suspects.count) more (--limit)")
    }
    return out.text
  }

  private static func population(_ report: ReviewReport) -> String {
    "\(report.flagged) flagged, \(report.unflagged) unflagged of the same kinds, \(report.others) other end outputs"
  }

  private static func add(
    _ suspect: ReviewReport.Suspect, _ place: Int, _ report: ReviewReport, _ out: inout StyledText
  ) {
    out.line()
    let owner = suspect.owner.map { "  (\($0))" } ?? ""
    let heading = out.styled(suspect.component, .bold) + owner
    out.line("\(place). \(heading)  \(number(suspect.weight)): " + passed(suspect.best, report))
    add(suspect.best, &out)
    for other in suspect.others {
      out.line("   also \(number(other.score)): \(summary(other)); " + passed(other, report))
    }
  }

  private static func add(_ element: ReviewReport.Element, _ out: inout StyledText) {
    out.line("   " + runs(element))
    if let commit = element.commit {
      let note = element.commitNote.map { " by \($0.author): \(Formatting.firstLine($0.summary))" } ?? ""
      out.line("   commit \(commit.prefix(10))\(note)")
    }
    for trait in element.traits.prefix(traitLimit) { out.line("   " + text(trait)) }
    if element.traits.count > traitLimit { out.line("   and \(element.traits.count - traitLimit) more") }
    if element.traits.isEmpty { out.line("   nothing else is known that only these runs have") }
  }

  private static func passed(_ element: ReviewReport.Element, _ report: ReviewReport) -> String {
    "\(element.flagged) of \(report.flagged) flagged, \(element.unflagged) of \(report.unflagged) unflagged, "
      + "\(element.others) of \(report.others) others"
  }

  private static func runs(_ element: ReviewReport.Element) -> String {
    if element.runCount == 1 { return "run \(element.first.short), \(Formatting.time(element.since))" }
    return "\(element.runCount) runs, \(element.first.short) to \(element.last.short), "
      + "\(Formatting.time(element.since)) to \(Formatting.time(element.until))"
  }

  private static func summary(_ element: ReviewReport.Element) -> String {
    guard let trait = element.traits.first else { return runs(element) }
    return text(trait) + (element.traits.count > 1 ? " and \(element.traits.count - 1) more" : "")
  }

  private static func text(_ trait: ReviewReport.Trait) -> String {
    func value(_ text: String) -> String {
      switch trait.kind {
      case .code, .input: String(text.prefix(10))
      case .argument: Formatting.fit(Formatting.firstLine(text), argumentWidth)
      default: text
      }
    }
    let otherwise = trait.usual.map { ", otherwise \(value($0))" } ?? ""
    switch trait.kind {
    case .code: return "code \(trait.name) \(value(trait.value))\(otherwise)"
    case .parameter: return "parameter \(trait.name)=\(trait.value)\(otherwise)"
    case .argument: return "argument \(trait.name) \(value(trait.value))\(otherwise)"
    case .package: return "package \(trait.name) \(trait.value)\(otherwise)"
    case .interpreter: return "interpreter \(trait.name) \(trait.value)\(otherwise)"
    case .input: return "input \(trait.name) \(value(trait.value))\(otherwise)"
    case .place: return "reads \(trait.name)"
    case .outside: return "input \(trait.name) changed outside mlt"
    case .stale: return "input \(trait.name): \(trait.value)"
    case .size: return "\(trait.name): \(trait.value)"
    case .host: return "host \(trait.value)\(otherwise)"
    case .user: return "started by \(trait.value)\(otherwise)"
    case .command: return "command \(trait.value)"
    }
  }

  private static func number(_ value: Double) -> String {
    let hundredths = Int64((min(value, 1e12) * 100).rounded())
    let rest = hundredths % 100
    return "\(hundredths / 100)." + (rest < 10 ? "0" : "") + "\(rest)"
  }

  // MARK: JSON

  static func json(_ report: ReviewReport) -> JSONObject {
    [
      "format": 1, "method": .string(report.method.rawValue),
      "flags": .array(
        report.flags.map { flag in
          [
            "path": flag.artifact.map { .string($0.path) } ?? .null,
            "id": flag.artifact?.content.map { .string($0.hex) } ?? .null, "flag": ChangeRendering.flagJSON(flag),
          ]
        }),
      "flagged": .int(Int64(report.flagged)), "unflagged": .int(Int64(report.unflagged)),
      "others": .int(Int64(report.others)), "failedRuns": .int(Int64(report.failedRuns)),
      "capped": .bool(report.isCapped),
      "unmade": .array(
        report.unmade.map { ["path": .string($0.path), "id": $0.content.map { .string($0.hex) } ?? .null] }),
      "count": .int(Int64(report.suspectCount)), "suspects": .array(report.suspects.map { .object(json($0)) }),
    ]
  }

  private static func json(_ suspect: ReviewReport.Suspect) -> JSONObject {
    [
      "component": .string(suspect.component), "owner": suspect.owner.map { .string($0) } ?? .null,
      "weight": .double(suspect.weight), "best": .object(json(suspect.best)),
      "others": .array(suspect.others.map { .object(json($0)) }),
    ]
  }

  private static func json(_ element: ReviewReport.Element) -> JSONObject {
    [
      "score": .double(element.score), "flagged": .int(Int64(element.flagged)),
      "unflagged": .int(Int64(element.unflagged)), "others": .int(Int64(element.others)),
      "runs": .int(Int64(element.runCount)), "first": .string(element.first.hex), "last": .string(element.last.hex),
      "since": .string(element.since.description), "until": .string(element.until.description),
      "commit": element.commit.map { .string($0) } ?? .null,
      "author": element.commitNote.map { .string($0.author) } ?? .null,
      "traits": .array(
        element.traits.map { trait in
          [
            "kind": .string(trait.kind.rawValue), "name": .string(trait.name), "value": .string(trait.value),
            "usual": trait.usual.map { .string($0) } ?? .null,
          ]
        }),
    ]
  }
}
