/// Replaces templates by what they name.
struct Interpolation {
  /// The names.
  let scope: VariableScope
  /// How mappings become options.
  let style: ArgumentStyle
  /// The pipeline file, for problems.
  let file: String

  /// Where a text stands, for what may take its place.
  enum Place {
    /// In a command: mappings become options.
    case command
    /// Where only scalars can stand.
    case scalar
    /// Where a whole text that is one template may stand for anything.
    case anything
  }

  /// Replaces the templates in a value and all its parts, keys included.
  func resolve(
    _ value: LocatedValue, _ place: Place, _ budget: inout TextBudget
  ) throws(PipelineProblem) -> LocatedValue {
    guard budget.spend(TextBudget.valueCost) else {
      throw PipelineProblem(file: file, at: value.position, .tooMuchText)
    }
    switch value.content {
    case .scalar(.string(let text)):
      return LocatedValue(try resolve(text, at: value.position, place, &budget), at: value.position)
    case .scalar: return value
    case .list(let elements):
      var resolved: [LocatedValue] = []
      resolved.reserveCapacity(elements.count)
      for element in elements { resolved.append(try resolve(element, place, &budget)) }
      return LocatedValue(.list(resolved), at: value.position)
    case .map(let members):
      var resolved: [LocatedValue.Member] = []
      for member in members {
        let key = try resolve(member.key, .scalar, &budget)
        resolved.append(LocatedValue.Member(key: key, value: try resolve(member.value, place, &budget)))
      }
      return LocatedValue(.map(resolved), at: value.position)
    }
  }

  /// Replaces the templates in a text.
  func resolve(
    _ text: String, at position: SourcePosition, _ place: Place, _ budget: inout TextBudget
  ) throws(PipelineProblem) -> PipelineValue {
    // Also of what stays as it is: looking through it takes its time for each stage.
    guard budget.spend(text.utf8.count) else { throw PipelineProblem(file: file, at: position, .tooMuchText) }
    let template = Template(text)
    if template.isPlain { return .string(text) }
    if let inner = template.exact {
      let value = try node(inner, at: position).value
      switch (value, place) {
      case (.map, .scalar), (.list, .scalar), (.list, .command): throw notScalar(inner, value, at: position)
      default: break
      }
      guard budget.spend(value.cost) else { throw PipelineProblem(file: file, at: position, .tooMuchText) }
      return value
    }
    let resolved = try template.replacing(limit: budget.left) { match throws(PipelineProblem) in
      let value = try node(match.inner, at: position).value
      if let text = value.templateText { return text }
      guard place == .command, case .map(let map) = value, let text = style.text(map) else {
        throw notScalar(match.inner, value, at: position)
      }
      return text
    }
    guard let resolved, budget.spend(resolved.utf8.count) else {
      throw PipelineProblem(file: file, at: position, .tooMuchText)
    }
    return .string(resolved)
  }

  /// What a template names.
  func node(_ inner: String, at position: SourcePosition) throws(PipelineProblem) -> VariableNode {
    guard let expression = Expression(inner) else {
      throw PipelineProblem(file: file, at: position, .badTemplate(inner))
    }
    guard let node = scope.find(expression) else { throw PipelineProblem(file: file, at: position, .undefined(inner)) }
    return node
  }

  private func notScalar(_ inner: String, _ value: PipelineValue, at position: SourcePosition) -> PipelineProblem {
    PipelineProblem(file: file, at: position, .notScalar(template: inner, kind: value.kind))
  }
}

extension PipelineValue {
  // Roughly what a value takes, for the budget.
  fileprivate var cost: Int {
    switch self {
    case .list(let values): values.reduce(TextBudget.valueCost) { $0 + $1.cost }
    case .map(let map): map.members.reduce(TextBudget.valueCost) { $0 + $1.value.cost }
    // Texts are shared with the variable.
    default: TextBudget.valueCost
    }
  }
}
