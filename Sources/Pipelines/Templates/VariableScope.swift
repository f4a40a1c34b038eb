/// The names that templates know at one place.
struct VariableScope {
  private var root = VariableMap()
  private var sources: [String] = []
  // What is loaded of each file: nil for all of it.
  private var loaded: [String: [String]?] = [:]
  // What a group of stages defines, before all others; its stages' variables mustn't.
  private var group: [String: VariableNode] = [:]

  /// What went wrong in taking variables in, without the place.
  typealias Failure = PipelineProblem.Reason

  /// How many names there are at the top.
  var count: Int { root.names.count }

  /// Finds what an expression names; nil if there is none.
  func find(_ expression: Expression) -> VariableNode? {
    guard let first = expression.segments.first, var node = group[first] ?? root[first] else { return nil }
    for segment in expression.segments.dropFirst() {
      guard let next = node[segment] else { return nil }
      node = next
    }
    return node
  }

  /// Puts a group's names over whatever has them.
  func withGroup(_ names: [(name: String, node: VariableNode)]) -> VariableScope {
    var scope = self
    for (name, node) in names { scope.group[name] = node }
    return scope
  }

  /// A node for a value of the pipeline file itself.
  static func local(_ value: PipelineValue) -> VariableNode { VariableNode(value, source: -1) }

  // MARK: Taking variables in

  /// Adds a mapping from an entry of `vars`.
  mutating func add(_ map: PipelineMap, source: String) throws(Failure) {
    sources.append(source)
    try merge(VariableMap(map, source: sources.count - 1))
  }

  /// Adds a file, or chosen keys of it.
  ///
  /// - Parameters:
  ///   - item: the entry as it is written.
  ///   - path: the file's path from the root.
  ///   - keys: the chosen ones; nil for all.
  ///   - contents: reads the file.
  mutating func add(
    item: String, path: String, keys: [String]?, contents: () throws(PipelineProblem) -> PipelineMap
  ) throws(LoadFailure) {
    if let earlier = loaded[path] {
      switch (earlier, keys) {
      case (nil, nil): return
      case (let earlier?, let keys?) where Set(earlier).isDisjoint(with: keys): break
      default: throw .reason(.loadedTwice(item))
      }
    }
    var map: PipelineMap
    do throws(PipelineProblem) { map = try contents() } catch { throw .file(error) }
    if let keys {
      var chosen = PipelineMap()
      for key in keys {
        guard let value = map[key] else { throw .reason(.missingVariable(key, file: path)) }
        chosen[key] = value
      }
      map = chosen
    }
    do throws(Failure) { try add(map, source: path) } catch { throw .reason(error) }
    loaded[path] = .some(keys.map { ((loaded[path] ?? nil) ?? []) + $0 })
  }

  /// Why a file of variables couldn't be taken in.
  enum LoadFailure: Error {
    case reason(Failure)
    case file(PipelineProblem)
  }

  private mutating func merge(_ map: VariableMap) throws(Failure) {
    for name in map.names where group[name] != nil { throw .reserved(name) }
    try merge(map, into: &root, path: "")
  }

  private func merge(_ map: VariableMap, into target: inout VariableMap, path: String) throws(Failure) {
    for name in map.names {
      guard let node = map[name] else { continue }
      guard let old = target[name] else {
        target[name] = node
        continue
      }
      guard case .map(var inner) = old.content, case .map(let more) = node.content else {
        throw .redefined(
          path + name, source: text(of: node.source), earlier: text(of: old.source))
      }
      try merge(more, into: &inner, path: path + name + ".")
      var merged = old
      merged.content = .map(inner)
      target[name] = merged
    }
  }

  private func text(of source: Int) -> String { sources.indices.contains(source) ? sources[source] : "foreach" }
}
