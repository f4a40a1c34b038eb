internal import Plotting

/// Draws one plot of all versions, and notes what is wrong with some of them.
struct PlotDrawing {
  /// The media types of pictures, by the endings of their names.
  static let mediaTypes = [
    "gif": "image/gif", "jpeg": "image/jpeg", "jpg": "image/jpeg", "png": "image/png", "svg": "image/svg+xml",
  ]

  private let workspace: Workspace
  private let definition: PlotDefinition
  private let versions: [PlotVersion]
  private let contents: PlotContents
  private let hasVersions: Bool

  /// What is wrong with versions.
  var problems: [FilePlotProblem] = []
  /// Which files some versions haven't got.
  private(set) var missing: [FilePlotReport.Missing] = []

  init(
    _ workspace: Workspace, _ definition: PlotDefinition, _ versions: [PlotVersion], _ contents: PlotContents,
    hasVersions: Bool
  ) {
    self.workspace = workspace
    self.definition = definition
    self.versions = versions
    self.contents = contents
    self.hasVersions = hasVersions
  }

  /// Draws it; nil if no version can be drawn, for which there are problems then.
  mutating func draw(smoothing: Double?) throws -> Drawing? {
    let files = definition.files
    let pictures = files.filter { Self.mediaType(of: $0) != nil }
    if let file = pictures.first {
      guard files.count == 1, definition.x.isEmpty, definition.y.isEmpty else {
        throw FilePlotProblem(file.text, .isPicture)
      }
      return try picture(file)
    }
    let template = try definition.template.map { try workspace.template($0, definition.id) } ?? .linear
    var builder = PlotBuilder(definition, template, smoothing: smoothing)
    var isEmpty = true
    for version in versions {
      var current: WorkPath?
      var tables: [WorkPath: PlotTable] = [:]
      do {
        let (contents, hasHeader) = (contents, definition.hasHeader)
        try builder.add(version: version.name) { path in
          if let table = tables[path] { return table }
          current = path
          guard let bytes = try contents.bytes(path, version) else { throw FilePlotProblem.Reason.missingFile }
          let name = String(decoding: path.name, as: UTF8.self)
          let table = try PlotTable(bytes, name: name, hasHeader: hasHeader)
          tables[path] = table
          return table
        }
        isEmpty = false
      } catch let reason as FilePlotProblem.Reason {
        note(reason, current ?? definition.file, version)
      }
    }
    settle(isEmpty)
    if isEmpty { return nil }
    do {
      return try builder.drawing(hasVersions: hasVersions)
    } catch let reason as FilePlotProblem.Reason {
      throw FilePlotProblem(definition.id, reason)
    }
  }

  private mutating func picture(_ file: WorkPath) throws -> Drawing? {
    var sheet = PictureSheet(title: definition.title ?? definition.id, pictures: [])
    for version in versions {
      do {
        guard let bytes = try contents.bytes(file, version) else { throw FilePlotProblem.Reason.missingFile }
        sheet.pictures.append(
          PictureSheet.Picture(
            name: hasVersions ? version.name : definition.id, mediaType: Self.mediaType(of: file) ?? "", bytes: bytes))
      } catch let reason as FilePlotProblem.Reason {
        note(reason, file, version)
      }
    }
    settle(sheet.pictures.isEmpty)
    return sheet.pictures.isEmpty ? nil : .pictures(sheet)
  }

  /// Whether a plot is a picture that is there already.
  static func isOfPictures(_ definition: PlotDefinition) -> Bool {
    definition.files.contains { mediaType(of: $0) != nil }
  }

  private static func mediaType(of path: WorkPath) -> String? {
    mediaTypes[PlotTable.ending(of: String(decoding: path.name, as: UTF8.self))]
  }

  private mutating func note(_ reason: FilePlotProblem.Reason, _ file: WorkPath?, _ version: PlotVersion) {
    let name = file?.text ?? definition.id
    if case .missingFile = reason {
      missing.append(FilePlotReport.Missing(file: name, version: version.name))
    } else {
      problems.append(FilePlotProblem(name, version: hasVersions ? version.name : nil, reason))
    }
  }

  /// What is missing everywhere is a problem, and not only something to tell.
  private mutating func settle(_ isEmpty: Bool) {
    guard isEmpty else { return }
    if problems.isEmpty, let first = missing.first {
      problems.append(
        FilePlotProblem(
          first.file, version: hasVersions ? versions.map(\.name).joined(separator: ", ") : nil, .missingFile))
    }
    missing = []
  }
}
