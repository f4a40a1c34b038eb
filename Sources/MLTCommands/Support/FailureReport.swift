internal import ArgumentParser
internal import FileTracing
internal import GitAccess
internal import Glibc
internal import Journaling
internal import Lineage
internal import LineageIndexing
internal import MLTBase
internal import ObjectStorage
internal import Pipelines
internal import PredictionLogs
internal import Remotes
internal import SystemPackage

/// The one place that turns every failure into message, hints and exit status.
///
/// The switches are exhaustive on purpose: a new case of an error doesn't compile until it has an answer here.
struct FailureReport {
  /// The exit statuses of `mlt help`.
  enum Status: Int32 {
    case failed = 1
    case usage = 2
    case notFound = 3
    case conflict = 4
    case locked = 5
    case corrupt = 6
    case bug = 70
    case interrupted = 130
    case notRecorded = 125
    case notExecutable = 126
    case noCommand = 127
  }

  private var message: String
  private var hints: [String] = []
  private var status: Int32
  /// What the parser of arguments wants shown: help, versions, its own errors.
  private var parserText: (text: String, toStdout: Bool)?

  /// Finds what to say of an error.
  init(_ error: any Error) {
    message = ""
    status = Status.failed.rawValue
    describe(error)
  }

  private mutating func set(_ message: String, _ status: Status, hint: String? = nil) {
    self.message = message
    self.status = status.rawValue
    if let hint { hints.append(hint) }
  }

  /// Writes the message and hints to stderr and returns the exit status.
  func present() -> Int32 {
    if let parserText {
      if !parserText.text.isEmpty {
        // Nobody is left to be told if help can't be shown.
        try? Output.write(
          Array((parserText.text + "\n").utf8), to: parserText.toStdout ? STDOUT_FILENO : STDERR_FILENO)
      }
      return status
    }
    if !message.isEmpty {
      Output.say("error: \(message)")
      for hint in hints { Output.say("hint: \(hint)") }
    }
    return status
  }

  /// Writes the message and hints to stderr as of something that stops nothing.
  func presentAsWarning() {
    if message.isEmpty { return }
    Output.say("warning: \(message)")
    for hint in hints { Output.say("hint: \(hint)") }
  }

  // MARK: By type

  private mutating func describe(_ error: any Error) {
    switch error {
    case let error as ExitCode: status = error.rawValue
    case let error as UsageError: describe(error)
    case let error as RunFailure:
      describe(error.cause)
      // Programs that run programs keep 125 to 127 for themselves, as env and timeout do.
      if status < Status.notRecorded.rawValue { status = Status.notRecorded.rawValue }
    case let error as WorkspaceError: describe(error)
    case let error as StorageError: describe(error)
    case let error as GitError: describe(error)
    case let error as JournalError: describe(error)
    case let error as IndexError: describe(error)
    case let error as TracingError: describe(error)
    case let error as SigningError: describe(error)
    case let error as RerunError: describe(error)
    case let error as DownstreamError: describe(error)
    case let error as BisectError: describe(error)
    case let error as PredictionError: describe(error)
    case let error as ExportError: describe(error)
    case let error as SystemCallError: describe(error)
    case let error as FactError: set("cannot read an event: \(error)", .corrupt)
    default: describeParsing(error)
    }
  }

  private mutating func describeParsing(_ error: any Error) {
    let code = MLT.exitCode(for: error)
    let text = MLT.fullMessage(for: error)
    if code == .success {
      parserText = (text, true)
      status = 0
    } else if code == .validationFailure {
      parserText = (text.hasPrefix("Error: ") ? "error: " + text.dropFirst(7) : text, false)
      status = Status.usage.rawValue
    } else {
      set("unexpected failure: \(error)", .bug, hint: "this is a bug of mlt; please report it with the command you ran")
    }
  }

