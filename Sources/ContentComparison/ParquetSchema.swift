/// What a leaf of a Parquet schema holds, and how often.
struct ParquetColumn {
  /// How bytes become values.
  enum Physical: Int64 {
    case boolean = 0
    case int32, int64, int96, float, double, byteArray, fixedBytes
  }

  /// What the values mean.
  enum Meaning: Equatable {
    case plain
    case unsigned
    case decimal(scale: Int)
    case date
    /// A time of day, in units of which there are so many in a second.
    case time(Double)
    case moment(Double)
    case half
    case uuid
  }

  /// The keys on the way from the root, without those that only say that there is a list.
  var name: String
  /// All keys on the way, as column chunks name them.
  var path: [String]
  var physical: Physical
  var meaning: Meaning
  /// The length of a value of fixed length.
  var length: Int
  /// The level at which a value is there.
  var maximumDefinition: Int
  /// How many lists there are on the way.
  var maximumRepetition: Int
  /// The definition level from which on the outermost list has an element.
  var listDefinition: Int
}

/// Reads the schema of a Parquet file: a tree, written in depth-first order.
struct ParquetSchema {
  private(set) var columns: [ParquetColumn] = []
  private let elements: [ThriftValue]
  private var next = 1
  private static let depthLimit = 64

  init(_ elements: [ThriftValue]) throws(ContentProblem) {
    self.elements = elements
    guard let root = elements.first else { throw .damaged("the schema is empty") }
    for _ in 0..<(try children(of: root) ?? 0) { try read([], [], 0, 0, 0, depth: 0) }
  }

  private mutating func read(
    _ path: [String], _ names: [String], _ definition: Int, _ repetition: Int, _ listDefinition: Int, depth: Int
  ) throws(ContentProblem) {
    guard next < elements.count, depth < Self.depthLimit, let name = elements[next][4]?.text else {
      throw .damaged("the schema is broken")
    }
    let element = elements[next]
    next += 1
    var (definition, repetition, listDefinition) = (definition, repetition, listDefinition)
    let kind = element[3]?.int ?? 0
    if kind != 0 { definition += 1 }
    if kind == 2 {
      repetition += 1
      if repetition == 1 { listDefinition = definition }
    }
    // `tags.list.element` is called `tags`.
    let isWrapper = repetition > 0 && (kind == 2 || ["element", "item", "array_element", "array"].contains(name))
    let isNamed = !isWrapper || names.isEmpty || !Self.wrappers.contains(name)
    let (path, shown) = (path + [name], isNamed ? names + [name] : names)
    if let children = try children(of: element), children > 0 {
      for _ in 0..<children {
        try read(path, shown, definition, repetition, listDefinition, depth: depth + 1)
      }
      return
    }
    guard let physical = element[1]?.int.flatMap({ ParquetColumn.Physical(rawValue: $0) }) else {
      throw .damaged("a column has no type")
    }
    let length = Int(clamping: element[2]?.int ?? 0)
    guard physical != .fixedBytes || (1...4096).contains(length) else { throw .damaged("a column has no length") }
    columns.append(
      ParquetColumn(
        name: shown.joined(separator: "."), path: path, physical: physical, meaning: Self.meaning(element),
        length: length, maximumDefinition: definition, maximumRepetition: repetition, listDefinition: listDefinition))
  }

  private func children(of element: ThriftValue) throws(ContentProblem) -> Int? {
    guard let count = element[5]?.int else { return nil }
    guard count >= 0, count <= Int64(elements.count) else { throw .damaged("the schema is broken") }
    return Int(count)
  }

  private static let wrappers: Set<String> = [
    "list", "element", "item", "bag", "array", "array_element", "key_value", "map",
  ]

  private static func meaning(_ element: ThriftValue) -> ParquetColumn.Meaning {
    let scale = Int(clamping: element[7]?.int ?? 0)
    if let logical = element[10], case .structure(let fields) = logical, let field = fields.first {
      let units: Double = field.value[2]?[1] != nil ? 1e3 : field.value[2]?[2] != nil ? 1e6 : 1e9
      switch field.id {
      case 5: return .decimal(scale: Int(clamping: field.value[1]?.int ?? 0))
      case 6: return .date
      case 7: return .time(units)
      case 8: return .moment(units)
      case 10: return field.value[2]?.bool == false ? .unsigned : .plain
      case 14: return .uuid
      case 15: return .half
      default: return .plain
      }
    }
    switch element[6]?.int {
    case 5: return .decimal(scale: scale)
    case 6: return .date
    case 7: return .time(1e3)
    case 8: return .time(1e6)
    case 9: return .moment(1e3)
    case 10: return .moment(1e6)
    case 11, 12, 13, 14: return .unsigned
    default: return .plain
    }
  }
}
