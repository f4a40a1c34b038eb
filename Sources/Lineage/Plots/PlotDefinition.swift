internal import Pipelines
internal import SystemPackage

/// A plot as a pipeline file declares it, or as it is where none does.
struct PlotDefinition {
  /// A column of a file; of the file that is drawn where none is named.
  struct Column: Hashable {
    var file: WorkPath?
    var name: String
  }

  /// The name, or the path from the root.
  var id: String
  /// The pipeline file and the name in it; nil if none declares it.
  var fullID: String?
  /// The file or folder that is drawn; nil if only the columns name files.
  var file: WorkPath?
  /// The columns of the height; none for the file's last.
  var y: [Column] = []
  /// The columns of the width: none for the row's number, one for all, or one for each of the height.
  var x: [Column] = []
  var template: String?
  var title: String?
  var xLabel: String?
  var yLabel: String?
  var hasHeader = true

  /// The files that are read, each once.
  var files: [WorkPath] {
    var files: [WorkPath] = []
    for path in y.compactMap(\.file) + (y.contains { $0.file != nil } ? [] : [file].compactMap { $0 })
      + x.compactMap(\.file)
    where !files.contains(path) {
      files.append(path)
    }
    return files
  }

  /// Takes what a pipeline file says of a plot.
  ///
  /// - Parameter path: finds what a path in that file means.
  mutating func apply(_ properties: PipelineMap, path: (String) -> WorkPath) {
    func columns(_ value: PipelineValue?) -> [Column] {
      switch value {
      case .string(let name): return [Column(file: nil, name: name)]
      case .list(let names): return names.compactMap { $0.plainText }.map { Column(file: nil, name: $0) }
      case .map(let files):
        return files.members.flatMap { member in
          columns(member.value).map { Column(file: path(member.key), name: $0.name) }
        }
      case .int(let number): return [Column(file: nil, name: "\(number)")]
      default: return []
      }
    }
    if let value = properties["x"] { x = columns(value) }
    if let value = properties["y"] { y = columns(value) }
    template = properties["template"]?.plainText ?? template
    title = properties["title"]?.plainText ?? title
    xLabel = properties["x_label"]?.plainText ?? xLabel
    yLabel = properties["y_label"]?.plainText ?? yLabel
    if properties["header"] == .bool(false) { hasHeader = false }
  }

  /// Takes what is asked for instead.
  mutating func apply(_ request: FilePlotRequest) {
    // The names that are declared are in a header.
    if request.hasHeader == false, hasHeader {
      let file = y.first?.file ?? nil
      if self.file == nil { self.file = file }
      (x, y) = ([], [])
    }
    // Other columns of the files that are declared.
    if !request.y.isEmpty {
      let files = Set(y.map(\.file)).count > 1 ? y.map(\.file) : [y.first?.file ?? nil]
      var seen: Set<WorkPath?> = []
      y = files.filter { seen.insert($0).inserted }.flatMap { file in
        request.y.map { Column(file: file, name: $0) }
      }
    }
    if let name = request.x { x = [Column(file: nil, name: name)] }
    template = request.template ?? template
    title = request.title ?? title
    xLabel = request.xLabel ?? xLabel
    yLabel = request.yLabel ?? yLabel
    hasHeader = request.hasHeader ?? hasHeader
  }
}

extension PipelineValue {
  /// A text, or a number as text: the name of a column may look like one.
  fileprivate var plainText: String? {
    switch self {
    case .string(let text): text
    case .int(let number): "\(number)"
    default: nil
    }
  }
}

extension Workspace {
  /// What pipeline files declare to be drawn: first what stages make, then what stands for itself.
  func plotDefinitions(in pipeline: Pipeline) -> [PlotDefinition] {
    var found: [PlotDefinition] = []
    for stage in pipeline.stages {
      for output in stage.outputs where output.kind == .plots {
        guard let path = output.location.path.map({ WorkPath(normal: Array($0.utf8)) }) else { continue }
        for drawing in output.drawings.isEmpty ? [PipelineMap()] : output.drawings {
          var plot = PlotDefinition(id: path.text, file: path)
          plot.fullID = stage.id.file + "::" + output.text
          plot.apply(drawing) { _ in path }
          found.append(plot)
        }
      }
    }
    for file in pipeline.files {
      let folder = root.pushing(FilePath(file.folder))
      func path(_ text: String) -> WorkPath { self.path(of: folder.pushing(FilePath(text))) }
      for declared in file.plots {
        var plot = PlotDefinition(id: declared.name, fullID: file.path + "::" + declared.name)
        plot.apply(declared.properties, path: path)
        if !plot.y.contains(where: { $0.file != nil }) {
          let file = path(declared.name)
          plot.file = file
          plot.id = file.text
          // What is said here of a stage's plot counts more.
          if let place = found.firstIndex(where: { $0.file == file }) {
            found[place].apply(declared.properties, path: path)
            continue
          }
        }
        found.append(plot)
      }
    }
    return found
  }
}
