/// A variable, or a part of one, with where it comes from.
struct VariableNode {
  /// What it is.
  indirect enum Content {
    case scalar(PipelineValue)
    case list([VariableNode])
    case map(VariableMap)
  }

  var content: Content
  /// The source's number in the scope.
  var source: Int

  /// Takes parts that may come from other sources.
  init(content: Content, source: Int) {
    self.content = content
    self.source = source
  }

  /// Takes a value.
  ///
  /// Members whose keys aren't text can't be named, and are left out.
  init(_ value: PipelineValue, source: Int) {
    self.source = source
    switch value {
    case .list(let values): content = .list(values.map { VariableNode($0, source: source) })
    case .map(let map): content = .map(VariableMap(map, source: source))
    default: content = .scalar(value)
    }
  }

  /// The value without sources.
  var value: PipelineValue {
    switch content {
    case .scalar(let value): return value
    case .list(let nodes): return .list(nodes.map(\.value))
    case .map(let map): return .map(map.value)
    }
  }

  /// Whether it is neither a list nor a mapping.
  var isScalar: Bool { if case .scalar = content { true } else { false } }

  /// The part that is named; nil if there is none.
  subscript(segment: String) -> VariableNode? {
    switch content {
    case .scalar: return nil
    case .map(let map): return map[segment]
    case .list(let nodes):
      guard let index = Int(segment) else { return nil }
      let position = index < 0 ? nodes.count + index : index
      return nodes.indices.contains(position) ? nodes[position] : nil
    }
  }
}

/// Variables by name, in the order in which they came.
struct VariableMap {
  private(set) var names: [String] = []
  private var nodes: [String: VariableNode] = [:]

  init() {}

  init(_ map: PipelineMap, source: Int) {
    for member in map.members where member.isText { self[member.key] = VariableNode(member.value, source: source) }
  }

  /// One of them; setting nil changes nothing.
  subscript(name: String) -> VariableNode? {
    get { nodes[name] }
    set {
      guard let newValue else { return }
      if nodes.updateValue(newValue, forKey: name) == nil { names.append(name) }
    }
  }

  /// All as a value.
  var value: PipelineMap {
    var map = PipelineMap()
    for name in names { map[name] = nodes[name]?.value }
    return map
  }
}