  private mutating func describe(_ error: UsageError) {
    switch error {
    case .missingFolder: set("option '-C' needs a folder", .usage)
    case .unknownCommand(let name, let known):
      set("'\(name)' is not an mlt command", .usage)
      let similar = Similarity.nearest(to: name, among: known, limit: 3)
      hints.append(similar.isEmpty ? "run 'mlt help' for a list" : "did you mean \(Self.list(similar))?")
    case .malformedOption(let option, let value, let expected):
      set("option '\(option)' takes \(expected), not '\(value)'", .usage)
    }
  }

  private mutating func describe(_ error: WorkspaceError) {
    switch error {
    case .notInitialized(let folder):
      set("there is no .mlt for '\(folder.string)'", .notFound, hint: "run 'mlt init' first")
    case .bareRepository(let path):
      set(
        "'\(path.string)' is a bare git repository, which has no work tree", .failed,
        hint: "run mlt in a clone that has one")
    case .noPipeline:
      set(
        "there is no 'mlt.yaml' or 'dvc.yaml' in the work tree", .notFound,
        hint: "declare stages in 'mlt.yaml', as 'mlt stage add --help' shows")
    case .invalidPipeline(let problems):
      set(problems.first.map { "\($0)" } ?? "the pipeline can't be read", .failed)
      hints += problems.dropFirst().prefix(20).map { "also \($0)" }
    case .stageExists(let name, let file):
      set("'\(file)' has a stage '\(name)' already", .conflict, hint: "add --force to replace it")
    case .keptBackInTree(let path, let tree):
      set(
        "'\(path)' is to be kept from the remote, and lies in '\(tree)', which is tracked as one", .conflict,
        hint:
          "run 'mlt rm --keep \(Formatting.word(tree))' and add what is in it one by one, or let '\(path)' be pushed")
    case .unknownStage(let problem):
      set("\(problem)", .notFound, hint: "run 'mlt stage list' for the stages that there are")
    case .unknownPointer(let pointer, let similar):
      set("'\(pointer)' names no recorded path, run or content", .notFound)
      hints.append(
        similar.isEmpty
          ? "run 'mlt log' to see what is recorded, 'mlt add' to track a file" : "did you mean \(Self.list(similar))?")
    case .ambiguousPointer(let pointer, let candidates):
      set("'\(pointer)' is ambiguous", .conflict)
      hints.append("it could be")
      hints += candidates.map(Self.text)
      hints.append("give more digits")
    case .unsuitablePointer(let pointer, let wanted):
      switch wanted {
      case .run: set("'\(pointer)' was made by no recorded run", .notFound, hint: "run 'mlt log' for a list of runs")
      case .file: set("'\(pointer)' is not a file with bytes", .usage)
      case .artifact: set("'\(pointer)' is a run, not a file or content", .usage, hint: "use PATH@\(pointer)")
      }
    case .invalidTag(let name):
      set(
        "'\(name)' can't be a tag's name", .usage,
        hint: "a name has no '=', no control characters, no spaces around it, and at most 250 bytes")
    case .unknownTag(let name, let pointer, let similar):
      set("'\(pointer)' has no tag '\(name)'", .notFound)
      hints.append(
        similar.isEmpty
          ? "run 'mlt tag \(Formatting.word(pointer))' for those it has" : "did you mean \(Self.list(similar))?")
    case .invalidLabel(let name):
      set(
        "'\(name)' can't be the name of a label", .usage,
        hint: "a name has up to \(LabelName.limit) bytes on one line, without spaces at its ends")
    case .unknownLabel(let name, let similar):
      set("there is no label '\(name)'", .notFound)
      hints.append(similar.isEmpty ? "run 'mlt label list' for all labels" : "did you mean \(Self.list(similar))?")
    case .labelInUse(let name):
      set(
        "label '\(name)' is not retracted", .failed,
        hint: "run 'mlt label retract \(Formatting.word(name)) -m WHY' first")
    case .retractedInputs(let inputs):
      let first = inputs.first
      let more = inputs.count > 1 ? "; \(inputs.count - 1) more like it" : ""
      set("'\(first?.path ?? "")' must not be read: \(first?.reason ?? "")\(more)", .failed)
      if let label = first?.finding.label {
        hints.append("run 'mlt label show \(Formatting.word(label))' for all that it concerns")
      }
    case .purgedContent(let content, let path, let label):
      let name = path ?? content.short
      set(
        "the bytes of '\(name)' were purged, on account of label '\(label)'", .notFound,
        hint: "what is known of them is still there: 'mlt show \(content.short)'")
    case .noOutputs(let run):
      set(
        "run \(run.short) has no outputs that could be flagged", .notFound,
        hint: "flag the files that are wrong by their paths")
    case .notInRun(let path, let run):
      set(
        "run \(run.short) neither read nor wrote '\(path)'", .notFound,
        hint: "run 'mlt show \(run.short)' for what it read and wrote")
    case .notByThen(let path, let moment):
      set(
        "nothing was recorded at '\(path)' by \(Formatting.time(moment))", .notFound,
        hint: "run 'mlt log \(Formatting.word(path))' for when it was")
    case .notInCommit(let path, let commit):
      set(
        "commit \(commit.prefix(10)) has nothing at '\(path)'", .notFound,
        hint: "neither its mlt.lock nor git has it there; a path behind a ':' starts at the top")
    case .unlikeComponents(let bad, let good):
      set(
        "one run is of '\(bad)', the other of '\(good)'", .usage,
        hint: "name two runs of one component, or what they wrote; 'mlt diff' compares any two runs")
    case .noEarlierVersion(let pointer):
      set(
        "nothing is recorded before '\(pointer)' that it could be compared with", .notFound,
        hint: "name what is right as the second argument")
    case .absentContent(let content, let path):
      set(
        "the bytes of \(path.map { "'\($0)' " } ?? "")\(content.short) are in neither store, git nor work tree",
        .notFound, hint: "they were recorded, not stored; 'mlt add' stores what still exists")
    case .untracked(let path, let similar):
      set("'\(path)' is not tracked in mlt.lock", .notFound)
      hints.append(
        similar.isEmpty
          ? "'mlt add' tracks it; 'mlt checkout PATH@RUN' gets back what a run wrote"
          : "did you mean \(Self.list(similar))?")
    case .missingFile(let path): set("there is no file or folder '\(path)'", .notFound)
    case .outsideWorkTree(let path):
      set("'\(path)' lies outside the work tree", .usage, hint: "only paths inside it can be tracked")
    case .reservedPath(let path): set("'\(path)' belongs to git or mlt and can't be tracked", .usage)
    case .trackedByGit(let path):
      set(
        "'\(path)' is tracked by git", .conflict,
        hint: "run 'git rm -r --cached \(Formatting.word(path))' first if mlt is to keep it instead")
    case .notAFolder(let path):
      set("'\(path)' is in the way: a folder must be there", .conflict, hint: "move it away and try again")
    case .unsavedContent(let paths):
      if let path = paths.first, paths.count == 1 {
        set("'\(path)' has content that isn't stored and would be lost", .conflict)
        hints.append("run 'mlt add \(Formatting.word(path))' to keep it, or use --force to lose it")
      } else {
        set("\(paths.count) files have content that isn't stored and would be lost", .conflict)
        message += paths.prefix(20).map { "\n  \($0)" }.joined()
        if paths.count > 20 { message += "\n  and \(paths.count - 20) more" }
        hints.append("run 'mlt add' to keep them, or use --force to lose them")
      }
    case .unknownRevision(let revision, let similar):
      set("git knows no commit '\(revision)'", .notFound)
      hints.append(
        similar.isEmpty ? "run 'git log --oneline' for a list" : "did you mean \(Self.list(similar))?")
    case .revisionAsPath(let revision):
      set(
        "'\(revision)' is a commit, not a tracked path", .usage,
        hint: "run 'mlt checkout --from \(Formatting.word(revision))'")
    case .unknownVersion(let text, let similar):
      set("'\(text)' is no commit, run or path", .notFound)
      hints.append(
        similar.isEmpty
          ? "run 'git log' or 'mlt log' for what there is to compare" : "did you mean \(Self.list(similar))?")
    case .unlikeVersions(let first, let second):
      set(
        "'\(first)' and '\(second)' are a commit and a run, which can't be compared", .usage,
        hint: "compare two commits, two runs, or one of them with the work tree")
    case .noMatch(let pattern):
      set(
        "nothing matches '\(pattern)'", .notFound,
        hint: "'*' stays within a name, '**/' goes through folders; what git tracks or '.mltignore' names doesn't count"
      )
    case .isAFolder(let path):
      set("'\(path)' is a folder", .usage, hint: "use -r to remove it with all that is in it")
    case .occupied(let path):
      set("'\(path)' exists already", .conflict, hint: "move it away, or name another place")
    case .intoItself(let path): set("'\(path)' can't be moved to or into itself", .usage)
    case .partOfTree(let path, let tree):
      set(
        "'\(path)' is part of the tracked folder '\(tree)'", .conflict,
        hint: "name it in '.mltignore' and run 'mlt add \(Formatting.word(tree))' to leave it out")
    case .malformedLock(let path, let error): describe(error, in: path)
    case .commandNotStarted(let program, let errno):
      let isMissing = errno == .noSuchFileOrDirectory
      set(
        "cannot run '\(program)': \(isMissing ? "no such command" : "\(errno)")",
        isMissing ? .noCommand : .notExecutable)
    case .notRecorded(let run, let exit, let cause):
      let inner = FailureReport(cause)
      set("cannot record run \(run.short): \(inner.message)", .notRecorded)
      hints = ["the command itself ended with exit status \(exit); what it wrote is still there"] + inner.hints
    case .lockNotUpdated(let run, let exit, let cause):
      let inner = FailureReport(cause)
      set("run \(run.short) is recorded, but mlt.lock doesn't track its outputs: \(inner.message)", .notRecorded)
      hints =
        inner.hints + [
          "then run 'mlt add' on them; the command itself ended with exit status \(exit)"
        ]
    case .notSigned(let run, let exit, let cause):
      let inner = FailureReport(cause)
      set("run \(run.short) is recorded, but not signed: \(inner.message)", .notRecorded)
      hints = inner.hints + ["the command itself ended with exit status \(exit); what it wrote is still there"]
    case .privateSetting(let key):
      set(
        "setting '\(key)' can't be shared", .usage,
        hint: "keys and trust are each user's own: leave out '--shared', or use '--user'")
    case .sharedRequirement(let key):
      set(
        "setting '\(key)' can be turned on for everyone, and not off", .usage,
        hint: "'--shared --unset' takes it out; without '--shared' it is turned off for this clone")
    case .unsignedRuns(let runs, let count, let remote):
      set(
        "\(runs.count) of the \(Formatting.count(count, "run")) behind these data from remote '\(remote)' "
          + (runs.count == 1 ? "isn't" : "aren't") + " signed by an allowed signer", .failed)
      let rows = runs.prefix(20).map { run in
        [run.run.id.short, Formatting.command([run.run.component]), VerifyRendering.verdict(run)]
      }
      message += Formatting.table(rows).map { "\n  \($0)" }.joined()
      if runs.count > 20 { message += "\n  and \(runs.count - 20) more" }
      hints = [
        "the recorded facts are here now, the bytes aren't; 'mlt verify' tells more",
        "'mlt pull --no-require-signed' takes them all the same",
      ]
    case .malformedSetting(let key, let value):
      set("setting '\(key)' can't be '\(value)'", .usage, hint: "run 'mlt help config' for what it takes")
    case .unknownSetting(let key, let similar):
      set("there is no setting '\(key)'", .usage)
      hints.append(similar.isEmpty ? "run 'mlt config' for a list" : "did you mean \(Self.list(similar))?")
    case .noUserFolder:
      set("the user's own settings have no place", .failed, hint: "set HOME or XDG_CONFIG_HOME")
    case .unknownComponent(let name, let similar):
      set("there is no component '\(name)'", .notFound)
      hints.append(similar.isEmpty ? "run 'mlt component' for a list" : "did you mean \(Self.list(similar))?")
    case .noRemote(let known):
      if known.isEmpty {
        set("no remote is named", .notFound, hint: "run 'mlt remote add origin FOLDER', or 'mlt help remote'")
      } else {
        set("there are several remotes, and none is the default", .usage)
        hints.append("name one of \(Self.list(known)), or run 'mlt remote default NAME'")
      }
    case .unknownRemote(let name, let similar):
      set("there is no remote '\(name)'", .notFound)
      hints.append(similar.isEmpty ? "run 'mlt remote' for a list" : "did you mean \(Self.list(similar))?")
    case .remoteExists(let name):
      set("there is a remote '\(name)' already", .conflict, hint: "run 'mlt remote set-url \(name) URL' to change it")
    case .invalidRemoteName(let name):
      set("'\(name)' can't be a remote's name", .usage, hint: "use letters, digits, '-', '_' and '.'")
    case .unsupportedRemote(let url):
      set(
        "'\(url)' is no remote that can be reached", .usage,
        hint: "remotes are folders, 'ssh://[USER@]HOST[:PORT]/PATH' or '[USER@]HOST:PATH'")
    case .passwordInURL(let url):
      set("the URL of '\(url)' holds a password", .usage, hint: "ssh takes none; use a key")
    case .remoteFailed(let name, let url, let error): describe(error, of: name, url)
    case .tooFewCopies(let names, let wanted, let unreachable):
      set(
        "\(Self.list(names)) is not whole in \(wanted == 1 ? "any remote" : "\(wanted) remotes"); nothing was removed",
        .conflict, hint: "run 'mlt push' first, or give up these bytes with --force")
      if !unreachable.isEmpty { hints.append("could not ask \(Self.list(unreachable))") }
    case .hiddenFacts(let name, let problems):
      set("nothing was removed from remote '\(name)', since facts that can't be read may name what is wanted", .corrupt)
      hints += problems.prefix(3).map { "\($0)" }
    case .noRepository(let folder):
      set("'\(folder.string)' is in no git repository", .notFound, hint: "run 'git init' first")
    case .sharedHooks(let path, let setting):
      set(
        "the hooks are in '\(path.string)' ('core.hooksPath' is '\(setting)'), outside this repository: others use them, too",
        .conflict, hint: "use --force to install them there all the same")
      hints.append("or give this repository its own: 'git config core.hooksPath .git/hooks'")
    case .notDVCProject(let path):
      set(
        "'\(path)' is not in a DVC project", .notFound,
        hint: "name a folder that has a '.dvc' folder in it, or above it in the work tree")
    }
  }

