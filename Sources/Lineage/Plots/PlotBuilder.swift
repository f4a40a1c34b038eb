internal import Plotting

/// Puts a drawing together from the columns of one or several versions.
struct PlotBuilder {
  // More can't be told apart, and are mostly a column of numbers that somebody took for classes.
  private static let classLimit = 100
  private static let barLimit = 200

  let definition: PlotDefinition
  let template: PlotTemplate
  let smoothing: Double?

  /// The columns of one curve, or whatever is drawn of them.
  private struct Strand {
    var version: String
    var file: WorkPath
    var column: String
    /// What the width shows; nil for the row's number.
    var xColumn: String?
    var x: [PlotCell]?
    var y: [PlotCell]
    /// The same as numbers, for what has places.
    var points: [Chart.Point] = []
    var scale = Chart.Scale.whole
  }
  private var strands: [Strand] = []

  init(_ definition: PlotDefinition, _ template: PlotTemplate, smoothing: Double?) {
    self.definition = definition
    self.template = template
    self.smoothing = smoothing
  }

  /// Adds the columns of a version.
  ///
  /// - Parameter table: reads a file.
  mutating func add(version: String, table: (WorkPath) throws -> PlotTable) throws {
    var found: [Strand] = []
    let named = try columns(table)
    for (number, y) in named.y.enumerated() {
      let height = try cells(y, table)
      var strand = Strand(version: version, file: y.file, column: y.name, y: height)
      if let x = named.x.count == 1 ? named.x[0] : named.x.isEmpty ? nil : named.x[number] {
        // A column without a file is one of each file of the height.
        let source = Place(file: x.file ?? y.file, name: x.name)
        let width = try cells(source, table)
        guard width.count == height.count else {
          throw FilePlotProblem.Reason.unequalLengths(x.name, width.count, y.name, height.count)
        }
        strand.x = width
        strand.xColumn = x.name
      }
      if template.isOfNames {
        if template.isBars { try checkLengths(strand, table) }
      } else {
        try place(&strand, table)
      }
      found.append(strand)
    }
    strands += found
  }

  private struct Place {
    var file: WorkPath
    var name: String
  }

  private func columns(
    _ table: (WorkPath) throws -> PlotTable
  ) throws -> (x: [PlotDefinition.Column], y: [Place]) {
    guard let main = definition.y.compactMap(\.file).first ?? definition.file else {
      throw FilePlotProblem.Reason.missingFile
    }
    var x = definition.x
    var y = definition.y.map { Place(file: $0.file ?? main, name: $0.name) }
    if y.isEmpty || x.isEmpty && template.isOfNames {
      let names = try table(main).names
      let last = try table(main).lastName
      if template.isBars {
        // Names stand first in a table, and lengths last.
        if y.isEmpty { y = [Place(file: main, name: names.first { $0 != x.first?.name } ?? last)] }
        if x.isEmpty {
          x = [PlotDefinition.Column(file: nil, name: names.last { $0 != y[0].name } ?? last)]
        }
      } else {
        if y.isEmpty {
          let other = template.isOfNames && x.first?.name == last ? names.last { $0 != last } : nil
          y = [Place(file: main, name: other ?? last)]
        }
        if x.isEmpty, template.isOfNames {
          x = [PlotDefinition.Column(file: nil, name: names.first { $0 != y[0].name } ?? last)]
        }
      }
    }
    guard x.count <= 1 || x.count == y.count else {
      throw FilePlotProblem.Reason.unequalColumns(x: x.count, y: y.count)
    }
    return (x, y)
  }

  private func cells(_ place: Place, _ table: (WorkPath) throws -> PlotTable) throws -> [PlotCell] {
    let table = try table(place.file)
    guard let cells = table.column(place.name) else {
      throw FilePlotProblem.Reason.unknownColumn(place.name, known: table.names)
    }
    return cells
  }

  // MARK: Numbers

