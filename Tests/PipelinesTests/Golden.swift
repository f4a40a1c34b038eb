import MLTBase
import Pipelines
import SystemPackage
import Testing

/// What DVC was recorded to make of the texts in the folder `Golden`.
struct Golden {
  /// The recorded cases.
  let cases: [JSON]

  init(_ name: String) throws {
    let folder = FilePath(#filePath).removingLastComponent().appending("Golden")
    let bytes = try #require(try FileOperations.contents(of: folder.appending(name), limit: 16 << 20))
    cases = try #require(try JSON(parsing: bytes)["cases"]?.array)
  }
}

/// A project that is only in memory.
struct MemoryProject: ProjectFiles {
  var texts: [String: String]

  init(_ texts: [String: String]) {
    self.texts = texts
  }

  init(_ json: JSON?) {
    texts = Dictionary(
      (json?.object?.members ?? []).map { ($0.key, $0.value.string ?? "") }, uniquingKeysWith: { $1 })
  }

  var pipeline: Pipeline { Pipeline(reading: Pipeline.files(among: texts.keys), of: self) }

  func read(_ path: String, limit: Int) -> FileText {
    if let text = texts[path] { return text.utf8.count > limit ? .tooLarge : .bytes(Array(text.utf8)) }
    return texts.keys.contains { $0.hasPrefix(path + "/") } ? .folder : .missing
  }
}

extension Pipeline {
  /// The only problem.
  var problem: PipelineProblem? { problems.count == 1 ? problems.first : nil }
}