  private mutating func describe(_ error: RemoteError, of name: String, _ url: String) {
    let place = "remote '\(name)' (\(url))"
    switch error {
    case .cancelled: set("interrupted", .interrupted, hint: "run the command again to go on where it was")
    case .notARemote:
      set(
        "\(place): there is no remote in it", .notFound,
        hint: "run 'mlt remote set-url \(name) \(Formatting.word(url))' to make one there")
    case .unsettled: set("\(place) keeps changing", .locked, hint: "run the command again")
    case .unsupportedVersion: set("\(place): \(error)", .failed, hint: "a newer mlt made it; upgrade mlt")
    case .malformed: set("\(place): \(error)", .corrupt)
    case .storage(let error): describe(error)
    case .journal(let error): describe(error)
    case .transport(let error):
      switch error {
      case .noFolder:
        set(
          "\(place): \(error)", .notFound, hint: "is it mounted? 'mlt remote set-url \(name) URL' says anew where it is"
        )
      case .missing, .truncated, .notAFile, .tooLarge, .tooMany: set("\(place): \(error)", .corrupt)
      case .full: set("\(place): \(error)", .failed, hint: "free some space there and push again; nothing is lost")
      case .readOnly, .denied: set("\(place): \(error)", .failed, hint: "you may read it, but not write it")
      case .notStarted: set("\(place): \(error)", .failed, hint: "is ssh installed?")
      case .connectionLost:
        set("\(place): \(error)", .failed, hint: "does 'ssh HOST mlt --version' work?")
        hints.append(
          "where mlt is elsewhere on that machine, 'git config -f .mlt/config remote.\(name).program PATH' says so")
      case .otherProtocol: set("\(place): \(error)", .failed, hint: "upgrade the older mlt of the two")
      case .notAServer, .violation, .system: set("\(place): \(error)", .failed)
      }
    }
  }

