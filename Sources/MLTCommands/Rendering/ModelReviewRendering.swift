internal import Journaling
internal import Lineage
internal import MLTBase

/// How the review of a version reads.
enum ModelReviewRendering {
  static func text(_ standing: ReviewStanding, terminal: Terminal) -> String {
    var out = StyledText(colour: terminal.hasColour)
    out.line(out.styled(ModelRendering.line(standing.named), .cyan))
    let lines = lines(standing)
    for line in lines.isEmpty ? ["nobody was asked, and nothing is asked for"] : lines { out.line("  " + line) }
    return out.text
  }

  /// What people say and what policy asks for, a line each.
  static func lines(_ standing: ReviewStanding) -> [String] {
    var lines: [String] = []
    if standing.isRequested {
      lines.append("requested" + (standing.asked.isEmpty ? "" : " from " + standing.asked.joined(separator: ", ")))
    }
    lines += Formatting.table(
      standing.voices.map { voice in
        [
          voice.review.fact.verdict.rawValue, voice.person, Formatting.time(voice.review.said),
          ([
            proof(voice.proof), voice.remark.map { "doesn't count: \($0)" },
            voice.review.fact.said.why.map(Formatting.firstLine),
          ])
          .compactMap { $0 }.joined(separator: "; "),
        ]
      })
    lines += standing.requirements.map { ($0.isMet ? "✓ " : "✗ ") + words($0) }
    return lines
  }

  private static func proof(_ proof: ReviewVoice.Proof) -> String? {
    switch proof {
    case .none: nil
    case .signed(let principal): "signed by \(principal)"
    case .unknownKey: "signed with a key that nobody is known by"
    case .bad: "signed, but the signature doesn't hold"
    case .unchecked: "signed, which wasn't checked"
    }
  }

  /// What is asked for and how it stands, in a phrase.
  static func words(_ requirement: ModelRequirement) -> String {
    switch requirement.kind {
    case .approvals(let have, let need): "\(have) of \(Formatting.count(need, "approval"))"
    case .unrejected(let people):
      people.isEmpty ? "nobody rejects it" : "rejected by \(people.joined(separator: ", "))"
    case .clean(let problem): problem ?? "made by committed code"
    case .reproduced(let problem): problem ?? "made again with the same outcome"
    case .unflagged(let paths):
      paths.isEmpty ? "nothing it was made from is flagged" : "flagged as wrong: \(paths.joined(separator: ", "))"
    case .allowed(let environment, let range, let release):
      requirement.isMet
        ? "'\(environment)' takes versions \(range)"
        : "'\(environment)' takes versions \(range), and this is "
          + (ReviewPolicy.isRelease(release) ? release : "called '\(release)', which is none")
    }
  }

  /// What to do about something that is missing.
  static func hint(_ requirement: ModelRequirement, _ title: String) -> String {
    let title = Formatting.word(title)
    return switch requirement.kind {
    case .approvals:
      "ask for reviews: 'mlt model review request \(title) --from MAIL'; reviewers: 'mlt model review approve \(title) -m WHY'"
    case .unrejected: "who rejected it may approve of it later; else register a better version"
    case .clean: "commit the code, run it again and register what it makes"
    case .reproduced:
      requirement.run.map { "make it again: 'mlt rerun \($0.short)'" } ?? "register what a run has made"
    case .unflagged: "see 'mlt review', and 'mlt unflag' what is right after all"
    case .allowed: "see 'mlt config', and the tag 'version' of the version"
    }
  }

  // MARK: JSON

  static func json(_ standing: ReviewStanding) -> JSONObject {
    [
      "requested": .bool(standing.isRequested), "asked": .array(standing.asked.map { .string($0) }),
      "approvals": .int(Int64(standing.approvals)),
      "voices": .array(
        standing.voices.map { voice in
          [
            "person": .string(voice.person), "verdict": .string(voice.review.fact.verdict.rawValue),
            "at": .string(voice.review.said.description), "why": ModelRendering.text(voice.review.fact.said.why),
            "signature": .string(name(voice.proof)), "counts": .bool(voice.remark == nil),
            "remark": ModelRendering.text(voice.remark),
          ]
        }),
      "requirements": .array(standing.requirements.map { .object(json($0)) }),
      "ready": .bool(standing.requirements.allSatisfy(\.isMet)),
    ]
  }

  static func json(_ requirement: ModelRequirement) -> JSONObject {
    let kind =
      switch requirement.kind {
      case .approvals: "approvals"
      case .unrejected: "unrejected"
      case .clean: "clean"
      case .reproduced: "reproduced"
      case .unflagged: "unflagged"
      case .allowed: "allowed"
      }
    return ["kind": .string(kind), "met": .bool(requirement.isMet), "text": .string(words(requirement))]
  }

  private static func name(_ proof: ReviewVoice.Proof) -> String {
    switch proof {
    case .none: "none"
    case .signed: "trusted"
    case .unknownKey: "unknown-key"
    case .bad: "bad"
    case .unchecked: "unchecked"
    }
  }
}
