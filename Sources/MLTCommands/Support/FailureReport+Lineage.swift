internal import Journaling
internal import Lineage
internal import MLTBase
internal import PredictionLogs
internal import SystemPackage

/// What to say of what is asked of lineage: traces, predictions, exports, the lock file.
extension FailureReport {
  mutating func describe(_ error: DownstreamError) {
    switch error {
    case .malformedPackage:
      set("\(error)", .usage, hint: "write NAME, NAME==1.2.3 or 'NAME>=1,<2'")
    case .unknownPackage:
      set("\(error)", .notFound, hint: "run 'mlt env RUN' to see which packages a run loaded")
    }
  }

  mutating func describe(_ error: PredictionError) {
    switch error {
    case .unreadable(let path, let problem):
      set("'\(path)' is no prediction log: \(problem)", .failed)
      switch problem {
      case .binary, .utf16: hints.append("logs are CSV, TSV or JSON Lines in UTF-8, or these with gzip")
      case .jsonArray: hints.append("write an object a line: jq -c '.[]' \(path)")
      case .longRow: hints.append("rows end with a line feed")
      case .missingColumn(_, let columns), .noKey(let columns):
        let names = columns.prefix(12).map { "'\($0)'" }.joined(separator: ", ")
        hints.append("it has \(names)\(columns.count > 12 ? " and \(columns.count - 12) more" : "")")
        if case .noKey = problem { hints.append("name it with --key") }
      }
    case .unknownModel(let name, let path):
      set("'\(name)' is neither a column of '\(path)' nor names a model", .notFound)
      hints.append("give a path, PATH@RUN or content id of the model that all rows are of")
    case .damaged(let path, let error): set("'\(path)' can't be read: \(error)", .corrupt)
    case .badRows(let path, let count, let rows):
      set("'\(path)' has \(Formatting.count(Int(clamping: count), "bad row")); nothing was logged", .failed)
      let problems = rows.map { PredictionsLogged.Problem(row: $0.row, reason: $0.reason) }
      message += PredictionRendering.problems(problems, of: path, count, limit: 20).map { "\n  \($0)" }.joined()
      hints.append("rows that can't be used are kept if others can be, and without --strict")
    case .notAFile(let path): set("'\(path)' is not a file of predictions", .usage, hint: "name the files in it")
    case .noLog(let name, let similar):
      set("no prediction log is called '\(name)'", .notFound)
      hints.append(similar.isEmpty ? "run 'mlt record list' for a list" : "did you mean \(Self.list(similar))?")
    case .ambiguousLog(let prefix, let names):
      set("'\(prefix)' is ambiguous", .conflict)
      hints += ["it could be"] + names.prefix(10) + ["give more digits"]
    case .unknownKey(let key, let logs, let unsearched):
      set("no prediction with key '\(key)' in \(Formatting.count(logs, "log"))", .notFound)
      hints += PredictionRendering.unsearched(unsearched)
      if logs == 0, unsearched.isEmpty { hints.append("run 'mlt record log FILE' first") }
    case .noneUntil(let key, let time, let first):
      set("no prediction with key '\(key)' up to \(Formatting.time(time))", .notFound)
      if let first { hints.append("the first one is of \(Formatting.time(first))") }
    case .noKey: set("a prediction needs a key", .usage, hint: "give key=…")
    case .malformedTime(let text):
      set("'\(text)' is no time", .usage, hint: "write it as 2026-11-20T10:15:00Z, or as seconds since 1970")
    }
  }

  mutating func describe(_ error: ExportError) {
    switch error {
    case .unmade(let pointer):
      set(
        "no recorded run made '\(pointer)'", .notFound,
        hint: "run 'mlt trace --down \(Formatting.word(pointer))' for the runs that read it")
    case .nothingToAttest(let omissions):
      set("there is nothing to attest", .failed)
      hints = ExportRendering.reasons(omissions)
    case .occupied(let path):
      set(
        "'\(PathText.encode(path.bytes))' exists already", .conflict,
        hint: "name a folder that doesn't exist, or an empty one")
    }
  }

  mutating func describe(_ error: LockFile.ParseError, in path: FilePath) {
    let git = "git -C " + Formatting.command([path.removingLastComponent().string])
    switch error.reason {
    case .conflict:
      set(
        "'\(path.string)' has a merge conflict at line \(error.line)", .conflict,
        hint: "keep one line for each path, sorted by path, and remove the marks; then run '\(git) add mlt.lock'")
      hints.append("or take one side: '\(git) checkout --ours mlt.lock' (or --theirs), then '\(git) add mlt.lock'")
    case .order:
      set(
        "line \(error.line) of '\(path.string)' is out of order, or its path is tracked twice", .corrupt,
        hint: "sort the lines by path and keep one for each; a tracked folder's files have none of their own")
    case .version:
      set("'\(path.string)' is no lock file that this mlt can read", .failed, hint: "if a newer mlt wrote it, upgrade")
    case .malformed:
      set(
        "cannot understand line \(error.line) of '\(path.string)'", .corrupt,
        hint: "see what changed with '\(git) diff mlt.lock', or run '\(git) checkout HEAD -- mlt.lock'")
    }
  }
}
