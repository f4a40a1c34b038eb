internal import ArgumentParser
internal import MLTBase

/// A moment as people type it: a date, a date and time, or a length of time ago.
struct TimeArgument: ExpressibleByArgument {
  private let text: MomentText

  /// Reads what ``MomentText`` does.
  init?(argument: String) {
    guard let text = MomentText(argument) else { return nil }
    self.text = text
  }

  /// The moment, counted from `now` where that matters; of a day its beginning.
  func moment(now: Timestamp) -> Timestamp { text.start(now: now) }
}
