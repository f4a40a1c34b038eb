internal import Glibc

/// What the standard streams can show.
struct Terminal: Sendable {
  /// Whether stdout is a terminal.
  let isInteractive: Bool
  /// Whether to colour what goes to stdout.
  let hasColour: Bool
  /// Whether to colour what goes to stderr.
  let hasErrorColour: Bool
  /// The width in columns to fit text into; nil for no limit.
  let width: Int?
  /// The pager to show long output with; nil for none.
  let pager: String?

  /// Looks at the streams and the environment (`NO_COLOR`, `TERM`, `COLUMNS`, `MLT_PAGER`, `PAGER`).
  init(environment: [String: String]) {
    isInteractive = isatty(STDOUT_FILENO) == 1
    let isPlain = !(environment["NO_COLOR"] ?? "").isEmpty || environment["TERM"] == "dumb"
    hasColour = isInteractive && !isPlain
    hasErrorColour = isatty(STDERR_FILENO) == 1 && !isPlain
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
  case dim = "2"
  case red = "31"
  case green = "32"
  case yellow = "33"
  case blue = "34"
  case magenta = "35"
  case cyan = "36"
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
    hasColour && !piece.isEmpty ? "\u{1B}[\(style.rawValue)m\(piece)\u{1B}[0m" : piece
  }

  /// Returns what was put together so far and begins anew.
  mutating func take() -> String {
    defer { text = "" }
    return text
  }

  /// Adds a line.
  mutating func line(_ line: String = "") {
    text += line
    text += "\n"
  }
}

/// Where commands write.
enum Output {
  /// Writes data to stdout, through the pager if there is one.
  static func show(_ text: String, terminal: Terminal, paged: Bool) {
    if paged, let pager = terminal.pager, text.utf8.lazy.filter({ $0 == UInt8(ascii: "\n") }).count > 20 {
      // As git does: quit if it fits one screen, show colours, leave the screen as it is.
      setenv("LESS", "FRX", 0)
      if let stream = popen(pager, "w") {
        fputs(text, stream)
        pclose(stream)
        return
      }
    }
    write(Array(text.utf8), to: STDOUT_FILENO)
  }

  /// Writes a message to stderr.
  static func say(_ text: String) {
    write(Array((text + "\n").utf8), to: STDERR_FILENO)
  }

  /// Writes all bytes; a reader that has gone away ends the process by SIGPIPE, as users of pipes expect.
  static func write(_ bytes: [UInt8], to descriptor: Int32) {
    bytes.withUnsafeBytes { write($0, to: descriptor) }
  }

  /// Writes all bytes.
  static func write(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32) {
    var offset = 0
    while offset < bytes.count, let base = bytes.baseAddress {
      let count = Glibc.write(descriptor, base + offset, bytes.count - offset)
      if count < 0 {
        if errno == EINTR { continue }
        return
      }
      offset += count
    }
  }
}