  private func place(_ strand: inout Strand, _ table: (WorkPath) throws -> PlotTable) throws {
    let heights = try numbers(strand.y, strand.column, strand.file, table)
    guard let x = strand.x, let column = strand.xColumn else {
      strand.points = heights.enumerated().map { Chart.Point(x: Double($0.offset), y: $0.element) }
      return
    }
    let widths: [Double]
    if x.contains(where: { $0.number.map { !$0.isNaN } ?? false }) {
      widths = x.map { $0.number ?? .nan }
      strand.scale = widths.allSatisfy { $0.isNaN || Int64(exactly: $0) != nil } ? .whole : .number
    } else if x.contains(where: { $0.moment != nil }) {
      widths = x.map { $0.moment ?? .nan }
      strand.scale = .moment
    } else {
      widths = try numbers(x, column, strand.file, table)
    }
    strand.points = zip(widths, heights).map { Chart.Point(x: $0, y: $1) }
    if template.mark == .line { strand.points = Self.sorted(strand.points) }
  }

  /// The cells as numbers; a few that are none have no place, but some must be one.
  private func numbers(
    _ cells: [PlotCell], _ column: String, _ file: WorkPath, _ table: (WorkPath) throws -> PlotTable
  ) throws -> [Double] {
    let numbers = cells.map { $0.number ?? .nan }
    // A column of nothing but NaN is one of numbers.
    if numbers.allSatisfy(\.isNaN), let example = cells.first(where: { $0.number == nil }) {
      throw FilePlotProblem.Reason.notNumbers(
        column: column, example: example.name, numeric: try table(file).numericNames)
    }
    return numbers
  }

  private func checkLengths(_ strand: Strand, _ table: (WorkPath) throws -> PlotTable) throws {
    guard let x = strand.x, let column = strand.xColumn else { return }
    _ = try numbers(x, column, strand.file, table)
  }

  /// Lines go from left to right, whatever the file's order; what has no place stays where it is.
  private static func sorted(_ points: [Chart.Point]) -> [Chart.Point] {
    let isSorted = zip(points, points.dropFirst()).allSatisfy { !($0.x > $1.x) }
    if isSorted { return points }
    let placed = points.enumerated().filter { !$0.element.x.isNaN }
      .sorted { ($0.element.x, $0.offset) < ($1.element.x, $1.offset) }
    return placed.map(\.element) + points.filter(\.x.isNaN)
  }

  // MARK: The whole

  /// Puts together what was added.
  ///
  /// - Parameter hasVersions: whether versions are told apart.
  func drawing(hasVersions: Bool) throws -> Drawing {
    let names = strands.map { name($0, hasVersions) }
    let columns = Set(strands.map(\.column))
    let widths = Set(strands.map { $0.xColumn })
    let title = definition.title ?? definition.id
    let xLabel = definition.xLabel ?? (widths.count == 1 ? widths.first.flatMap { $0 } ?? "step" : "x")
    let yLabel = definition.yLabel ?? (columns.count == 1 ? columns.first ?? "y" : "y")
    switch template {
    case .confusion, .confusionNormalized: return .matrix(try matrix(names, title, xLabel, yLabel))
    case .barHorizontal, .barHorizontalSorted: return .bars(try bars(names, title, xLabel, yLabel))
    case .linear, .simple, .smooth, .scatter, .scatterJitter:
      let weight = smoothing ?? (template == .smooth ? PlotTemplate.usualSmoothing : 0)
      let series = zip(names, strands).map { name, strand in
        Chart.Series(name: name, points: strand.points).smoothed(template.mark == .line ? weight : 0)
      }
      let scales = Set(strands.map(\.scale))
      return .chart(
        Chart(
          title: title, xLabel: xLabel, yLabel: yLabel, mark: template.mark,
          scale: scales.count == 1 ? scales.first ?? .number : .number, series: series))
    }
  }

  /// What tells a strand from the others: version, file, column.
  private func name(_ strand: Strand, _ hasVersions: Bool) -> String {
    var parts = hasVersions ? [strand.version] : []
    let files = Set(strands.map(\.file))
    if files.count > 1 {
      // The folders that all have in common tell nothing.
      let folders = files.map { Array($0.components.dropLast()) }
      let shared = folders.reduce(folders[0]) { common, folder in
        zip(common, folder).prefix { $0 == $1 }.map(\.0)
      }
      let rest = strand.file.components.dropFirst(shared.count)
      parts.append(rest.map { String(decoding: $0, as: UTF8.self) }.joined(separator: "/"))
    }
    if Set(strands.map(\.column)).count > 1 { parts.append(strand.column) }
    return parts.joined(separator: "  ")
  }

