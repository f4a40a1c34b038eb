/// The stages of a project with what each depends on.
public struct StageGraph: Sendable {
  /// Which stages belong to chosen ones.
  public enum Reach: Hashable, Sendable {
    /// The chosen ones alone.
    case alone
    /// And what they depend on.
    case upstream
    /// And what depends on them.
    case downstream
  }

  /// The stages, in the order in which they are declared.
  public let stages: [Stage]
  private let numbers: [StageID: Int]
  private let trie: OutputTrie
  // One folder that holds many outputs and that many stages read could connect all with all.
  private static let edgeLimit = 4_000_000
  // For each stage those that it depends on, and those that depend on it.
  private let upstream: [[Int]]
  private let downstream: [[Int]]

  /// Connects the stages of a pipeline.
  ///
  /// - Throws: ``PipelineProblem`` for the first of: an output of two stages, an output in another, a pipeline file in
  ///   an output, a stage that changes what it depends on, stages that depend on each other in a circle.
  public init(_ pipeline: Pipeline) throws(PipelineProblem) {
    let stages = pipeline.stages
    let trie = try Self.trie(stages)
    var upstream: [[Int]] = []
    var downstream = [[Int]](repeating: [], count: stages.count)
    var edgesLeft = Self.edgeLimit
    for (number, stage) in stages.enumerated() {
      var found: [Int] = []
      var seen: Set<Int> = []
      let reads =
        stage.dependencies.map { ($0.location, $0.position) } + stage.parameters.map { ($0.location, $0.position) }
      for (location, position) in reads {
        let (above, below) = trie.overlapping(location)
        for entry in above + below {
          edgesLeft -= 1
          guard edgesLeft > 0 else {
            throw PipelineProblem(file: stage.id.file, at: position, stage: stage.id.name, .tooComplex)
          }
          guard entry.stage != number else {
            let output = stage.outputs[entry.output].location.text
            throw PipelineProblem(
              file: stage.id.file, at: position, stage: stage.id.name,
              .changesOwnInput(dependency: location.text, output: output))
          }
          if seen.insert(entry.stage).inserted {
            found.append(entry.stage)
            downstream[entry.stage].append(number)
          }
        }
      }
      upstream.append(found)
    }
    self.stages = stages
    self.trie = trie
    self.upstream = upstream
    self.downstream = downstream
    numbers = Dictionary(stages.enumerated().map { ($1.id, $0) }, uniquingKeysWith: { first, _ in first })
    try refuseCycles()
  }

  // MARK: What is refused

  private static func trie(_ stages: [Stage]) throws(PipelineProblem) -> OutputTrie {
    var trie = OutputTrie()
    for (number, stage) in stages.enumerated() {
      for (index, output) in stage.outputs.enumerated() {
        let (above, below) = trie.overlapping(output.location)
        if let other = above.last ?? below.first {
          throw overlap(
            (stage, output), (stages[other.stage], stages[other.stage].outputs[other.output]), above.isEmpty)
        }
        trie.insert(output.location, OutputTrie.Entry(stage: number, output: index))
      }
    }
    var seen: Set<String> = []
    for stage in stages where seen.insert(stage.id.file).inserted {
      if let entry = trie.overlapping(.inside(stage.id.file)).above.first {
        let other = stages[entry.stage]
        throw PipelineProblem(
          file: stage.id.file, .fileInOutput(other.outputs[entry.output].location.text, other: other.id))
      }
    }
    return trie
  }

  private static func overlap(
    _ new: (stage: Stage, output: StageOutput), _ old: (stage: Stage, output: StageOutput), _ isOldInner: Bool
  ) -> PipelineProblem {
    let (inner, outer) = isOldInner ? (old, new) : (new, old)
    let reason: PipelineProblem.Reason =
      inner.output.location == outer.output.location
      ? .duplicateOutput(inner.output.location.text, other: outer.stage.id)
      : .nestedOutput(inner.output.location.text, inside: outer.output.location.text, other: outer.stage.id)
    return PipelineProblem(
      file: inner.stage.id.file, at: inner.output.position, stage: inner.stage.id.name, reason)
  }

