internal import FileTracing
internal import Journaling
internal import MLTBase
internal import SystemPackage

/// The hazards that show in what was seen of a command.
enum RunHazards {
  /// Programs that hand work to where it can't be followed.
  private static let remoteWorkers: Set<String> = [
    "docker", "podman", "nerdctl", "apptainer", "singularity", "ssh", "kubectl", "oc", "sbatch", "srun", "salloc",
    "qsub",
    "bsub", "condor_submit", "ray", "dask-ssh", "spark-submit", "gcloud", "aws", "az", "databricks", "sky", "modal",
    "flyctl", "nomad", "systemd-run", "at", "batch", "crontab",
  ]

  /// Returns the hazards, sorted by kind and detail.
  static func of(_ ledger: AccessLedger, _ result: CommandResult) -> [Hazard] {
    var hazards: [Hazard] = []
    for program in ledger.programs {
      let name = String(decoding: program.split(separator: 0x2F).last ?? [], as: UTF8.self)
      if remoteWorkers.contains(name) { hazards.append(Hazard(.elsewhere, detail: "'\(name)' was started")) }
    }
    for program in ledger.privileged {
      hazards.append(Hazard(.privileged, detail: "'\(PathText.encode(program))' was started"))
    }
    for spot in ledger.blindSpots {
      switch spot {
      case .ioUringRefused: break  // The program was told that there is no io_uring and did without.
      case .foreignCallRefused:
        hazards.append(Hazard(.incomplete, detail: "system calls of a foreign kind were refused"))
      case .otherNamespace: hazards.append(Hazard(.elsewhere, detail: "a process moved to another root folder"))
      case .unreadableProcess: hazards.append(Hazard(.incomplete, detail: "a process's memory couldn't be read"))
      case .unresolvedPath: hazards.append(Hazard(.incomplete, detail: "a relative path couldn't be resolved"))
      }
    }
    if result.droppedEvents > 0 {
      hazards.append(Hazard(.incomplete, detail: "\(result.droppedEvents) accesses were lost"))
    }
    return hazards.sorted { ($0.kind.rawValue, $0.detail ?? "") < ($1.kind.rawValue, $1.detail ?? "") }
  }

  /// Says that a command was ended because it had reached its time limit.
  static func outOfTime(_ limit: Duration?) -> Hazard {
    Hazard(.outOfTime, detail: limit.map { "after " + text(of: $0) })
  }

  /// A time as people say it, to the millisecond: `1 h 30 min`, `0.25 s`.
  private static func text(of duration: Duration) -> String {
    let (seconds, attoseconds) = duration.components
    var parts: [String] = []
    if seconds >= 3600 { parts.append("\(seconds / 3600) h") }
    if seconds / 60 % 60 > 0 { parts.append("\(seconds / 60 % 60) min") }
    var rest = "\(seconds % 60)"
    let milliseconds = attoseconds / 1_000_000_000_000_000
    if milliseconds > 0 {
      rest += "." + "\(1000 + milliseconds)".dropFirst()
      while rest.last == "0" { rest.removeLast() }
    }
    if rest != "0" || parts.isEmpty { parts.append(rest + " s") }
    return parts.joined(separator: " ")
  }

  /// Says why a command wasn't followed.
  static func refusal(_ observation: CommandResult.Observation) -> String {
    switch observation {
    case .refused(let errno): "the system refused: \(errno)"
    case .observed, .observedByOuter, .plain: "following was not tried"
    }
  }
}