  private mutating func describe(_ error: SigningError) {
    switch error {
    case .noKey: set("\(error)", .usage, hint: "run 'mlt config --user sign.key ~/.ssh/id_ed25519'")
    case .missingKey: set("\(error)", .notFound, hint: "run 'mlt config --user sign.key FILE' to name another")
    case .notStarted: set("\(error)", .failed, hint: "is it installed? Debian's package is 'openssh-client'")
    case .refused: set("\(error)", .failed, hint: "its own message stands above")
    case .unusable: set("\(error)", .failed)
    case .noAllowedSigners:
      set("\(error)", .notFound, hint: "'mlt config sign.allowedSigners' says where it should be")
    case .noRevokedKeys:
      set("\(error)", .notFound, hint: "'mlt config sign.revokedKeys' says where it should be")
    }
  }

  private mutating func describe(_ error: BisectError) {
    switch error {
    case .sameRun(let run):
      set("both are run \(run.short)", .usage, hint: "run 'mlt log FILE' for the runs that made it")
    case .otherComponents(let good, let component, let bad, let other):
      set("run \(good.short) is of component '\(component)', run \(bad.short) of '\(other)'", .usage)
      hints.append("name two runs that did the same thing, or two versions of one file")
    case .nothingDiffers(let obstacles):
      set("nothing that could be mixed differs between the two lineages", .failed)
      if obstacles.contains(where: { $0.reason == .needsEnvironment }) {
        hints.append("packages differ: '--env venv' mixes them")
      } else if !obstacles.isEmpty {
        hints.append("--dry-run lists what differs and can't be mixed")
      } else {
        hints.append("run 'mlt rerun --times 3' with one of them to see whether it always makes the same")
      }
    case .notGood(let seen):
      set("made again with all as in the good run, it is bad: \(seen)", .failed)
      hints.append(
        "what made it bad isn't among what is recorded of the two: packages, the machine, or chance (--times)")
    case .notBad(let seen):
      set("made again with all as in the bad run, it is good: \(seen)", .failed)
      hints.append(
        "what made it bad isn't among what is recorded of the two: packages, the machine, or chance (--times)")
    case .untold(let isGood, let why):
      set("made again as the \(isGood ? "good" : "bad") run was, it is neither good nor bad: \(why)", .failed)
      hints.append("'mlt rerun --deep' makes a run's lineage again and says what differs")
    case .noMetric(let name, let run):
      set("run \(run.short) has no number '\(name)'", .notFound)
      hints.append("name one that it logged, the key of a JSON file that it wrote, or FILE:KEY")
    case .ambiguousMetric(let name, let files):
      set("several files hold another '\(name)': \(Self.list(Array(files.prefix(5))))", .conflict)
      hints.append("name the one that counts as FILE:KEY")
    case .equalMetrics(let name, let value): set("'\(name)' is \(value) in both runs", .failed)
    case .uselessBound(let bound, let good, let bad):
      set("\(bound) doesn't tell \(good) of the good run from \(bad) of the bad one", .usage)
    case .checkFailed(let exit):
      set("the check ended with status \(exit), which says neither good nor bad", .failed)
      hints.append("let it end with 0 for good, 1 to 124 for bad, 125 for neither")
    }
  }

