internal import ArgumentParser
internal import Journaling
internal import Lineage
internal import MLTBase
internal import Remotes

/// How pushes and fetches read.
enum SharingRendering {
  static func text(_ outcome: PushOutcome, isDryRun: Bool) -> String {
    let report = outcome.report
    if report.objects == 0, report.events == 0 { return "Everything is in '\(outcome.remote)' already\n" }
    var parts: [String] = []
    if report.events > 0 { parts.append(Formatting.count(Int(report.events), "fact")) }
    if report.objects > 0 {
      parts.append("\(Formatting.count(report.objects, "object")) (\(Formatting.size(report.objectBytes)))")
    }
    return "\(isDryRun ? "would send" : "sent")  \(parts.joined(separator: ", "))  to \(outcome.remote)\n"
  }

  /// What became of bytes that were purged, for stderr.
  static func remarks(on purged: PurgedBytes, remote: String, isDryRun: Bool = false) -> [String] {
    var lines = purged.unread.prefix(1).map { "warning: not all facts of '\(remote)' can be read: \($0)" }
    if !purged.heldBack.isEmpty {
      let count = Formatting.count(purged.heldBack.count, "content")
      lines.append(
        "warning: the bytes of \(count) \(isDryRun ? "wouldn't be" : "weren't") sent: they were purged, as '\(remote)' knows"
      )
      lines.append("hint: run 'mlt pull' to learn why, and 'mlt gc' then to delete them here")
    }
    if purged.takenBack > 0 {
      let count = Formatting.count(purged.takenBack, "content")
      if let problem = purged.problem {
        lines.append(
          "warning: '\(remote)' has \(count) again that \(purged.takenBack == 1 ? "was" : "were") purged: \(problem)")
        lines.append("hint: run 'mlt pull', and 'mlt label retract LABEL --purge' again")
      } else {
        lines.append("mlt: deleted \(count) in '\(remote)' that somebody had sent while it was purged")
      }
    }
    return lines
  }

  static func json(_ outcome: PushOutcome, isDryRun: Bool) -> JSONObject {
    [
      "bytes_sent": .int(outcome.report.bytesSent), "dry_run": .bool(isDryRun), "facts": .int(outcome.report.events),
      "files": .int(Int64(outcome.report.packs + outcome.report.segments)), "format": 1,
      "object_bytes": .int(outcome.report.objectBytes), "objects": .int(Int64(outcome.report.objects)),
      "problems": .array(outcome.report.problems.map { .string("\($0)") }), "remote": .string(outcome.remote),
      "unsent": .array(outcome.unsent.map { .string($0) }),
      "purged": [
        "held_back": .array(outcome.purged.heldBack.map { .string($0.hex) }),
        "taken_back": .int(Int64(outcome.purged.takenBack)),
        "problem": outcome.purged.problem.map { .string($0) } ?? .null,
      ],
    ]
  }

  static func text(_ outcome: FetchOutcome, isDryRun: Bool) -> String {
    if outcome.facts.eventCount == 0, outcome.bytes.objects == 0 {
      return "Nothing new in '\(outcome.remote)'\n"
    }
    var parts: [String] = []
    if outcome.facts.eventCount > 0 { parts.append(Formatting.count(Int(outcome.facts.eventCount), "fact")) }
    if outcome.bytes.objects > 0 {
      parts.append("\(Formatting.count(outcome.bytes.objects, "object")) (\(Formatting.size(outcome.bytes.bytes)))")
    }
    return "\(isDryRun ? "would receive" : "received")  \(parts.joined(separator: ", "))  from \(outcome.remote)\n"
  }

  static func json(_ outcome: FetchOutcome, isDryRun: Bool) -> JSONObject {
    [
      "bytes": .int(outcome.bytes.bytes), "dry_run": .bool(isDryRun), "facts": .int(outcome.facts.eventCount),
      "format": 1, "missing": .array(outcome.bytes.missing.map { .string($0.hex) }),
      "objects": .int(Int64(outcome.bytes.objects)),
      "problems": .array((outcome.facts.problems + outcome.bytes.problems).map { .string("\($0)") }),
      "remote": .string(outcome.remote), "unavailable": .array(outcome.unavailable.map { .string($0) }),
    ]
  }

