public import Pipelines

/// Which of a project's stages is next, when several may run at once.
public struct StageSchedule: Sendable {
  private let order: [StageID]
  private let downstream: [[Int]]
  private var waiting: [Int]
  private var ready: Set<Int> = []
  private var places: [StageID: Int] = [:]
  private var running = 0
  private var isStopped = false
  private let keepsGoing: Bool
  /// The stages that can't run, since something that they depend on failed; in order.
  public private(set) var skipped: [StageID] = []

  /// - Parameters:
  ///   - order: the stages in the order in which one alone would run them.
  ///   - keepsGoing: whether a failure stops only what depends on it.
  public init(_ order: [StageID], of graph: StageGraph, keepsGoing: Bool) {
    self.order = order
    self.keepsGoing = keepsGoing
    places = Dictionary(order.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
    var downstream = [[Int]](repeating: [], count: order.count)
    waiting = [Int](repeating: 0, count: order.count)
    for (place, id) in order.enumerated() where graph[id]?.isFrozen != true {
      for upstream in graph.dependencies(of: id) {
        guard let other = places[upstream] else { continue }
        downstream[other].append(place)
        waiting[place] += 1
      }
    }
    self.downstream = downstream
    ready = Set(order.indices.filter { waiting[$0] == 0 })
  }

  /// Takes the first stage that can begin; nil if none can now.
  public mutating func next() -> StageID? {
    guard !isStopped, let place = ready.min() else { return nil }
    ready.remove(place)
    running += 1
    return order[place]
  }

  /// Whether nothing is running and nothing more will.
  public var isDone: Bool { running == 0 && (isStopped || ready.isEmpty) }

  /// Begins no further stage.
  public mutating func stop() { isStopped = true }

  /// Notes how a stage ended.
  public mutating func finish(_ id: StageID, succeeded: Bool) {
    guard let place = places[id] else { return }
    running -= 1
    if succeeded {
      for next in downstream[place] {
        waiting[next] -= 1
        if waiting[next] == 0 { ready.insert(next) }
      }
      return
    }
    if !keepsGoing { isStopped = true }
    var pending = downstream[place]
    var reached: Set<Int> = []
    while let next = pending.popLast() {
      if reached.insert(next).inserted { pending += downstream[next] }
    }
    skipped += reached.map { order[$0] }
    skipped = Set(skipped).sorted { (places[$0] ?? 0) < (places[$1] ?? 0) }
  }
}