  // A walk with a stack of its own: chains are longer than a thread's stack bears.
  private func refuseCycles() throws(PipelineProblem) {
    enum State { case unknown, open, done }
    var states = [State](repeating: .unknown, count: stages.count)
    for start in stages.indices where states[start] == .unknown {
      states[start] = .open
      var path = [(number: start, next: 0)]
      while let last = path.last {
        guard last.next < upstream[last.number].count else {
          states[last.number] = .done
          path.removeLast()
          continue
        }
        path[path.count - 1].next += 1
        let next = upstream[last.number][last.next]
        switch states[next] {
        case .done: break
        case .unknown:
          states[next] = .open
          path.append((next, 0))
        case .open:
          let circle = path.drop { $0.number != next }.map { stages[$0.number] }
          throw PipelineProblem(
            file: stages[next].id.file, at: stages[next].position, stage: stages[next].id.name,
            .cycle(circle.map(\.id)))
        }
      }
    }
  }

  // MARK: Asking

  /// A stage by what names it.
  public subscript(id: StageID) -> Stage? { numbers[id].map { stages[$0] } }

  /// The stages that one depends on, each once, in the order of its dependencies.
  public func dependencies(of id: StageID) -> [StageID] {
    numbers[id].map { upstream[$0].map { stages[$0].id } } ?? []
  }

  /// The stages that depend on one, in the order in which they are declared.
  public func dependents(of id: StageID) -> [StageID] {
    numbers[id].map { downstream[$0].map { stages[$0].id } } ?? []
  }

  /// The stage with an output that a path is or lies in; nil if there is none.
  public func producer(of location: Location) -> StageID? {
    trie.overlapping(location).above.last.map { stages[$0.stage].id }
  }

  /// The stages with outputs that a path is, lies in, or holds, in the order in which they are declared.
  public func producers(around location: Location) -> [StageID] {
    let (above, below) = trie.overlapping(location)
    return Set((above + below).map(\.stage)).sorted().map { stages[$0].id }
  }

  /// The order in which stages run: each after all that it depends on.
  ///
  /// What a frozen stage depends on doesn't count.
  ///
  /// - Parameters:
  ///   - reach: which stages belong to the chosen ones.
  ///   - ids: the chosen ones; nil for all stages. Ones that aren't known are left out.
  public func order(_ reach: Reach = .upstream, of ids: [StageID]? = nil) -> [StageID] {
    let active = stages.indices.map { stages[$0].isFrozen ? [] : upstream[$0] }
    guard let ids else { return walk(from: Array(stages.indices), active).map { stages[$0].id } }
    let chosen = ids.compactMap { numbers[$0] }
    let reached: Set<Int>
    switch reach {
    case .alone: reached = Set(chosen)
    case .upstream: reached = Set(walk(from: chosen, active))
    case .downstream:
      reached = Set(walk(from: chosen, downstream.map { $0.filter { !stages[$0].isFrozen } }))
    }
    let within = stages.indices.map { reached.contains($0) ? active[$0].filter(reached.contains) : [] }
    return walk(from: reached.sorted(), within).map { stages[$0].id }
  }

  // Depth first, each after what it leads to: the order of DVC.
  private func walk(from starts: [Int], _ edges: [[Int]]) -> [Int] {
    var isSeen = [Bool](repeating: false, count: stages.count)
    var order: [Int] = []
    for start in starts where !isSeen[start] {
      isSeen[start] = true
      var path = [(number: start, next: 0)]
      while let last = path.last {
        guard last.next < edges[last.number].count else {
          order.append(last.number)
          path.removeLast()
          continue
        }
        path[path.count - 1].next += 1
        let next = edges[last.number][last.next]
        if !isSeen[next] {
          isSeen[next] = true
          path.append((next, 0))
        }
      }
    }
    return order
  }
}
