internal import Glibc
internal import MLTBase
internal import Synchronization

/// A line on stderr that says how far something has come, if that is a terminal and it takes more than a second.
final class ProgressLine: Sendable {
  private struct State {
    var lastShown: Int64 = 0
    var isShown = false
    var finishedFiles: Int64 = 0
    var finishedBytes: Int64 = 0
    var files: Int64 = 0
    var bytes: Int64 = 0
  }

  private static let patience: Int64 = 1_000_000
  private static let interval: Int64 = 200_000

  private let verb: String
  private let total: Int64?
  private let isTerminal: Bool
  private let started: Int64
  private let width: Int
  private let state = Mutex(State())

  /// Begins.
  ///
  /// - Parameters:
  ///   - verb: what is being done: `storing`.
  ///   - total: the bytes to do, if they are known.
  init(_ verb: String, total: Int64? = nil, terminal: Terminal) {
    self.verb = verb
    self.total = total
    isTerminal = isatty(STDERR_FILENO) == 1
    width = terminal.width ?? 80
    started = Self.now()
  }

  /// Whether anybody looks.
  static var isWanted: Bool { isatty(STDERR_FILENO) == 1 }

  /// Takes what one file or folder has come to; less than before means that another one has begun.
  func update(files: Int64, bytes: Int64) {
    guard isTerminal else { return }
    let line = state.withLock { state -> String? in
      if files < state.files || bytes < state.bytes {
        state.finishedFiles += state.files
        state.finishedBytes += state.bytes
      }
      (state.files, state.bytes) = (files, bytes)
      let now = Self.now()
      guard now - started >= Self.patience, now - state.lastShown >= Self.interval else { return nil }
      state.lastShown = now
      state.isShown = true
      return text(files: state.finishedFiles + files, bytes: state.finishedBytes + bytes, total, after: now - started)
    }
    if let line { Self.write("\r" + Formatting.fit(line, width - 1) + "\u{1B}[K") }
  }

  /// Takes the bytes done and to do.
  func update(done: Int64, total: Int64) {
    guard isTerminal else { return }
    let line = state.withLock { state -> String? in
      let now = Self.now()
      guard now - started >= Self.patience, now - state.lastShown >= Self.interval else { return nil }
      state.lastShown = now
      state.isShown = true
      return text(files: 0, bytes: done, total, after: now - started)
    }
    if let line { Self.write("\r" + Formatting.fit(line, width - 1) + "\u{1B}[K") }
  }

  /// Takes the line away.
  func end() {
    let wasShown = state.withLock { state in
      defer { state.isShown = false }
      return state.isShown
    }
    if wasShown { Self.write("\r\u{1B}[K") }
  }

  private func text(files: Int64, bytes: Int64, _ total: Int64?, after time: Int64) -> String {
    let rate = Int64(Double(bytes) / (Double(max(1, time)) / 1_000_000))
    var text = verb + (files > 0 ? " \(Formatting.count(Int(files), "file"))," : "") + " \(Formatting.size(bytes))"
    if let total, total > 0, total >= bytes {
      text += " of \(Formatting.size(total)) (\(bytes * 100 / total) %)"
      text += ", \(Formatting.size(rate))/s"
      if rate > 0 { text += ", \(Formatting.duration((total - bytes) / max(1, rate) * 1_000_000)) left" }
    } else {
      text += ", \(Formatting.size(rate))/s"
    }
    return text
  }

  private static func now() -> Int64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000
  }

  private static func write(_ text: String) {
    try? Output.write(Array(text.utf8), to: STDERR_FILENO)  // nobody looks any more
  }
}
