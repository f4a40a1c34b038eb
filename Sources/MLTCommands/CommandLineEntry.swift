internal import ArgumentParser
internal import Glibc
internal import MLTBase
internal import SystemPackage

/// The command line's entry.
public enum CommandLineEntry {
  /// Runs the command that the process's arguments name, and ends the process with its exit status.
  public static func main() -> Never {
    var arguments = rawArguments().dropFirst().map { String(validating: $0, as: UTF8.self) ?? PathText.encode($0) }
    // Asked for by scripts on every start, and answered without setting anything up.
    if arguments == ["--version"] {
      let isShown = (try? Output.write(Array("mlt \(Version.text)\n".utf8), to: STDOUT_FILENO)) != nil
      exit(isShown ? 0 : 1)
    }
    outliveSizeLimit()
    do {
      try changeDirectory(&arguments)
      joinRunByHand(&arguments)
      try checkCommandName(arguments)
      var command = try MLT.parseAsRoot(arguments)
      try command.run()
      exit(0)
    } catch {
      exit(FailureReport(error).present())
    }
  }

  /// Makes a file that outgrows the size limit an error like others, not a reason to die in the middle of a write.
  private static func outliveSizeLimit() {
    var current = sigaction()
    guard sigaction(SIGXFSZ, nil, &current) == 0, current.__sigaction_handler.sa_handler == nil else { return }
    // A handler that does nothing rather than SIG_IGN: commands that are run would inherit that, but not a handler.
    signal(SIGXFSZ) { _ in }
  }

  /// The process's arguments as bytes.
  static func rawArguments() -> [[UInt8]] {
    (0..<Int(CommandLine.argc)).compactMap { CommandLine.unsafeArgv[$0] }.map { pointer in
      Array(UnsafeRawBufferPointer(start: pointer, count: strlen(pointer)))
    }
  }

  /// How many of the process's arguments stand behind the first `--`.
  static var countBehindTerminator: Int {
    let arguments = rawArguments()
    return arguments.firstIndex(of: Array("--".utf8)).map { arguments.count - $0 - 1 } ?? 0
  }

  /// Takes leading `-C FOLDER` options, as git has them.
  private static func changeDirectory(_ arguments: inout [String]) throws {
    while arguments.first == "-C" {
      guard arguments.count >= 2 else { throw UsageError.missingFolder }
      let folder = PathText.decode(arguments[1]).flatMap { FilePath(bytes: $0) } ?? FilePath(arguments[1])
      guard folder.withPlatformString({ chdir($0) }) == 0 else {
        throw SystemCallError("change to folder", folder, Errno(rawValue: errno))
      }
      arguments.removeFirst(2)
    }
  }

  // `mlt run` takes whatever follows for a program; these two words are the exception.
  private static func joinRunByHand(_ arguments: inout [String]) {
    let place = arguments.first == "help" ? 1 : 0
    guard arguments.count > place + 1, arguments[place] == "run", ["start", "end"].contains(arguments[place + 1])
    else { return }
    arguments[place...place + 1] = ["run \(arguments[place + 1])"]
  }

  private static func checkCommandName(_ arguments: [String]) throws {
    guard let name = arguments.first, !name.hasPrefix("-") else { return }
    let names = MLT.allCommands.flatMap { command in
      [command._commandName] + command.configuration.aliases
    }
    if !names.contains(name), name != "help" { throw UsageError.unknownCommand(name, known: names.sorted()) }
  }
}

/// A command line that can't be understood, beyond what the parser of arguments finds.
enum UsageError: Error {
  /// `-C` without a folder.
  case missingFolder
  /// There is no such command.
  case unknownCommand(String, known: [String])
  /// An option's value isn't of the form it must have.
  case malformedOption(String, value: String, expected: String)
}
