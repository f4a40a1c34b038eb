/// The name that a command's component gets when nobody gives one.
package enum ComponentName {
  private static let wrappers: Set<String> = [
    "mlt", "env", "nice", "nohup", "time", "timeout", "stdbuf", "xargs", "poetry", "uv", "pipenv", "conda", "mamba",
    "run",
  ]
  private static let interpreters: Set<String> = [
    "python", "python2", "python3", "pypy", "pypy3", "ipython", "Rscript", "R", "julia", "node", "deno", "bun", "ruby",
    "perl", "php", "lua", "sh", "bash", "zsh", "dash", "fish", "ksh", "octave", "matlab", "java", "scala", "torchrun",
    "accelerate", "papermill", "jupyter", "swift",
  ]

  /// Options of wrappers that have a value of their own.
  private static let valuedOptions: Set<String> = [
    "-n", "-p", "-u", "-I", "-f", "-k", "-s", "--name", "--prefix", "--unset", "--signal", "--kill-after", "--with",
  ]
  /// Interpreters that take a verb before the script.
  private static let verbs: Set<String> = ["launch", "nbconvert", "run"]

  /// Returns the script's or program's own name: `python3 -u steps/train.py --depth 5` is `train`.
  package static func of(_ command: [String]) -> String {
    let words = unwrapped(command)
    guard let word = words.first else { return command.first.map { stem(baseName($0)) } ?? "run" }
    let name = baseName(word)
    if isInterpreter(name), let script = script(after: words.dropFirst()) { return stem(baseName(script)) }
    return stem(name)
  }

  /// Returns the words that say which code a command runs: its program, or an interpreter and its script.
  ///
  /// - Returns: nil if the code stands in the command itself, or comes through the standard input.
  package static func code(of command: [String]) -> [String]? {
    let words = unwrapped(command)
    guard let word = words.first else { return nil }
    let name = baseName(word)
    return isInterpreter(name) ? script(after: words.dropFirst()).map { [name, $0] } : [word]
  }

  /// The words from the program on that does the work, behind those that only start it otherwise (`nice -n 5 …`).
  private static func unwrapped(_ command: [String]) -> ArraySlice<String> {
    var words = command[...]
    while let word = words.first, wrappers.contains(baseName(word)) || isAssignment(word) {
      words = words.dropFirst()
      while let option = words.first, option.hasPrefix("-") || isAssignment(option) || isNumber(option) {
        words = words.dropFirst(valuedOptions.contains(option) ? 2 : 1)
      }
    }
    return words
  }

  private static func script(after arguments: ArraySlice<String>) -> String? {
    var rest = arguments
    while let argument = rest.popFirst() {
      switch argument {
      case "-m": return rest.first.map { $0.split(separator: ".").last.map(String.init) ?? $0 }
      case "-", "-e": return nil
      case "-W", "-X": _ = rest.popFirst()
      // A shell's letters stand together: `-ec`, `-lc`.
      case _ where argument.hasPrefix("-") && !argument.hasPrefix("--") && argument.hasSuffix("c"): return nil
      case _ where argument.hasPrefix("-") || verbs.contains(argument) || argument.allSatisfy(\.isNumber): continue
      default: return argument
      }
    }
    return nil
  }

  private static func isInterpreter(_ name: String) -> Bool {
    if interpreters.contains(name) { return true }
    // python3.11, pypy3.10, ruby3.2
    let trimmed = String(name.reversed().drop { $0.isNumber || $0 == "." }.reversed())
    return interpreters.contains(trimmed)
  }

  private static func isAssignment(_ word: String) -> Bool {
    guard let equals = word.firstIndex(of: "="), equals != word.startIndex else { return false }
    return word[..<equals].allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") }
  }

  private static func isNumber(_ word: String) -> Bool {
    word.first.map { $0.isNumber } ?? false
  }

  private static func baseName(_ path: String) -> String {
    path.split(separator: "/").last.map(String.init) ?? path
  }

  private static func stem(_ name: String) -> String {
    guard let dot = name.lastIndex(of: "."), dot != name.startIndex else { return name }
    return String(name[..<dot])
  }
}