  private mutating func describe(_ error: DownstreamError) {
    switch error {
    case .malformedPackage:
      set("\(error)", .usage, hint: "write NAME, NAME==1.2.3 or 'NAME>=1,<2'")
    case .unknownPackage:
      set("\(error)", .notFound, hint: "run 'mlt env RUN' to see which packages a run loaded")
    }
  }

  private mutating func describe(_ error: PredictionError) {
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

  private mutating func describe(_ error: ExportError) {
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

  private mutating func describe(_ error: RerunError) {
    switch error {
    case .notEnded(let run):
      set("run \(run.short) hasn't ended", .conflict, hint: "wait for its end, then run the command again")
    case .interrupted(let run):
      set("run \(run.short) was interrupted, so that there is nothing to compare with", .conflict)
    case .redacted(let run):
      set("the command of run \(run.short) holds a credential, which isn't recorded", .failed)
      hints.append("give credentials in environment variables: then a run can be made again")
    case .obstacles(let run, let obstacles):
      let isMissing = obstacles.allSatisfy { if case .missingInput = $0 { true } else { false } }
      let first = obstacles.first.map { RerunText.text(of: $0) } ?? ""
      set("run \(run.short) can't be made again: \(first)", isMissing ? .notFound : .conflict)
      if obstacles.count > 1 {
        message += obstacles.dropFirst().prefix(20).map { "\n  \(RerunText.text(of: $0))" }.joined()
        if obstacles.count > 21 { message += "\n  and \(obstacles.count - 21) more" }
      }
      if isMissing {
        hints.append("they were recorded, not stored; 'mlt whereis' says which remotes have something")
      } else if obstacles.contains(where: { if case .commandNamesWorkTree = $0 { true } else { false } }) {
        hints.append(
          "--relocate puts the scratch folder in the work tree's place; or name files from the work tree's root")
      }
      if obstacles.contains(where: { if case .textNamesWorkTree = $0 { true } else { false } }) {
        hints.append("in texts, name files from the work tree's root; --relocate changes no files")
      }
      hints.append("--force goes on all the same, and records nothing")
    case .otherEnvironment(let run, let changes):
      set("run \(run.short) stood on something else", .conflict)
      message += changes.prefix(20).map { "\n  \(ReplicationText.text(of: $0))" }.joined()
      if changes.count > 20 { message += "\n  and \(changes.count - 20) more" }
      hints.append("--env venv makes a virtual environment with its packages, --env warn goes on")
    case .programMissing(let program, let run):
      set("cannot make run \(run.short) again: there is no '\(program)'", .notFound)
      hints.append("a program that the run didn't read itself must be in its commit, or installed")
    case .folderInRepository(let path):
      set("'\(path.string)' lies in a repository, which scratch folders mustn't", .usage)
      hints.append("name a folder elsewhere with --in")
    case .folderOccupied(let path):
      set("'\(path.string)' exists already", .conflict, hint: "remove it, or name another folder with --in")
    case .noPython(let version, let run):
      set(
        "no Python \(version.split(separator: ".").prefix(2).joined(separator: ".")) is here for run \(run.short)",
        .notFound)
      hints.append("put one of that version into PATH, or leave out '--env venv'")
    case .environmentNotMade(let program, let exit, let run):
      set(
        "cannot make a virtual environment for run \(run.short): '\(program)' ended with exit status \(exit)", .failed)
      hints.append("its own message stands above; 'mlt env \(run.short)' prints the packages")
    case .nothingSince(let since):
      set(
        since.isEmpty ? "no run ended well" : "no run was made since '\(since)'", .notFound,
        hint: "run 'mlt log' for a list")
    }
  }

  private mutating func describe(_ error: LockFile.ParseError, in path: FilePath) {
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

  private mutating func describe(_ error: StorageError) {
    switch error {
    case .system(let error), .unreadable(let error): describe(error)
    case .corrupt:
      set("\(error)", .corrupt, hint: "the bytes can't be trusted and weren't used; other packs aren't affected")
    case .unsupportedVersion: set("\(error)", .failed, hint: "a newer mlt wrote it; upgrade mlt")
    case .missing: set("\(error)", .notFound)
    case .notAStore, .invalidTree: set("\(error)", .corrupt)
    case .notAFile, .tooLarge, .tooManyFolders, .unsafeEntry, .invalidPrefix: set("\(error)", .failed)
    case .folderInTheWay: set("\(error)", .conflict)
    case .writerEnded: set("\(error)", .bug)
    case .collectedMeanwhile: set("\(error)", .failed, hint: "run the command again")
    case .busy: set("\(error)", .locked, hint: "wait until it is done")
    case .cancelled: set("interrupted", .interrupted, hint: "run the command again to go on where it was")
    }
  }

  private mutating func describe(_ error: GitError) {
    switch error {
    case .notOwned(let path):
      set("\(error)", .failed, hint: "if you trust it, run 'git config --global --add safe.directory \(path.string)'")
    case .unsupportedObjectFormat: set("\(error)", .failed, hint: "only SHA-1 repositories can be read")
    case .unsupportedIndex(.split, _):
      set(
        "\(error)", .failed,
        hint: "'git config core.splitIndex false' and 'git update-index --no-split-index' make it whole")
    case .unsupportedIndex(.sparse, _):
      set(
        "\(error)", .failed,
        hint: "'git sparse-checkout reapply --no-sparse-index' makes it whole; the checkout stays sparse")
    case .noSuchCommit: set("\(error)", .notFound)
    case .ambiguousRevision: set("\(error)", .conflict, hint: "give more digits")
    case .malformedConfiguration: set("\(error)", .corrupt, hint: "mend the file by hand; it is in git's format")
    case .invalidKey: set("\(error)", .usage, hint: "keys look like 'capture.inputLimit'")
    case .invalidValue: set("\(error)", .usage)
    case .severalValues: set("\(error)", .conflict)
    case .locked: set("\(error)", .locked, hint: "another process writes it; if none does, remove its '.lock' file")
    case .system(let error): describe(error)
    case .blobTooLarge, .failed: set("\(error)", .failed)
    }
  }

  private mutating func describe(_ error: JournalError) {
    switch error {
    case .system(let error): describe(error)
    case .missing: set("\(error)", .corrupt, hint: "is this a .mlt folder? run 'mlt init' in a fresh one")
    case .unsupportedVersion: set("\(error)", .failed, hint: "a newer mlt wrote it; upgrade mlt")
    case .malformed, .damagedSegment: set("\(error)", .corrupt)
    case .lineTooLong, .batchTooLarge, .timeExhausted, .compression: set("\(error)", .failed)
    case .fieldNameTaken: set("\(error)", .bug)
    }
  }

  private mutating func describe(_ error: IndexError) {
    switch error {
    case .database where error.meansContention:
      set("\(error)", .locked, hint: "another mlt is at work; try again")
    case .database where error.meansNoRoom: set("\(error)", .failed, hint: "free some space and try again")
    case .database:
      set(
        "\(error)", error.meansDamage ? .corrupt : .failed,
        hint: "the index can be removed; it is rebuilt: .mlt/index.sqlite*")
    case .journal(let error): describe(error)
    case .stale: set("\(error)", .failed)
    case .system(let error): describe(error)
    }
  }

  private mutating func describe(_ error: TracingError) {
    switch error {
    case .notFound: set("\(error)", .noCommand)
    case .notExecutable: set("\(error)", .notExecutable)
    case .invalidRequest: set("\(error)", .usage)
    case .keeperLost: set("\(error)", .failed)
    case .notASpool: set("\(error)", .corrupt)
    case .system(let error): describe(error)
    }
  }

  private mutating func describe(_ error: SystemCallError) {
    let hint: String? =
      switch error.errno {
      case .noSpace, .diskQuotaExceeded: "free some space and try again"
      case .permissionDenied, .notPermitted: "check who owns it and its permissions"
      case .readOnlyFileSystem: "the file system is read-only"
      default: nil
      }
    let isMissing = error.errno == .noSuchFileOrDirectory
    set("\(error)", isMissing ? .notFound : .failed, hint: hint)
  }

  // MARK: Words

  private static func list(_ names: [String]) -> String {
    names.map { "'\($0)'" }.joined(separator: " or ")
  }

  private static func text(_ candidate: PointerCandidate) -> String {
    switch candidate {
    case .run(let run, let component): "  run \(run.hex.prefix(16))  \(component)"
    case .commit(let commit): "  commit \(commit.prefix(16))"
    case .path(let path): "  path './\(path)'"
    case .content(let content, let path): "  content \(content.hex.prefix(16))  \(path ?? "")"
    }
  }
}
