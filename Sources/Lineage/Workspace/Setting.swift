public import GitAccess

/// A setting that mlt knows; `docs/design/configuration.md` says how values are read.
public enum Setting: String, CaseIterable, Sendable {
  /// The largest input that a run stores of itself.
  case inputLimit = "capture.inputLimit"
  /// From how many days on what a run reads counts as old; 0 for never.
  case staleDays = "stale.days"
  /// For how many seconds `mlt gc` removes nothing that was stored.
  case grace = "gc.grace"
  /// How many remotes must have what `mlt gc` removes.
  case minimalCopies = "store.minCopies"
  /// Further environment variables to record with a run.
  case environment = "capture.environment"
  /// Whether runs skip commands that an earlier run stands for.
  case cachedRuns = "run.cached"
  /// The file of the key that runs are signed with.
  case signKey = "sign.key"
  /// Whether runs are signed without being asked to.
  case signRuns = "sign.runs"
  /// The file that says whose keys may sign.
  case allowedSigners = "sign.allowedSigners"
  /// The file of keys that count no more.
  case revokedKeys = "sign.revokedKeys"
  /// Whether bytes may come from a remote only if the runs behind them are signed.
  case requireSigned = "pull.requireSigned"
  /// Which versions of models go to Production.
  case policyProduction = "policy.prod"
  /// Which versions of models go to Staging.
  case policyStaging = "policy.int"
  /// How many people must approve of a model's version before it goes to Production.
  case reviewApprovals = "review.approvals"
  /// Whether it must have been made by committed code.
  case reviewClean = "review.clean"
  /// Whether it must have been made again with the same outcome.
  case reviewReproduced = "review.reproduced"
  /// Whether nothing that it was made from may be said to be wrong.
  case reviewNoFlags = "review.noFlags"
  /// Whether approvals of those who made it don't count.
  case reviewByOthers = "review.byOthers"
  /// Whether only approvals count that allowed signers have signed.
  case reviewSigned = "review.signed"
  /// What the project is called where its files and components are told to other tools.
  case exportNamespace = "export.namespace"
  /// How strictly commits are kept from leaving outputs out of date.
  case hookStages = "hook.stages"
  /// How strictly commits are kept from having a lock file that isn't sound or in step.
  case hookLock = "hook.lock"
  /// How strictly data are kept out of git.
  case hookLarge = "hook.large"
  /// How strictly commits are kept from naming bytes that aren't there.
  case hookMissing = "hook.missing"
  /// Whether commits are only pushed with the data that they need.
  case hookPush = "hook.push"
  /// Whether tracked files follow when git checks out other commits.
  case hookRestore = "hook.restore"
  /// The size from which on a file is too large for git.
  case hookLargeFile = "hook.largeFile"

  /// Finds a setting by its key, in letters of either case.
  public init?(key: String) {
    guard let setting = Self.allCases.first(where: { $0.rawValue.lowercased() == key.lowercased() }) else {
      return nil
    }
    self = setting
  }

  /// What holds if nothing is set.
  public var defaultValue: String {
    switch self {
    case .inputLimit: "64MiB"
    case .staleDays: "30"
    case .grace: "7200"
    case .minimalCopies, .reviewApprovals: "0"
    case .environment, .signKey, .revokedKeys, .exportNamespace, .policyProduction, .policyStaging: ""
    case .cachedRuns, .signRuns, .requireSigned, .reviewClean, .reviewReproduced, .reviewNoFlags, .reviewByOthers,
      .reviewSigned:
      "false"
    case .allowedSigners: ".mlt-allowed-signers"
    case .hookStages, .hookLock, .hookLarge, .hookMissing, .hookPush: "block"
    case .hookRestore: "true"
    case .hookLargeFile: "5MiB"
    }
  }

  /// Whether a value is of the form that the setting demands.
  func accepts(_ value: String) -> Bool {
    switch self {
    case .inputLimit, .hookLargeFile: Configuration.size(of: value) != nil
    case .grace, .minimalCopies, .staleDays, .reviewApprovals: Int64(value).map { $0 >= 0 } ?? false
    case .environment, .signKey, .allowedSigners, .revokedKeys, .exportNamespace: true
    case .policyProduction, .policyStaging: value.isEmpty || ReviewPolicy.allows("1", value) != nil
    case .cachedRuns, .signRuns, .requireSigned, .hookRestore, .reviewClean, .reviewReproduced, .reviewNoFlags,
      .reviewByOthers, .reviewSigned:
      Configuration.flag(of: value) != nil
    case .hookStages, .hookLock, .hookLarge, .hookMissing, .hookPush: HookLevel(rawValue: value.lowercased()) != nil
    }
  }

  /// Whether the file that comes with a clone has no say in it: what concerns keys and trust is the user's alone.
  public var isPrivate: Bool {
    switch self {
    case .signKey, .signRuns, .allowedSigners, .revokedKeys: true
    case .inputLimit, .staleDays, .grace, .minimalCopies, .environment, .cachedRuns, .requireSigned, .exportNamespace,
      .policyProduction, .policyStaging, .reviewApprovals, .reviewClean, .reviewReproduced, .reviewNoFlags,
      .reviewByOthers, .reviewSigned,
      .hookStages,
      .hookLock, .hookLarge, .hookMissing, .hookPush, .hookRestore, .hookLargeFile:
      false
    }
  }

  /// Whether the file that comes with a clone can turn it on and not off: it may make the user more careful than he
  /// asked to be, never less.
  public var isRequirement: Bool { self == .requireSigned }

  /// Whether an entry has a say, among those that have.
  func counts(_ entry: Configuration.Entry) -> Bool {
    guard entry.level == .shared else { return true }
    return !isPrivate && !(isRequirement && Configuration.flag(of: entry.value) == false)
  }
}

/// A setting's value and where it comes from.
public struct EffectiveSetting: Sendable {
  /// The key, as documentation writes it.
  public var key: String
  /// The value.
  public var value: String
  /// The level that sets it; nil for the default.
  public var level: Configuration.Level?
  /// Whether this version knows the setting.
  public var isKnown: Bool
}
