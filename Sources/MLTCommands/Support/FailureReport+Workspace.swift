internal import Journaling
internal import Lineage
internal import LineageIndexing
internal import MLTBase
internal import Pipelines
internal import SystemPackage

/// What to say of what a workspace couldn't do.
extension FailureReport {
  mutating func describe(_ error: WorkspaceError) {
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
    case .busyLock(let path):
      set(
        "other commands change '\(path.string)' again and again; nothing was restored", .conflict,
        hint: "run the command again when they are done")
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
}
