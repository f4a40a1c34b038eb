internal import MLTBase
internal import SystemPackage

/// A walk over a project's folders that reads the files DVC wrote.
struct ProjectWalk {
  private let root: FilePath
  /// Where files come from, by their paths from the project's root; nil for the root's folder.
  private var source: (([UInt8]) -> [UInt8]?)?
  private var outputs: [DVCOutput] = []
  private var leftToGit: [[UInt8]] = []
  private var stages: [DVCStage] = []
  /// What couldn't be taken, in the order of the walk.
  var problems: [DVCProblem] = []

  private static let skippedNames: Set<[UInt8]> = Set([".git", ".hg", ".dvc", ".mlt"].map { Array($0.utf8) })
  private static let suffix = Array(".dvc".utf8)
  private static let lockName = Array("dvc.lock".utf8)

  init(root: FilePath) {
    self.root = root
  }

  /// Makes a walk over files that lie in no folder.
  init(source: @escaping ([UInt8]) -> [UInt8]?) {
    root = FilePath()
    self.source = source
  }

  /// Reads those of some files that DVC writes.
  mutating func read(_ files: [[UInt8]]) {
    for file in files {
      let folder = DVCPath.parent(of: file)
      let name = folder.isEmpty ? file : Array(file.dropFirst(folder.count + 1))
      if name == Self.lockName {
        readLock(file, in: folder)
      } else if name.count > Self.suffix.count, name.suffix(Self.suffix.count) == Self.suffix[...] {
        readFile(file, in: folder)
      }
    }
  }

  private func document(_ place: [UInt8], named name: String) throws(DVCProblem) -> YAMLDocument? {
    guard let source else { return try YAMLDocument.read(path(place), named: name) }
    guard let bytes = source(place) else { return nil }
    guard bytes.count <= YAMLDocument.sizeLimit else { throw DVCProblem(file: name, .tooLarge) }
    return try YAMLDocument(bytes, named: name)
  }

  /// Walks all folders, each once; symbolic links aren't followed, and folders that DVC keeps aren't entered.
  mutating func run() {
    var pending: [[UInt8]] = [[]]
    while let folder = pending.popLast() {
      do throws(SystemCallError) {
        if !folder.isEmpty, try FileStatus(at: path(folder).appending(DVCProject.folderName))?.kind == .directory {
          problems.append(DVCProblem(file: PathText.encode(folder), .nestedProject))
          continue
        }
        var folders: [[UInt8]] = []
        for name in try FileOperations.names(in: path(folder)).map(\.bytes) where !Self.skippedNames.contains(name) {
          let place = folder.isEmpty ? name : folder + [0x2F] + name
          switch try FileStatus(at: path(place))?.kind {
          case .directory: folders.append(place)
          case .regular where name.count > Self.suffix.count && name.suffix(Self.suffix.count) == Self.suffix[...]:
            readFile(place, in: folder)
          case .regular where name == Self.lockName: readLock(place, in: folder)
          default: break
          }
        }
        let kept = Set(outputs.lazy.filter(\.hash.isFolder).map(\.path))
        pending += folders.reversed().filter { !kept.contains($0) }
      } catch {
        problems.append(DVCProblem(file: folder.isEmpty ? "." : PathText.encode(folder), .unreadable(error.errno)))
      }
    }
  }

  private func path(_ bytes: [UInt8]) -> FilePath {
    bytes.isEmpty ? root : root.pushing(FilePath(bytes: bytes) ?? FilePath())
  }

  // MARK: Files

  /// Reads a `.dvc` file.
  private mutating func readFile(_ place: [UInt8], in folder: [UInt8]) {
    let name = PathText.encode(place)
    do throws(DVCProblem) {
      guard let document = try document(place, named: name), !document.root.isNull else { return }
      guard document.root.isMapping else {
        throw DVCProblem(file: name, line: document.root.line, .field("outs", expected: "a list of mappings"))
      }
      let reader = OutputReader(file: name, folder: try self.folder(document.root["wdir"], from: folder, name))
      let source = Self.source(document.root["deps"])
      take(try reader.elements(document.root["outs"], line: nil), with: reader) { $0.source = source }
    } catch {
      problems.append(error)
    }
  }

