/// How long a command may run, and what time it has to end when that is over.
///
/// When the limit is reached, the command and everything it has started get `SIGTERM` (and `SIGCONT`, for those that are
/// stopped); what is left of them after the grace gets `SIGKILL`. Neither a session of their own nor a double fork takes
/// a process out of reach. The command counts as ended once all of them are gone.
public struct TimeLimit: Hashable, Sendable {
  /// How long the command may run; at least a nanosecond.
  public var limit: Duration
  /// How long it then has to end by itself.
  public var grace: Duration

  /// The time to end that a command has unless another is given.
  public static let standardGrace = Duration.seconds(10)

  /// Takes the times.
  public init(_ limit: Duration, grace: Duration = standardGrace) {
    self.limit = limit
    self.grace = grace
  }

  /// A time in nanoseconds; negative ones are 0, and too large ones the largest there is (292 years).
  static func nanoseconds(_ duration: Duration) -> UInt64 {
    let (seconds, attoseconds) = duration.components
    guard seconds >= 0, attoseconds >= 0 else { return 0 }
    let (product, overflows) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
    let (sum, sumOverflows) = product.addingReportingOverflow(attoseconds / 1_000_000_000)
    return UInt64(overflows || sumOverflows ? Int64.max : sum)
  }
}
