internal import MLTBase
internal import Pipelines
internal import SystemPackage

/// The command line that runs a stage's commands, as DVC does: by the user's shell, without its start-up files.
///
/// Each element of a list has a shell of its own, and the first that fails is the last. A text of several lines is one
/// script, which ends with the first command that fails.
public struct StageCommandLine {
  /// The program and its arguments.
  let arguments: [String]

  init(_ command: Stage.Command, shell: String?) {
    let start = Self.shell(shell)
    switch command {
    case .text(let text): arguments = start + [Self.script(text)]
    case .list(let texts) where texts.count == 1: arguments = start + texts.map(Self.script)
    case .list(let texts):
      let each = start.map(Self.quoted).joined(separator: " ") + " \"$command\""
      arguments = start + ["\(Self.loop)\(each) || exit; done", "mlt"] + texts.map(Self.script)
    }
  }

  private static let loop = "for command do "

  /// The stage's commands that a recorded command line runs; nil if it is of another kind.
  public static func commands(of arguments: [String]) -> [String]? {
    let flags: [[String]] = [["--noprofile", "--norc", "-c"], ["--no-rcs", "-c"], ["-c"]]
    guard let flags = flags.first(where: { arguments.dropFirst().starts(with: $0) }) else { return nil }
    let rest = arguments.dropFirst(1 + flags.count)
    guard let script = rest.first else { return nil }
    if script.hasPrefix(loop), rest.dropFirst().first == "mlt" { return rest.dropFirst(2).map(plain) }
    return flags.count > 1 && rest.count == 1 ? [plain(script)] : nil
  }

  private static let strict = "set -e\n"

  private static func plain(_ script: String) -> String {
    script.hasPrefix(strict) ? String(script.dropFirst(strict.count)) : script
  }

  private static func script(_ text: String) -> String {
    text.utf8.drop { $0 == UInt8(ascii: "\n") }.split(separator: UInt8(ascii: "\n")).count > 1
      ? strict + text : text
  }

  // Shells that take a script as POSIX has it; others can't be given one.
  private static func shell(_ path: String?) -> [String] {
    guard let path, path.hasPrefix("/"), let name = FilePath(path).lastComponent?.string else {
      return ["/bin/sh", "-c"]
    }
    switch name {
    case "bash": return [path, "--noprofile", "--norc", "-c"]
    case "zsh": return [path, "--no-rcs", "-c"]
    case "sh", "dash", "ash", "ksh", "mksh": return [path, "-c"]
    default: return ["/bin/sh", "-c"]
    }
  }

  /// A word as a shell takes it for itself.
  static func quoted(_ word: String) -> String {
    let isPlain = word.utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"):
        true
      default: "-_./:=@%+,".utf8.contains(byte)
      }
    }
    if isPlain, !word.isEmpty { return word }
    return "'" + word.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
  }
}
