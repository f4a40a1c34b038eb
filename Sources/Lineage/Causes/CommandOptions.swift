/// A command line taken apart: options with their values, and the words besides.
struct CommandOptions {
  /// Options by their names with the dashes, `--depth`; one without a value has an empty one.
  private(set) var values: [String: String] = [:]
  /// All other words in order, the program first.
  private(set) var words: [String] = []

  init(_ arguments: [String]) {
    var rest = arguments[...]
    while let argument = rest.popFirst() {
      guard Self.isOption(argument) else {
        words.append(argument)
        continue
      }
      if let equals = argument.firstIndex(of: "=") {
        values[String(argument[..<equals])] = String(argument[argument.index(after: equals)...])
      } else if let next = rest.first, !Self.isOption(next), argument.hasPrefix("--") {
        values[argument] = next
        rest.removeFirst()
      } else {
        values[argument] = ""
      }
    }
  }

  private static func isOption(_ argument: String) -> Bool {
    guard argument.hasPrefix("-"), argument != "-", argument != "--" else { return false }
    return Double(argument) == nil
  }
}
