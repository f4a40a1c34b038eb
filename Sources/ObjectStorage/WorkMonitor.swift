internal import Glibc
internal import MLTBase

/// Tells of progress now and then, and asks whether to go on.
///
/// Used by one thread.
final class WorkMonitor<Progress> {
  private static var interval: Int64 { 50_000_000 }

  /// What was done so far.
  var progress: Progress
  private let report: (@Sendable (Progress) -> Void)?
  /// Asks whether to stop; any thread may.
  let isCancelled: (@Sendable () -> Bool)?
  /// Called with each file whose content was just written, or read and found right; by any thread.
  var seen: (@Sendable (ContentID, FileStatus) -> Void)?
  private var reported: Int64 = 0

  /// Takes the functions to call, where there are any.
  init(
    _ progress: Progress, report: (@Sendable (Progress) -> Void)?, isCancelled: (@Sendable () -> Bool)?
  ) {
    self.progress = progress
    self.report = report
    self.isCancelled = isCancelled
  }

  /// Reports if it is time for that.
  ///
  /// - Throws: ``StorageError/cancelled`` if the work is to stop.
  func check() throws(StorageError) {
    if let isCancelled, isCancelled() { throw .cancelled }
    guard let report else { return }
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC_COARSE, &time)
    let now = Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    guard now - reported >= Self.interval else { return }
    reported = now
    report(progress)
  }

  /// Reports what it came to.
  func finish() {
    report?(progress)
  }
}
