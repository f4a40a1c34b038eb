internal import TestSupport

/// What a step's code, or a package below it, does wrong.
enum Defect: Hashable {
  case code(Int)
  case package(Int)
  /// Half of the rows get lost, and nothing else differs.
  case lostRows
}

/// A linear model, as training leaves it.
struct LinearModel {
  var means: [Double]
  var deviations: [Double]
  var weights: [Double]
  var intercept: Double
  var error: Double

  /// A format that nobody looks into.
  var bytes: [UInt8] {
    var bytes = Array("LNRM".utf8) + [1, UInt8(truncatingIfNeeded: weights.count), 0, 0]
    for value in means + deviations + weights + [intercept] {
      withUnsafeBytes(of: ((value * 1e6).rounded() / 1e6).bitPattern.littleEndian) { bytes += Array($0) }
    }
    // Weights of trees or of a net would be this long, too, and just as dark.
    return bytes + bytes.map { $0 ^ 0x5A }
  }
}

/// What the steps compute, from tables to tables.
struct Computation {
  let drawing: Drawing
  let customers: Int

  func clean(_ raw: Table, most: Double, rates: [Double]?, _ defect: Defect?) -> Table {
    var table = raw
    let figures = raw.columns.map { ColumnFigures($0) }
    for column in table.columns.indices {
      let filler = defect == .code(1) ? 0 : figures[column].median
      table.columns[column] = table.columns[column].map { $0.isFinite ? $0 : filler }
    }
    let first = table.columns[0]
    if defect == .code(0) {
      table.keep { first[$0] > figures[0].median }
    } else {
      table.keep { first[$0] <= most }
    }
    if let rates {
      for row in table.columns[0].indices { table.columns[0][row] *= rates[table.customers[row] % rates.count] }
    }
    switch defect {
    case .code(1)?: table.columns[1] = table.columns[1].map { min($0, figures[1].mean) }
    case .code(2)?: table.columns.swapAt(1, 2)
    case .package(_)?: table.columns[1] = table.columns[1].map { ($0 * 1.12).rounded() }
    default: break
    }
    return table
  }

  func join(_ left: Table, _ right: Table, _ defect: Defect?) -> Table {
    var table = left
    var places: [Int: Int] = [:]
    for row in 0..<right.rowCount { places[right.customers[row]] = row }
    let isInner = defect == .code(0)
    if isInner { table.keep { places[left.customers[$0]].map { $0 % 3 != 0 } ?? false } }
    for (name, column) in zip(right.names, right.columns) {
      table.names.append(table.names.contains(name) ? name + "_right" : name)
      let shift = defect == .code(1) ? 1 : 0
      table.columns.append(
        table.customers.map { customer in
          places[customer].map { column[($0 + shift) % column.count] } ?? .nan
        })
    }
    switch defect {
    case .code(2)?: table.columns[0] = table.columns[0].map { -$0 }
    case .package(_)?: table.columns[0] = table.columns[0].map { $0.rounded(.down) }
    default: break
    }
    return table
  }

  func features(_ tables: [[Table]], clip: Double, _ defect: Defect?) -> Table {
    var made = Table(
      idName: "customer", ids: Array(1..<(customers + 1)), customers: Array(1..<(customers + 1)), names: [], columns: []
    )
    for parts in tables {
      guard let names = parts.first?.names else { continue }
      var counts = [Double](repeating: 0, count: customers + 1)
      var sums = names.map { _ in [Double](repeating: 0, count: customers + 1) }
      for part in parts {
        for row in 0..<part.rowCount where part.customers[row] <= customers {
          counts[part.customers[row]] += 1
          for column in names.indices where part.columns[column][row].isFinite {
            sums[column][part.customers[row]] += part.columns[column][row]
          }
        }
      }
      add("count", counts, to: &made)
      for column in names.indices.prefix(4) {
        let used = defect == .code(0) ? sums[0] : sums[column]
        let means = zip(used, counts).map { sum, count in
          defect == .code(1) ? sum : defect == .code(2) ? sum / (count + 3) : sum / max(count, 1)
        }
        add("mean_" + names[column], means, to: &made)
      }
    }
    for column in made.columns.indices {
      let figures = ColumnFigures(made.columns[column])
      let low = figures.mean - clip * figures.deviation
      let high = figures.mean + clip * figures.deviation
      made.columns[column] = made.columns[column].map { min(max($0, low), high) }
      if case .package? = defect { made.columns[column] = made.columns[column].map { $0 * 1.5 - figures.median / 2 } }
    }
    return made
  }

