internal import GitAccess
internal import MLTBase
public import Pipelines
internal import SystemPackage

/// The pipelines that a project declares, as its work tree or what is staged has them.
public struct Project {
  /// All that the pipeline files declare.
  public let pipeline: Pipeline
  /// The stages with what each depends on.
  public let graph: StageGraph
  /// Where texts come from.
  let files: any ProjectFiles
  private let shared: ParameterReader

  /// Reads pipeline files.
  ///
  /// - Throws: ``WorkspaceError/invalidPipeline(_:)``.
  init(reading paths: [String], of files: any ProjectFiles, root: FilePath) throws {
    pipeline = Pipeline(reading: paths, of: files, options: Pipeline.Options(root: root.string))
    guard pipeline.problems.isEmpty else { throw WorkspaceError.invalidPipeline(pipeline.problems) }
    do throws(PipelineProblem) {
      graph = try StageGraph(pipeline)
    } catch {
      throw WorkspaceError.invalidPipeline([error])
    }
    self.files = files
    shared = ParameterReader(files)
  }

  /// Reads what parameters a stage takes now.
  ///
  /// - Throws: ``WorkspaceError/invalidPipeline(_:)``.
  func parameters(of stage: Stage) throws -> [ParameterValues] {
    if stage.parameters.isEmpty { return [] }
    // What a stage makes may have changed since it was last read.
    let isMade = stage.parameters.contains { graph.producer(of: $0.location) != nil }
    do throws(PipelineProblem) {
      return try (isMade ? ParameterReader(files) : shared).values(of: stage)
    } catch {
      throw WorkspaceError.invalidPipeline([error])
    }
  }
}

/// The files of the work tree, for pipelines.
struct WorkTreeFiles: ProjectFiles {
  let root: FilePath

  func read(_ path: String, limit: Int) -> FileText {
    let file = root.pushing(FilePath(path))
    do {
      guard let status = try FileStatus(at: file, followingLinks: true) else { return .missing }
      switch status.kind {
      case .directory: return .folder
      case .regular, .symbolicLink: break
      case .special: return .unreadable("it is a device, socket or pipe")
      }
      if status.size > Int64(limit) { return .tooLarge }
      return try FileOperations.contents(of: file, limit: limit).map { .bytes($0) } ?? .missing
    } catch {
      return .unreadable("\(error.errno)")
    }
  }
}

extension Workspace {
  /// Reads the pipelines of the work tree; nil if there are none.
  ///
  /// - Throws: ``WorkspaceError/invalidPipeline(_:)``; ``WorkspaceError/malformedLock(_:_:)``.
  public func project() throws -> Project? {
    let paths = try pipelineFiles()
    return paths.isEmpty ? nil : try Project(reading: paths, of: WorkTreeFiles(root: root), root: root)
  }

  /// Reads the pipelines of the work tree.
  ///
  /// - Throws: ``WorkspaceError/noPipeline``; as ``project()``.
  public func requireProject() throws -> Project {
    guard let project = try project() else { throw WorkspaceError.noPipeline }
    return project
  }

  // What stands in the root of another project, or of a virtual environment.
  private static let foreignMarks = [".git", folderName, "pyvenv.cfg"]

  /// Finds the pipeline files of the work tree.
  ///
  /// Hidden folders, `node_modules`, tracked folders, other projects, virtual environments and what git ignores hold none.
  private func pipelineFiles() throws -> [String] {
    let names = Set(Pipeline.fileNames.map { Array($0.utf8) })
    let tracked = Set(try readLock().entries.lazy.filter { $0.kind == .tree }.map(\.path))
    var found: [WorkPath] = []
    var pending = [WorkPath(normal: [UInt8(ascii: ".")])]
    while let folder = pending.popLast() {
      var inside: [WorkPath] = []
      var files: [WorkPath] = []
      var isForeign = false
      // A folder that can't be looked into holds nothing that could be read.
      try? FileOperations.forEachEntry(in: folder.filePath(in: root), followingLinks: folder.isRoot) { name, isFolder in
        if Self.foreignMarks.contains(where: { name.elementsEqual($0.utf8) }) { isForeign = true }
        if isFolder != true, names.contains(where: { name.elementsEqual($0) }) {
          files.append(folder.appending(Array(name)))
        } else if isFolder != false, name.first != UInt8(ascii: "."),
          !name.elementsEqual("node_modules".utf8), !IgnoreFilter.isNoise(WorkPath(normal: Array(name)))
        {
          inside.append(folder.appending(Array(name)))
        }
      }
      if isForeign, !folder.isRoot { continue }
      found += files
      pending += inside.filter { !tracked.contains($0) }
    }
    let kept = try found.filter { try repository?.isIgnored($0.bytes, isFolder: false) != true }
    return Pipeline.files(among: kept.compactMap { String(validating: $0.bytes, as: UTF8.self) })
  }
}
