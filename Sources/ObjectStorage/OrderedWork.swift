/// Jobs done by many threads at once, whose results are taken one after the other in the order of their adding.
///
/// What waits is bounded: adding more takes results first.
final class OrderedWork {
  private struct Step {
    var job: WorkerPool.Job?
    var weight: Int
    var completion: () throws(StorageError) -> Void
  }

  // Memory that jobs and their results may hold.
  private static let weightLimit = 24 << 20
  private static let countLimit = 64

  /// The threads.
  let pool: WorkerPool
  private var steps: [Step] = []
  private var next = 0
  private var weight = 0

  /// Has jobs done by the threads of `pool`.
  init(_ pool: WorkerPool) {
    self.pool = pool
  }

  /// Adds a job, none if there only is something to do in its place in the order.
  ///
  /// - Parameters:
  ///   - weight: about how many bytes it holds.
  ///   - completion: takes the result, on the caller's thread: in this call or in a later one.
  func add(
    _ job: WorkerPool.Job?, weight: Int = 0, _ completion: @escaping () throws(StorageError) -> Void
  ) throws(StorageError) {
    steps.append(Step(job: job, weight: weight, completion: completion))
    self.weight += weight
    if let job { pool.submit(job) }
    while self.weight > Self.weightLimit || steps.count - next > Self.countLimit { try takeFirst() }
  }

  /// Takes all results.
  func drain() throws(StorageError) {
    while next < steps.count { try takeFirst() }
  }

  /// Takes the results that are there, up to the first that isn't, and sees to it that nothing goes on.
  ///
  /// - Parameter takingResults: whether results that are there are worth anything.
  func end(takingResults: Bool) {
    if takingResults {
      while next < steps.count, steps[next].job.map({ pool.isDone($0) }) ?? true {
        // Another reason to stop doesn't matter any more.
        do { try takeFirst() } catch { break }
      }
    }
    for step in steps[next...] {
      if let job = step.job { pool.cancel(job) }
    }
    steps = []
    next = 0
    weight = 0
  }

  private func takeFirst() throws(StorageError) {
    let step = steps[next]
    // What is done holds on to nothing.
    steps[next] = Step(job: nil, weight: 0, completion: {})
    next += 1
    if next >= 64 {
      steps.removeSubrange(..<next)
      next = 0
    }
    if let job = step.job { pool.wait(for: job) }
    weight -= step.weight
    try step.completion()
  }

  deinit {
    end(takingResults: false)
  }
}