  private func matrix(
    _ names: [String], _ title: String, _ xLabel: String, _ yLabel: String
  ) throws -> MatrixChart {
    var across = Set(strands.flatMap { $0.x?.map(\.name) ?? [] })
    var down = Set(strands.flatMap { $0.y.map(\.name) })
    for (classes, column) in [(across, xLabel), (down, yLabel)] where classes.count > Self.classLimit {
      throw FilePlotProblem.Reason.tooManyNames(column: column, count: classes.count, limit: Self.classLimit)
    }
    // The same classes on both sides, so that what is right stands on the diagonal.
    if !across.isDisjoint(with: down) { (across, down) = (across.union(down), across.union(down)) }
    let (columns, rows) = (Self.ordered(across), Self.ordered(down))
    let columnPlaces = Dictionary(uniqueKeysWithValues: columns.enumerated().map { ($0.element, $0.offset) })
    let rowPlaces = Dictionary(uniqueKeysWithValues: rows.enumerated().map { ($0.element, $0.offset) })
    let panels = zip(names, strands).map { name, strand -> MatrixChart.Panel in
      var values = [[Double]](repeating: [Double](repeating: 0, count: columns.count), count: rows.count)
      for (x, y) in zip(strand.x ?? [], strand.y) {
        if let column = columnPlaces[x.name], let row = rowPlaces[y.name] { values[row][column] += 1 }
      }
      if template == .confusionNormalized {
        values = values.map { row in
          let sum = row.reduce(0, +)
          return sum > 0 ? row.map { $0 / sum } : row
        }
      }
      return MatrixChart.Panel(name: name, values: values)
    }
    return MatrixChart(
      title: title, xLabel: xLabel, yLabel: yLabel, columns: columns, rows: rows, panels: panels,
      isShare: template == .confusionNormalized)
  }

  private func bars(_ names: [String], _ title: String, _ xLabel: String, _ yLabel: String) throws -> BarChart {
    var labels: [String] = []
    var places: [String: Int] = [:]
    for name in strands.flatMap({ $0.y.map(\.name) }) where places[name] == nil {
      places[name] = labels.count
      labels.append(name)
    }
    guard labels.count <= Self.barLimit else {
      throw FilePlotProblem.Reason.tooManyNames(column: yLabel, count: labels.count, limit: Self.barLimit)
    }
    var series = zip(names, strands).map { name, strand -> BarChart.Series in
      var values = [Double?](repeating: nil, count: labels.count)
      for (x, y) in zip(strand.x ?? [], strand.y) {
        guard let place = places[y.name] else { continue }
        // Bars of one name are put together, as DVC's lie on top of each other.
        values[place] = (values[place] ?? 0) + (x.number ?? .nan)
      }
      return BarChart.Series(name: name, values: values)
    }
    if template == .barHorizontalSorted {
      let sums = labels.indices.map { label in
        series.reduce(0) { $0 + (($1.values[label] ?? 0).isFinite ? $1.values[label] ?? 0 : 0) }
      }
      let order = labels.indices.sorted { (-sums[$0], $0) < (-sums[$1], $1) }
      labels = order.map { labels[$0] }
      series = series.map { bars in BarChart.Series(name: bars.name, values: order.map { bars.values[$0] }) }
    }
    return BarChart(title: title, xLabel: xLabel, yLabel: yLabel, labels: labels, series: series)
  }

  /// Classes by their numbers, if all are numbers, else by their letters.
  private static func ordered(_ names: Set<String>) -> [String] {
    let numbers = names.compactMap { name in Double(name).map { (name, $0) } }
    if numbers.count == names.count, numbers.allSatisfy({ !$0.1.isNaN }) {
      return numbers.sorted { ($0.1, $0.0) < ($1.1, $1.0) }.map(\.0)
    }
    return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }
}

extension PlotTemplate {
  /// How points are shown.
  var mark: Chart.Mark { self == .scatter || self == .scatterJitter ? .point : .line }

  /// Whether bars are drawn.
  var isBars: Bool { self == .barHorizontal || self == .barHorizontalSorted }
}
