internal import MLTBase

/// Reads the entries of `outs` in the form that `.dvc` files and `dvc.lock` share.
struct OutputReader {
  /// More than this in one file is none that DVC could work with.
  static let countLimit = 1_000_000

  /// The file's name in reports.
  let file: String
  /// The folder that paths are taken from, from the project's root.
  let folder: [UInt8]

  /// What an entry says.
  enum Entry {
    /// DVC keeps it.
    case kept(DVCOutput)
    /// Git keeps it.
    case leftToGit([UInt8])
  }

  /// Reads one entry.
  func entry(_ value: YAMLValue) throws(DVCProblem) -> Entry {
    do throws(DVCProblem.Reason) {
      guard value.isMapping else { throw .field("outs", expected: "a list of mappings") }
      guard let text = value["path"].string else { throw .field("path", expected: "text") }
      let path = try DVCPath.output(text, in: folder)
      if try flag(value, "cache", default: true) == false { return .leftToGit(path) }
      return .kept(
        DVCOutput(
          path: path, hash: try hash(value, PathText.encode(path)), size: try count(value, "size"),
          count: try count(value, "nfiles"), isExecutable: try flag(value, "isexec", default: false), file: file,
          line: value.line))
    } catch {
      throw DVCProblem(file: file, line: value.line, error)
    }
  }

  private func hash(_ value: YAMLValue, _ path: String) throws(DVCProblem.Reason) -> DVCHash {
    let name = value["hash"]
    guard name.isNull || name.string == "md5" else { throw .unsupportedHash(path: path) }
    guard !value["md5"].isNull else {
      let hasOther = ["etag", "checksum", "files", "cloud"].contains { !value[$0].isNull }
      throw hasOther ? .unsupportedHash(path: path) : .notCommitted(path: path)
    }
    guard let text = value["md5"].string else { throw .field("md5", expected: "text") }
    guard let hash = DVCHash(text, algorithm: name.isNull ? .dos2unix : .md5) else {
      throw .malformedHash(PathText.encode(text.utf8.prefix(80)))
    }
    return hash
  }

  private func flag(
    _ value: YAMLValue, _ name: String, default missing: Bool
  ) throws(DVCProblem.Reason) -> Bool {
    if value[name].isNull { return missing }
    guard let flag = value[name].bool else { throw .field(name, expected: "true or false") }
    return flag
  }

  private func count(_ value: YAMLValue, _ name: String) throws(DVCProblem.Reason) -> Int64? {
    if value[name].isNull { return nil }
    guard let count = value[name].count else { throw .field(name, expected: "a whole number that isn't negative") }
    return count
  }

  /// The entries of a list of outputs; none if there is no list.
  func elements(_ value: YAMLValue, line: Int?) throws(DVCProblem) -> [YAMLValue] {
    if value.isNull { return [] }
    guard let elements = value.elements else {
      throw DVCProblem(file: file, line: value.line ?? line, .field("outs", expected: "a list of mappings"))
    }
    return elements
  }
}
