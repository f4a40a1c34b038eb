/// A programming language, as far as its comments, strings and sections are concerned.
enum CodeLanguage: String {
  case python = "Python"
  /// Shell, R, Ruby, Perl, Makefiles, TOML and others whose comments begin with `#`.
  case hash = "#"
  /// C, C++, Java, JavaScript, Go, Rust, Swift and others with `//` and `/* */`.
  case cLike = "C-like"
  case sql = "SQL"
  case markdown = "Markdown"

  /// Tells the language by a file's name and first line; nil if it isn't known.
  init?(name: String, firstLine: String) {
    let base = name.split(separator: "/").last.map { $0.lowercased() } ?? ""
    let ending = base.contains(".") ? base.split(separator: ".").last.map(String.init) ?? "" : ""
    switch ending {
    case "py", "pyw", "pyx", "pyi": self = .python
    case "sh", "bash", "zsh", "r", "rb", "pl", "yaml", "yml", "toml", "conf", "jl", "nf", "smk", "tcl", "awk":
      self = .hash
    case "c", "h", "cc", "cpp", "cxx", "hpp", "java", "js", "mjs", "ts", "tsx", "jsx", "go", "rs", "swift", "scala",
      "kt",
      "cs", "cu", "cuh", "m", "groovy", "php":
      self = .cLike
    case "sql": self = .sql
    case "md", "markdown": self = .markdown
    default:
      if base == "makefile" || base == "dockerfile" || base == "snakefile" {
        self = base == "snakefile" ? .python : .hash
      } else if firstLine.hasPrefix("#!") {
        self = firstLine.contains("python") ? .python : .hash
      } else {
        return nil
      }
    }
  }

  /// What it is called; nil for a family of languages.
  var name: String? { self == .hash || self == .cLike ? nil : rawValue }

  /// Whether blanks at the start of a line mean something.
  var hasIndentation: Bool { self == .python || self == .hash }

  /// The text of a section that begins in a line; nil if none does.
  func section(_ line: String) -> String? {
    let trimmed = line.drop { $0 == " " || $0 == "\t" }
    let isAtStart = trimmed.startIndex == line.startIndex
    switch self {
    case .python:
      for word in ["def ", "class ", "async def ", "rule "] where trimmed.hasPrefix(word) { return cut(line) }
      return nil
    case .markdown: return line.hasPrefix("#") ? cut(line) : nil
    case .sql:
      let upper = trimmed.prefix(7).uppercased()
      return upper.hasPrefix("CREATE ") || upper.hasPrefix("WITH ") ? cut(line) : nil
    case .hash:
      if isAtStart, trimmed.hasPrefix("["), trimmed.hasSuffix("]") { return cut(line) }
      if trimmed.hasPrefix("function ") || trimmed.hasPrefix("def ") || trimmed.hasPrefix("sub ") { return cut(line) }
      // `name() {` in the shell, `name:` in YAML and Makefiles, `name <- function(` in R.
      guard isAtStart, let first = trimmed.first, first.isLetter || first == "_" else { return nil }
      let word = trimmed.prefix { $0.isLetter || $0.isNumber || "_-.".contains($0) }
      let rest = trimmed[word.endIndex...].drop { $0 == " " }
      return rest.hasPrefix("()") || rest.hasPrefix(":") || rest.hasPrefix("<- function") ? cut(line) : nil
    case .cLike:
      guard let first = line.first, first.isLetter || first == "_" else {
        for word in ["func ", "fn ", "public ", "private ", "static ", "def ", "class "] where trimmed.hasPrefix(word) {
          return trimmed.contains("(") || trimmed.hasSuffix("{") ? cut(line) : nil
        }
        return nil
      }
      return trimmed.hasSuffix(";") || trimmed.hasSuffix(":") ? nil : cut(line)
    }
  }

  private func cut(_ line: String) -> String {
    var text = line.drop { $0 == " " || $0 == "\t" }
    while let last = text.last, last == " " || last == "{" || last == "\r" { text = text.dropLast() }
    return text.count > 72 ? text.prefix(71) + "…" : String(text)
  }
}
