internal import GitAccess
internal import Journaling

/// What a version needs before it may go to Production, and which versions environments take.
///
/// What any level of the configuration asks for holds: a clone's own file may ask for more than the shared one, never for less.
public struct ReviewPolicy: Hashable, Sendable {
  /// How many people must approve.
  public var approvals = 0
  /// Whether the run must have stood on committed code.
  public var isCleanNeeded = false
  /// Whether the run must have been made again with the same outcome.
  public var isReproductionNeeded = false
  /// Whether nothing that it was made from may be said to be wrong.
  public var isUnflaggedNeeded = false
  /// Whether approvals of those who made or registered it don't count.
  public var areOthersNeeded = false
  /// Whether only approvals count that allowed signers have signed.
  public var areSignaturesNeeded = false
  /// The ranges of versions that environments take; of one environment all hold.
  public var allowances: [String: [String]] = [:]

  /// Whether nothing at all is asked for before Production.
  public var isEmpty: Bool {
    approvals == 0 && !isCleanNeeded && !isReproductionNeeded && !isUnflaggedNeeded && allowances["prod"] == nil
  }

  /// What settings of versions' ranges begin with.
  static let allowancePrefix = "policy."

  /// The environment that a stage feeds; nil for stages that nothing is delivered from.
  static func environment(of stage: ModelStage) -> String? {
    switch stage {
    case .production: "prod"
    case .staging: "int"
    case .none, .archived: nil
    }
  }

  /// The name under which a version is allowed or not: its tag `version`, else its number.
  static func release(of version: ModelVersion) -> String { version.tags["version"] ?? String(version.number) }

  /// Whether a release begins with a digit, perhaps after `v`: anything else would be below all versions, and pass for an old one.
  public static func isRelease(_ release: String) -> Bool {
    let bytes = release.utf8
    let rest = bytes.first == UInt8(ascii: "v") || bytes.first == UInt8(ascii: "V") ? bytes.dropFirst() : bytes[...]
    return rest.first.map { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) } ?? false
  }

  /// Whether a range takes a version; nil if the range can't be read.
  static func allows(_ release: String, _ range: String) -> Bool? {
    let range = range.filter { !$0.isWhitespace }
    guard let sign = range.first, "=!<>~".contains(sign), let bounds = PackageRange("model" + range) else { return nil }
    return bounds.contains(release: release)
  }
}

extension Workspace {
  /// What policy asks for, as all levels of the configuration have it together.
  ///
  /// - Throws: ``WorkspaceError/malformedSetting(key:value:)``.
  public func reviewPolicy() throws -> ReviewPolicy {
    var policy = ReviewPolicy()
    for entry in configuration.entries {
      let value = entry.value ?? "true"
      switch Setting(key: entry.key) {
      case .reviewApprovals:
        guard let count = Int(value), count >= 0 else { throw malformed(.reviewApprovals, value) }
        policy.approvals = max(policy.approvals, count)
      case .reviewClean: if try isOn(.reviewClean, value) { policy.isCleanNeeded = true }
      case .reviewReproduced: if try isOn(.reviewReproduced, value) { policy.isReproductionNeeded = true }
      case .reviewNoFlags: if try isOn(.reviewNoFlags, value) { policy.isUnflaggedNeeded = true }
      case .reviewByOthers: if try isOn(.reviewByOthers, value) { policy.areOthersNeeded = true }
      case .reviewSigned: if try isOn(.reviewSigned, value) { policy.areSignaturesNeeded = true }
      default:
        guard entry.key.lowercased().hasPrefix(ReviewPolicy.allowancePrefix), !value.isEmpty else { continue }
        let environment = String(entry.key.dropFirst(ReviewPolicy.allowancePrefix.utf8.count)).lowercased()
        policy.allowances[environment, default: []].append(value)
      }
    }
    return policy
  }

  private func isOn(_ setting: Setting, _ value: String) throws -> Bool {
    guard let flag = Configuration.flag(of: value) else { throw malformed(setting, value) }
    return flag
  }

  private func malformed(_ setting: Setting, _ value: String) -> WorkspaceError {
    .malformedSetting(key: setting.rawValue, value: value)
  }

  // MARK: Versions that environments take

  /// Checks that the environment which a stage feeds takes a version.
  func checkAllowance(of named: NamedVersion, for stage: ModelStage) throws {
    guard let environment = ReviewPolicy.environment(of: stage) else { return }
    try checkAllowance(of: named, environment, reviewPolicy())
  }

  /// Checks that an environment, which must be known, takes a version.
  func checkAllowance(of named: NamedVersion, in environment: String) throws {
    let policy = try reviewPolicy()
    guard policy.allowances[environment.lowercased()] != nil else {
      throw ModelError.unknownEnvironment(environment, known: policy.allowances.keys.sorted())
    }
    try checkAllowance(of: named, environment.lowercased(), policy)
  }

  private func checkAllowance(of named: NamedVersion, _ environment: String, _ policy: ReviewPolicy) throws {
    let release = ReviewPolicy.release(of: named.version)
    for range in policy.allowances[environment] ?? [] {
      guard let isAllowed = ReviewPolicy.allows(release, range) else {
        throw ModelError.malformedAllowance(environment: environment, range: range)
      }
      guard ReviewPolicy.isRelease(release) else {
        throw ModelError.unreadableRelease(
          named.version.label, of: named.model.name, release: release, environment: environment)
      }
      if !isAllowed {
        throw ModelError.notAllowed(
          named.version.label, of: named.model.name, release: release, environment: environment, range: range)
      }
    }
  }
}
