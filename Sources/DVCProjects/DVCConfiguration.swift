internal import MLTBase
internal import SystemPackage

/// The one setting of DVC's that matters here: `cache.dir`.
enum DVCConfiguration {
  private static let sizeLimit = 1 << 20

  /// Finds where the cache is.
  ///
  /// - Parameter files: the configuration files, the one that wins last; each may be missing.
  static func cacheFolder(_ files: [FilePath], defaulting folder: FilePath) -> (FilePath, [DVCProblem]) {
    var found = folder
    var problems: [DVCProblem] = []
    for file in files {
      do throws(SystemCallError) {
        guard try FileStatus(at: file, followingLinks: true)?.kind == .regular,
          let bytes = try FileOperations.contents(of: file, limit: sizeLimit)
        else { continue }
        guard let text = String(validating: bytes, as: UTF8.self) else {
          problems.append(DVCProblem(file: file.text, .notText))
          continue
        }
        guard let value = cacheFolder(in: text), let path = FilePath(bytes: value.utf8) else { continue }
        // DVC takes a relative one from the folder of the file that says so.
        found = path.isAbsolute ? path : file.removingLastComponent().pushing(path).lexicallyNormalized()
      } catch {
        problems.append(
          DVCProblem(file: file.text, error.errno == .fileTooLarge ? .tooLarge : .unreadable(error.errno)))
      }
    }
    return (found, problems)
  }

  /// Reads `dir` in the section `[cache]` of ConfigObj's format.
  static func cacheFolder(in text: String) -> String? {
    var isInSection = false
    var value: String?
    for line in text.split(whereSeparator: \.isNewline) {
      let line = trimmed(line)
      if line.first == "[" {
        isInSection = line.last == "]" && trimmed(line.dropFirst().dropLast()) == "cache"
      } else if isInSection, line.first != "#", let equals = line.firstIndex(of: "="),
        trimmed(line[..<equals]) == "dir"
      {
        value = unquoted(trimmed(line[line.index(after: equals)...]))
      }
    }
    return value.flatMap { $0.isEmpty ? nil : $0 }
  }

  private static func trimmed(_ text: Substring) -> Substring {
    var text = text
    while text.first?.isWhitespace == true { text.removeFirst() }
    while text.last?.isWhitespace == true { text.removeLast() }
    return text
  }

  private static func unquoted(_ text: Substring) -> String {
    if let quote = text.first, quote == "\"" || quote == "'", let end = text.dropFirst().firstIndex(of: quote) {
      return String(text[text.index(after: text.startIndex)..<end])
    }
    return String(trimmed(text.prefix { $0 != "#" }))
  }
}
