/// Makes many stages of one declaration.
struct StageExpansion {
  /// One of them.
  struct Instance {
    /// What follows `@`.
    var key: String
    /// What its templates know beside everything else.
    var names: [(name: String, node: VariableNode)]
  }

  /// How a value that stands for a part of a name was found.
  private struct Element {
    var node: VariableNode
    // The part of the name; nil for a list or a mapping, which goes by its place.
    var label: String?
  }

  let interpolation: Interpolation
  /// The most stages.
  let limit: Int

  private var file: String { interpolation.file }

  // MARK: foreach

  /// The stages of `foreach`.
  func instances(foreach data: LocatedValue, _ budget: inout TextBudget) throws(PipelineProblem) -> [Instance] {
    switch data.content {
    case .scalar(.string(let text)):
      guard let inner = Template(text).exact else { throw unexpected(data, "foreach", "a list or a mapping") }
      let node = try interpolation.node(inner, at: data.position)
      switch node.content {
      case .list(let nodes): return try unique(listed(nodes.map(Self.element)), data.position)
      case .map(let map):
        return try checked(
          map.names.compactMap { name in map[name].map { Self.member(name, $0) } }, data.position)
      case .scalar(let value): throw unexpected(data, "foreach", "a list or a mapping, and not \(value.kind)")
      }
    case .list(let elements):
      return try unique(listed(try self.elements(elements, &budget)), data.position)
    case .map(let members):
      var instances: [Instance] = []
      for member in members {
        let key = try interpolation.resolve(member.key, .scalar, &budget)
        let value = try self.element(member.value, &budget)
        instances.append(Self.member(key.value.templateText ?? "", value.node))
      }
      return try unique(instances, data.position)
    case .scalar: throw unexpected(data, "foreach", "a list or a mapping")
    }
  }

  private static func member(_ key: String, _ node: VariableNode) -> Instance {
    Instance(key: key, names: [("item", node), ("key", VariableScope.local(.string(key)))])
  }

  // A list that holds anything but scalars goes by places.
  private func listed(_ elements: [Element]) -> [Instance] {
    let isPlain = elements.allSatisfy { $0.label != nil }
    return elements.enumerated().map { index, element in
      Instance(key: isPlain ? element.label ?? "" : String(index), names: [("item", element.node)])
    }
  }

  // MARK: matrix

  /// The stages of `matrix`.
  func instances(matrix data: LocatedValue, _ budget: inout TextBudget) throws(PipelineProblem) -> [Instance] {
    var axes: [(name: String, elements: [Element])] = []
    var count = 1
    for member in data.members ?? [] {
      let name = try interpolation.resolve(member.key, .scalar, &budget).templateText("matrix", file: file)
      let elements = try axis(name, member.value, &budget)
      let (product, isTooLarge) = count.multipliedReportingOverflow(by: elements.count)
      guard !isTooLarge, product <= limit else { throw PipelineProblem(file: file, at: data.position, .tooManyStages) }
      count = product
      axes.append((name, elements))
    }
    var instances: [Instance] = []
    instances.reserveCapacity(count)
    for number in 0..<count {
      var places: [Int] = []
      var rest = number
      for axis in axes.reversed() {
        places.append(rest % axis.elements.count)
        rest /= axis.elements.count
      }
      var item = VariableMap()
      var parts: [String] = []
      for (axis, place) in zip(axes, places.reversed()) {
        let element = axis.elements[place]
        item[axis.name] = element.node
        parts.append(element.label ?? axis.name + String(place))
      }
      let key = parts.joined(separator: "-")
      guard budget.spend(key.utf8.count) else { throw PipelineProblem(file: file, at: data.position, .tooMuchText) }
      instances.append(
        Instance(
          key: key,
          names: [
            ("item", VariableNode(content: .map(item), source: -1)), ("key", VariableScope.local(.string(key))),
          ]))
    }
    return try unique(instances, data.position)
  }

  private func axis(_ name: String, _ value: LocatedValue, _ budget: inout TextBudget) throws(PipelineProblem)
    -> [Element]
  {
    if let elements = value.elements { return try self.elements(elements, &budget) }
    guard let inner = value.string.flatMap({ Template($0).exact }) else { throw unexpected(value, name, "a list") }
    switch try interpolation.node(inner, at: value.position).content {
    case .list(let nodes): return nodes.map(Self.element)
    // Of a mapping the keys count.
    case .map(let map): return map.names.map { Element(node: VariableScope.local(.string($0)), label: $0) }
    case .scalar(let value_): throw unexpected(value, name, "a list, and not \(value_.kind)")
    }
  }

  // MARK: Elements

  private func elements(_ values: [LocatedValue], _ budget: inout TextBudget) throws(PipelineProblem) -> [Element] {
    guard values.count <= limit else {
      throw PipelineProblem(file: file, at: values.first?.position, .tooManyStages)
    }
    var elements: [Element] = []
    for value in values { elements.append(try element(value, &budget)) }
    return elements
  }

  private func element(_ value: LocatedValue, _ budget: inout TextBudget) throws(PipelineProblem) -> Element {
    if let inner = value.string.flatMap({ Template($0).exact }) {
      return Self.element(try interpolation.node(inner, at: value.position))
    }
    let resolved = try interpolation.resolve(value, .anything, &budget).value
    return Element(node: VariableScope.local(resolved), label: resolved.templateText)
  }

  // A variable shows as Python prints it: `True`, where the pipeline file's own truth values show as `true`.
  private static func element(_ node: VariableNode) -> Element {
    guard case .scalar(let value) = node.content else { return Element(node: node, label: nil) }
    return Element(node: node, label: value.pythonText)
  }

  // MARK: Names

  private func unexpected(_ value: LocatedValue, _ field: String, _ expected: String) -> PipelineProblem {
    PipelineProblem(file: file, at: value.position, .unexpected(field: field, expected: expected))
  }

  private func checked(_ instances: [Instance], _ position: SourcePosition) throws(PipelineProblem) -> [Instance] {
    guard instances.count <= limit else { throw PipelineProblem(file: file, at: position, .tooManyStages) }
    return instances
  }

  // What is given twice counts once; two that differ and have one name can't both be.
  private func unique(_ instances: [Instance], _ position: SourcePosition) throws(PipelineProblem) -> [Instance] {
    var seen: [String: Int] = [:]
    var unique: [Instance] = []
    for instance in try checked(instances, position) {
      guard let earlier = seen.updateValue(seen[instance.key] ?? unique.count, forKey: instance.key) else {
        unique.append(instance)
        continue
      }
      guard unique[earlier].names.first?.node.value == instance.names.first?.node.value else {
        throw PipelineProblem(file: file, at: position, .duplicateInstance(instance.key))
      }
    }
    return unique
  }
}