  /// Reads a `dvc.lock` with what its `dvc.yaml` adds.
  private mutating func readLock(_ place: [UInt8], in folder: [UInt8]) {
    let name = PathText.encode(place)
    let pipelinePath = (folder.isEmpty ? [] : folder + [0x2F]) + Array("dvc.yaml".utf8)
    do throws(DVCProblem) {
      guard let lock = try document(place, named: name), !lock.root.isNull else { return }
      guard lock.root["schema"].string == "2.0" else {
        throw DVCProblem(file: name, line: lock.root["schema"].line, .unsupportedSchema)
      }
      let pipelineName = PathText.encode(pipelinePath)
      var pipeline: PipelineFile?
      if let document = try document(pipelinePath, named: pipelineName) {
        pipeline = try PipelineFile(document, named: pipelineName)
      }
      let stages = lock.root["stages"]
      if stages.isNull { return }
      guard let members = stages.members else {
        throw DVCProblem(file: name, line: stages.line, .field("stages", expected: "a mapping"))
      }
      for (stage, value) in members {
        // A stage that is no longer in the pipeline has no outputs any more.
        if let pipeline, pipeline[stage] == nil { continue }
        readStage(stage, value, pipeline?[stage], in: folder, file: name)
      }
    } catch {
      problems.append(error)
    }
  }

  private mutating func readStage(
    _ stage: String, _ value: YAMLValue, _ declared: PipelineFile.Stage?, in folder: [UInt8], file: String
  ) {
    let shownName = PathText.encode(stage.utf8)
    stages.append(DVCStage(name: shownName, file: file))
    do throws(DVCProblem) {
      var folder = folder
      if let text = declared?.folder {
        if text.contains("${") { throw DVCProblem(file: file, line: value.line, .templatedFolder(stage: shownName)) }
        folder = try Self.resolve(text, from: folder, file, line: value.line)
      }
      let reader = OutputReader(file: file, folder: folder)
      take(try reader.elements(value["outs"], line: value.line), with: reader) { output in
        output.stage = shownName
      } leavingToGit: { written in
        declared?.leftToGit.contains { PipelineFile.matches($0, written) } ?? false
      }
    } catch {
      problems.append(error)
    }
  }

  private mutating func take(
    _ elements: [YAMLValue], with reader: OutputReader, _ change: (inout DVCOutput) -> Void,
    leavingToGit isLeftToGit: (String) -> Bool = { _ in false }
  ) {
    for element in elements {
      guard outputs.count < OutputReader.countLimit else {
        return problems.append(DVCProblem(file: reader.file, line: element.line, .tooManyEntries))
      }
      do throws(DVCProblem) {
        switch try reader.entry(element) {
        case .leftToGit(let path): leftToGit.append(path)
        case .kept(let output) where isLeftToGit(element["path"].string ?? ""): leftToGit.append(output.path)
        case .kept(var output):
          change(&output)
          outputs.append(output)
        }
      } catch {
        problems.append(error)
      }
    }
  }

  private func folder(
    _ value: YAMLValue, from folder: [UInt8], _ file: String
  ) throws(DVCProblem) -> [UInt8] {
    if value.isNull { return folder }
    guard let text = value.string else {
      throw DVCProblem(file: file, line: value.line, .field("wdir", expected: "text"))
    }
    return try Self.resolve(text, from: folder, file, line: value.line)
  }

  private static func resolve(
    _ text: String, from folder: [UInt8], _ file: String, line: Int?
  ) throws(DVCProblem) -> [UInt8] {
    do throws(DVCProblem.Reason) {
      return try DVCPath.resolve(text, in: folder)
    } catch {
      throw DVCProblem(file: file, line: line, error)
    }
  }

  /// Where an import came from: a path in another repository at a commit, or a URL.
  private static func source(_ deps: YAMLValue) -> DVCSource? {
    guard let dep = deps.elements?.first, let path = dep["path"].string else { return nil }
    guard let url = dep["repo"]["url"].string else { return DVCSource(place: path) }
    return DVCSource(place: url, path: path, commit: dep["repo"]["rev_lock"].string ?? dep["repo"]["rev"].string)
  }

  // MARK: The whole

  /// What was found, without outputs that overlap another.
  func contents() -> DVCContents {
    var contents = DVCContents(
      leftToGit: leftToGit.sorted { $0.lexicographicallyPrecedes($1) },
      stages: stages.sorted { ($0.file, $0.name) < ($1.file, $1.name) }, problems: problems)
    // The same order as the walk's, so that of two that overlap the outer one, else the first that was met, stays.
    var taken: [[UInt8]: DVCOutput] = [:]
    for output in outputs.sorted(by: { $0.path.count < $1.path.count }) {
      var around: [UInt8]? = output.path
      var other: DVCOutput?
      while let path = around, !path.isEmpty, other == nil {
        other = taken[path]
        around = DVCPath.parent(of: path)
      }
      if let other {
        contents.problems.append(
          DVCProblem(
            file: output.file, line: output.line,
            .overlap(path: PathText.encode(output.path), other: PathText.encode(other.path))))
      } else {
        taken[output.path] = output
      }
    }
    contents.outputs = taken.values.sorted { $0.path.lexicographicallyPrecedes($1.path) }
    return contents
  }
}