  static func text(_ outcome: RemoteCollectOutcome, isDryRun: Bool) -> String {
    let report = outcome.report
    let would = isDryRun ? "would be " : ""
    var lines: [String] = []
    if report.packsDeleted > 0 {
      lines.append(
        "\(Formatting.count(report.packsDeleted, "pack")) (\(Formatting.size(report.bytesDeleted))) \(would)deleted, "
          + "replaced long ago")
    }
    if report.packsRetired > 0 {
      let made =
        report.packsMade > 0 ? " by \(report.packsMade) (\(Formatting.size(report.bytesMade)))" : ""
      lines.append(
        "\(Formatting.count(report.packsRetired, "pack")) (\(Formatting.size(report.bytesRetired))) \(would)replaced\(made)"
      )
    }
    if report.segmentsMade > 0 { lines.append("\(Formatting.count(report.segmentsMade, "larger segment")) made") }
    if report.segmentsDeleted > 0 {
      lines.append("\(Formatting.count(report.segmentsDeleted, "segment")) deleted, replaced long ago")
    }
    if lines.isEmpty { lines.append("Nothing to merge or delete in '\(outcome.remote)'") }
    return lines.map { $0 + "\n" }.joined()
  }

  static func json(_ outcome: RemoteCollectOutcome, isDryRun: Bool) -> JSONObject {
    let report = outcome.report
    return [
      "bytes_deleted": .int(report.bytesDeleted), "bytes_made": .int(report.bytesMade),
      "bytes_retired": .int(report.bytesRetired), "dry_run": .bool(isDryRun), "format": 1,
      "objects_saved": .int(Int64(report.objectsSaved)), "packs_deleted": .int(Int64(report.packsDeleted)),
      "packs_made": .int(Int64(report.packsMade)), "packs_retired": .int(Int64(report.packsRetired)),
      "problems": .array(report.problems.map { .string("\($0)") }), "remote": .string(outcome.remote),
      "segments_deleted": .int(Int64(report.segmentsDeleted)), "segments_made": .int(Int64(report.segmentsMade)),
    ]
  }

  /// Says what helps where files of a remote are damaged.
  static func sayCure(for problems: [RemoteProblem]) {
    let isDamaged = problems.contains { problem in
      switch problem {
      case .pack(_, .unsupportedVersion): false
      case .pack, .fetched(_, _, .damaged): true
      default: false
      }
    }
    guard isDamaged else { return }
    Output.say(
      "hint: delete the damaged file in the remote; 'mlt push' in a clone that has what it held puts that again")
  }

  /// Says what is wrong with the remote, and fails if something is.
  static func sayProblems(of outcome: RemoteCollectOutcome) throws {
    for problem in outcome.report.problems { Output.say("error: \(problem)") }
    sayCure(for: outcome.report.problems)
    if !outcome.report.problems.isEmpty { throw ExitCode(FailureReport.Status.corrupt.rawValue) }
  }

  /// Says what is wrong with the remote, and fails if something is.
  static func sayProblems(of outcome: FetchOutcome) throws {
    let problems = outcome.facts.problems + outcome.bytes.problems
    for problem in problems { Output.say("error: \(problem)") }
    sayCure(for: problems)
    for path in outcome.unavailable {
      Output.say("error: the bytes of '\(path)' are neither here nor in remote '\(outcome.remote)'")
    }
    if !outcome.unavailable.isEmpty {
      Output.say("hint: who made them has to run 'mlt push'; 'mlt checkout PATH' restores the others")
    }
    if !problems.isEmpty { throw ExitCode(FailureReport.Status.corrupt.rawValue) }
    if !outcome.unavailable.isEmpty { throw ExitCode(FailureReport.Status.notFound.rawValue) }
  }
}