  private func add(_ name: String, _ values: [Double], to table: inout Table) {
    table.names.append(table.names.contains(name) ? name + "_2" : name)
    table.columns.append(Array(values.dropFirst()))
  }

  func train(_ name: String, _ table: Table, l2: Double, _ defect: Defect?) -> LinearModel {
    var generator = drawing.generator("truth " + name)
    let truth = table.names.map { _ in generator.normal() }
    let figures = table.columns.map { ColumnFigures($0) }
    func standard(_ row: Int, _ column: Int) -> Double {
      (table.columns[column][row] - figures[column].mean) / figures[column].deviation
    }
    var rows = Array(0..<table.rowCount)
    if defect == .code(0) { rows = rows.filter { $0 % 4 == 0 } }
    var targets = rows.map { row in
      truth.indices.reduce(0.3) { $0 + truth[$1] * standard(row, $1) } + Double(table.ids[row] &* 7919 % 97) / 97 - 0.5
    }
    switch defect {
    case .code(1)?: targets = Array(targets.dropFirst(3) + targets.prefix(3))
    case .code(2)?: targets = targets.map { $0 * $0 }
    default: break
    }
    let count = Double(max(rows.count, 1))
    let mean = targets.reduce(0, +) / count
    var weights = truth.indices.map { column in
      zip(rows, targets).reduce(0) { $0 + standard($1.0, column) * ($1.1 - mean) } / count / (1 + l2)
    }
    if case .package? = defect { weights = weights.map { $0 / 2 } }
    let square = zip(rows, targets).reduce(0.0) { sum, pair in
      let guess = weights.indices.reduce(mean) { $0 + weights[$1] * standard(pair.0, $1) }
      return sum + (guess - pair.1) * (guess - pair.1)
    }
    return LinearModel(
      means: figures.map(\.mean), deviations: figures.map(\.deviation), weights: weights, intercept: mean,
      error: (square / count).squareRoot())
  }

  func predict(_ table: Table, _ model: LinearModel, threshold: Double, _ defect: Defect?) -> Table {
    let columns = min(table.columns.count, model.weights.count)
    let scores = (0..<table.rowCount).map { row in
      (0..<columns).reduce(model.intercept) { sum, column in
        sum + model.weights[column] * (table.columns[column][row] - model.means[column]) / model.deviations[column]
      }
    }
    var made = Table(idName: "customer", ids: table.ids, customers: table.customers, names: [], columns: [])
    made.names = ["score", "decision"]
    // A slope that needs no library: enough of a probability.
    var chances = scores.map { 0.5 + 0.5 * $0 / (1 + abs($0)) }
    if case .package? = defect { chances = chances.map { 1 - $0 } }
    made.columns = [chances, chances.map { $0 > threshold ? 1 : 0 }]
    return made
  }

  func report(_ table: Table, _ defect: Defect?) -> Table {
    var made = Table(idName: "customer", ids: [], customers: [], names: ["rows"] + table.names, columns: [])
    made.idName = "bucket"
    let buckets = (0..<8).map { bucket in (0..<table.rowCount).filter { table.customers[$0] % 8 == bucket } }
    made.ids = Array(0..<8)
    made.customers = made.ids
    made.columns = [buckets.map { Double($0.count) }]
    for column in table.columns {
      made.columns.append(
        buckets.map { rows in
          let values = rows.map { column[$0] }.filter(\.isFinite)
          return values.isEmpty ? .nan : values.reduce(0, +) / Double(values.count)
        })
    }
    if case .package? = defect { made.columns = made.columns.map { $0.map { ($0 / 2).rounded() } } }
    return made
  }

  func export(_ table: Table, _ defect: Defect?) -> Table {
    var made = table
    made.names = Array(table.names.prefix(2))
    made.columns = Array(table.columns.prefix(2))
    if case .package? = defect { made.columns[0] = made.columns[0].map { ($0 / 10).rounded() * 10 } }
    return made
  }
}
