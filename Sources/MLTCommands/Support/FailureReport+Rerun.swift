internal import Lineage
internal import MLTBase
internal import SystemPackage

/// What to say of runs that are made again, and mixtures of them.
extension FailureReport {
  mutating func describe(_ error: RerunError) {
    switch error {
    case .notEnded(let run):
      set("run \(run.short) hasn't ended", .conflict, hint: "wait for its end, then run the command again")
    case .interrupted(let run):
      set("run \(run.short) was interrupted, so that there is nothing to compare with", .conflict)
    case .byHand(let run):
      set("run \(run.short) was started by hand, so that there is no command to run again", .conflict)
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

  mutating func describe(_ error: BisectError) {
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
    case .interrupted:
      set("interrupted", .interrupted, hint: "what was made is removed; the same command begins from the start")
    case .checkFailed(let exit):
      set("the check ended with status \(exit), which says neither good nor bad", .failed)
      hints.append("let it end with 0 for good, 1 to 124 for bad, 125 for neither")
    }
  }
}
