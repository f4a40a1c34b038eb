internal import Glibc
internal import MLTBase
internal import SystemPackage

/// What the standard streams can show.
struct Terminal: Sendable {
  /// Whether stdout is a terminal.
  let isInteractive: Bool
  /// Whether to colour what goes to stdout.
  let hasColour: Bool
  /// The width in columns to fit text into; nil for no limit.
  let width: Int?
  /// The pager to show long output with; nil for none.
  let pager: String?

  /// Looks at the streams and the environment (`NO_COLOR`, `TERM`, `COLUMNS`, `MLT_PAGER`, `PAGER`).
  init(environment: [String: String]) {
    isInteractive = isatty(STDOUT_FILENO) == 1
    let isPlain = !(environment["NO_COLOR"] ?? "").isEmpty || environment["TERM"] == "dumb"
    hasColour = isInteractive && !isPlain
    var size = winsize()
    if let columns = environment["COLUMNS"].flatMap({ Int($0) }), columns > 20 {
      width = columns
    } else if isInteractive, ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 20 {
      width = Int(size.ws_col)
    } else {
      width = nil
    }
    let chosen = environment["MLT_PAGER"] ?? environment["PAGER"] ?? "less"
    pager = isInteractive && !chosen.isEmpty && chosen != "cat" ? chosen : nil
  }
}

/// A style for a piece of text; without colour the text says the same.
enum Style: String {
  case bold = "1"
  case red = "31"
  case green = "32"
  case yellow = "33"
  case blue = "34"
  case cyan = "36"

  /// What ends them all.
  static let end = "0"
}

/// Text that is put together before it is shown.
struct StyledText {
  private(set) var text = ""
  private let hasColour: Bool

  init(colour: Bool) {
    hasColour = colour
  }

  /// Returns `piece` in a style, if there is colour at all.
  func styled(_ piece: String, _ style: Style) -> String {
    hasColour && !piece.isEmpty ? "\u{1B}[\(style.rawValue)m\(piece)\u{1B}[\(Style.end)m" : piece
  }

  /// Returns what was put together so far and begins anew.
  mutating func take() -> String {
    defer { text = "" }
    return text
  }

  /// Adds a line.
  ///
  /// Control characters in it, which may come from anywhere, are written out; a line stays one line.
  mutating func line(_ line: String = "") {
    text += VisibleText.line(line, keepsStyles: hasColour)
    text += "\n"
  }

  /// Adds an empty line and a heading.
  mutating func section(_ heading: String) {
    line()
    line(heading)
  }
}

/// Where commands write.
enum Output {
  /// Writes data to stdout, through the pager if there is one; for a terminal, control characters are written out.
  ///
  /// - Throws: if it can't be written whole: a file that was redirected to would be cut off in silence.
  static func show(_ text: String, terminal: Terminal, paged: Bool) throws(SystemCallError) {
    let text = terminal.isInteractive ? VisibleText.lines(text, keepsStyles: terminal.hasColour) : text
    if paged, let pager = terminal.pager, text.utf8.lazy.filter({ $0 == UInt8(ascii: "\n") }).count > 20,
      page(text, pager)
    {
      return
    }
    try write(Array(text.utf8), to: STDOUT_FILENO)
  }

  /// Shows text with a pager; false if there is no such program.
  private static func page(_ text: String, _ pager: String) -> Bool {
    // As git does: quit if it fits one screen, show colours, leave the screen as it is.
    setenv("LESS", "FRX", 0)
    // Who leaves the pager early has seen enough.
    let former = signal(SIGPIPE, SIG_IGN)
    defer { signal(SIGPIPE, former) }
    guard let stream = popen(pager, "w") else { return false }
    fputs(text, stream)
    return pclose(stream) >> 8 != commandNotFound
  }

  // What a shell exits with when it finds no such program.
  private static let commandNotFound: Int32 = 127

  /// Writes a message to stderr, its control characters written out; nobody can be told if that fails.
  static func say(_ text: String) {
    try? write(Array((VisibleText.lines(text) + "\n").utf8), to: STDERR_FILENO)
  }

  /// Writes all bytes; a reader that has gone away ends the process by SIGPIPE, as users of pipes expect.
  static func write(_ bytes: [UInt8], to descriptor: Int32) throws(SystemCallError) {
    // A typed error doesn't pass through the closure.
    let result = bytes.withUnsafeBytes { bytes in
      Result { () throws(SystemCallError) in try write(bytes, to: descriptor) }
    }
    try result.get()
  }

  /// Writes all bytes.
  static func write(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32) throws(SystemCallError) {
    try attempting("write to", descriptor == STDOUT_FILENO ? "stdout" : "stderr") {
      _ = try FileDescriptor(rawValue: descriptor).writeAll(bytes)
    }
  }
}
