internal import Journaling
internal import Lineage
internal import MLTBase

/// What to say of values that can't be logged.
extension FailureReport {
  mutating func describe(_ error: LoggingError) {
    switch error {
    case .noRun:
      set(
        "no run is named, and none goes on here", .usage,
        hint: "inside 'mlt run' none need be named; elsewhere give --run, or start one: 'mlt run start -c NAME'")
    case .unknownRun(let run):
      set(
        "run '\(run)' isn't known here", .notFound,
        hint: "MLT_RUN is set to a run of another repository, or to one that isn't recorded")
    case .ended(let run, let status):
      set(
        "run \(run.short) has ended (\(status.rawValue)), and what it said of itself is part of its record", .conflict,
        hint: "'mlt tag' and 'mlt note' say something of a run at any time")
    case .parametersSet(let run, let conflicts):
      let changes = conflicts.map { "'\($0.name)' is '\($0.value)', not '\($0.other)'" }
      set(
        "parameters of run \(run.short) can't be changed once they are set: \(changes.joined(separator: ", "))",
        .conflict,
        hint: "nothing was recorded; what changes while a run goes on is a metric or a tag")
    case .invalidName(let name):
      set(
        "'\(name)' can't be the name of a parameter or metric", .usage,
        hint: LoggedName.isComposed(name)
          ? "a name is at most \(LoggedName.limit) bytes on one line, without '..' and empty parts between slashes"
          : "write its characters composed (Unicode's form NFC)")
    case .deleted(let run):
      set("run \(run.short) was deleted, and nothing can be logged to it", .conflict)
    case .invalidTime(let time):
      set("a metric can't be of the time \(time)", .usage, hint: "years from 1 to 9999 can be recorded")
    case .valueTooLong(let name, let size, let limit):
      set(
        "the value of parameter '\(name)' has \(size) bytes, more than \(limit)", .usage,
        hint: "write it to a file; 'mlt artifact' records that")
    case .notByHand(let run):
      set(
        "run \(run.short) wasn't started by hand: it ends when its command does", .usage,
        hint: "if that is gone, with the power or a full disk, say so where it ran: "
          + "'mlt run end \(run.short) --failed', or --interrupted")
    case .unsetParameter(let name, let run):
      set("run \(run.short) has no parameter '\(name)'", .notFound)
    case .unknownMetric(let name, let run, let similar):
      set(
        "run \(run.short) has no metric '\(name)'", .notFound,
        hint: similar.isEmpty ? nil : "did you mean \(Self.list(similar))?")
    case .unreadable(let file, let reason): set("cannot read values from '\(file)': \(reason)", .usage)
    }
  }
}
