internal import Glibc

/// A thread that does one job after the other, for work that would keep its caller from the next piece.
///
/// `@unchecked Sendable`: the queue is touched under its lock alone. A job may use what its submitter doesn't touch
/// before ``wait()`` returns.
final class BackgroundThread: @unchecked Sendable {
  // What the thread itself holds on to, so that releasing the owner ends the thread.
  private final class Queue {
    let lock = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    let changed = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    var jobs: [() -> Void] = []
    var isBusy = false
    var isEnding = false

    init() {
      pthread_mutex_init(lock, nil)
      pthread_cond_init(changed, nil)
    }

    deinit {
      pthread_cond_destroy(changed)
      pthread_mutex_destroy(lock)
      changed.deallocate()
      lock.deallocate()
    }

    /// Waits until `condition` holds, then runs `body`, both under the lock.
    func when<Result>(_ condition: () -> Bool, _ body: () -> Result) -> Result {
      pthread_mutex_lock(lock)
      while !condition() { pthread_cond_wait(changed, lock) }
      let result = body()
      pthread_cond_broadcast(changed)
      pthread_mutex_unlock(lock)
      return result
    }

    func work() {
      while true {
        let job = when({ !jobs.isEmpty || isEnding }) { () -> (() -> Void)? in
          guard !jobs.isEmpty else { return nil }
          isBusy = true
          return jobs.removeFirst()
        }
        guard let job else { return }
        job()
        when({ true }) { isBusy = false }
      }
    }
  }

  private let queue = Queue()
  private let depth: Int
  private let thread: pthread_t?

  /// Starts a thread that lets at most `depth` jobs wait.
  init(depth: Int) {
    self.depth = depth
    var thread = pthread_t()
    let context = Unmanaged.passRetained(queue)
    let code = pthread_create(
      &thread, nil,
      { context in
        context.map { Unmanaged<Queue>.fromOpaque($0).takeRetainedValue().work() }
        return nil
      }, context.toOpaque())
    if code != 0 { context.release() }
    self.thread = code == 0 ? thread : nil
  }

  /// Has `job` done after those before it.
  ///
  /// Waits while too many are waiting. Without a thread to be had, does the job itself.
  func run(_ job: @escaping () -> Void) {
    guard thread != nil else { return job() }
    queue.when({ queue.jobs.count < depth }) { queue.jobs.append(job) }
  }

  /// Waits until all jobs are done.
  func wait() {
    guard thread != nil else { return }
    queue.when({ queue.jobs.isEmpty && !queue.isBusy }) {}
  }

  deinit {
    guard let thread else { return }
    queue.when({ true }) { queue.isEnding = true }
    pthread_join(thread, nil)
  }
}
