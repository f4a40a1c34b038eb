internal import Glibc
internal import MLTBase
internal import SystemPackage

/// What one thread works with, reused from job to job.
final class WorkerTools {
  /// Bytes that are being looked at.
  let buffer = MemoryBlock(count: 256 << 10)
  /// Compressed bytes of one object.
  let compressed = MemoryBlock(count: 64 << 10)
  /// The thread's own compressor.
  let compressor = Compressor()
}

/// Threads that share a queue of jobs; their owner helps while it waits for one.
///
/// Used by one thread, its owner's. Threads are started when jobs pile up, so that little work needs none.
///
/// `@unchecked Sendable`: what threads share is touched under its lock alone.
final class WorkerPool: @unchecked Sendable {
  /// Work for a thread, any.
  ///
  /// `@unchecked Sendable`: the state is touched under the pool's lock. What the work touches is nobody else's from
  /// submitting it to the end of waiting for it.
  final class Job: @unchecked Sendable {
    fileprivate enum State { case waiting, running, done }
    fileprivate var state = State.waiting
    private var work: ((WorkerTools) -> Void)?

    /// Takes what is to be done.
    init(_ work: @escaping (WorkerTools) -> Void) {
      self.work = work
    }

    // What the work holds on to is let go with it.
    fileprivate func run(_ tools: WorkerTools) {
      work?(tools)
      work = nil
    }
  }

  // What the threads hold on to, so that releasing the owner ends them.
  private final class Shared {
    let lock = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    let submitted = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    let finished = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    var jobs: [Job] = []
    // Jobs before this one were taken out.
    var next = 0
    var idle = 0
    var isEnding = false

    init() {
      pthread_mutex_init(lock, nil)
      pthread_cond_init(submitted, nil)
      pthread_cond_init(finished, nil)
    }

    deinit {
      pthread_cond_destroy(finished)
      pthread_cond_destroy(submitted)
      pthread_mutex_destroy(lock)
      finished.deallocate()
      submitted.deallocate()
      lock.deallocate()
    }

    // The next job that nobody has begun; under the lock.
    func take() -> Job? {
      while next < jobs.count {
        let job = jobs[next]
        next += 1
        if next == jobs.count || next >= 64 {
          jobs.removeSubrange(..<next)
          next = 0
        }
        guard job.state == .waiting else { continue }
        job.state = .running
        return job
      }
      return nil
    }

    func run() {
      let tools = WorkerTools()
      pthread_mutex_lock(lock)
      while true {
        if let job = take() {
          pthread_mutex_unlock(lock)
          job.run(tools)
          pthread_mutex_lock(lock)
          job.state = .done
          pthread_cond_signal(finished)
        } else if isEnding {
          break
        } else {
          idle += 1
          pthread_cond_wait(submitted, lock)
          idle -= 1
        }
      }
      pthread_mutex_unlock(lock)
    }
  }

  private let shared = Shared()
  private var threads: [pthread_t] = []
  private let limit: Int
  /// The tools of the owner's thread.
  private(set) lazy var tools = WorkerTools()

  /// Takes the most threads to start.
  init(limit: Int = WorkerPool.processorCount) {
    self.limit = limit
  }

  /// The number of processors that this process may use, within reason.
  static let processorCount: Int = min(max(allowedProcessors() ?? Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))), 1), 16)

  // What `sched_getaffinity` says, which Swift doesn't see: `Cpus_allowed`, a mask as hexadecimal digits (proc(5)).
  private static func allowedProcessors() -> Int? {
    guard let status = try? FileOperations.contents(of: "/proc/self/status", limit: 1 << 20),
      let line = status.split(separator: 0x0A).first(where: { $0.starts(with: "Cpus_allowed:".utf8) })
    else { return nil }
    let count = line.dropFirst("Cpus_allowed:".utf8.count).reduce(0) { count, digit in
      count + (Int(String(UnicodeScalar(digit)), radix: 16)?.nonzeroBitCount ?? 0)
    }
    return count > 0 ? count : nil
  }

  /// Has a job done by the first thread that is free.
  func submit(_ job: Job) {
    pthread_mutex_lock(shared.lock)
    shared.jobs.append(job)
    // A first job may turn out to be the only one: its owner does that itself.
    let waiting = shared.jobs.count - shared.next
    let isShort = shared.idle == 0 && waiting > 1 && threads.count < limit
    if shared.idle > 0 { pthread_cond_signal(shared.submitted) }
    pthread_mutex_unlock(shared.lock)
    if isShort { startThread() }
  }

  /// Returns when `job` is done; does it, or others, meanwhile.
  func wait(for job: Job) {
    pthread_mutex_lock(shared.lock)
    while job.state != .done {
      let own = job.state == .waiting ? job : shared.take()
      if let own {
        own.state = .running
        pthread_mutex_unlock(shared.lock)
        own.run(tools)
        pthread_mutex_lock(shared.lock)
        own.state = .done
      } else {
        pthread_cond_wait(shared.finished, shared.lock)
      }
    }
    pthread_mutex_unlock(shared.lock)
  }

  /// Whether a job is done already.
  func isDone(_ job: Job) -> Bool {
    pthread_mutex_lock(shared.lock)
    defer { pthread_mutex_unlock(shared.lock) }
    return job.state == .done
  }

  /// Sees to it that a job isn't begun any more; if it was, waits for its end.
  func cancel(_ job: Job) {
    pthread_mutex_lock(shared.lock)
    if job.state == .waiting { job.state = .done }
    while job.state != .done { pthread_cond_wait(shared.finished, shared.lock) }
    pthread_mutex_unlock(shared.lock)
  }

  private func startThread() {
    var thread = pthread_t()
    let context = Unmanaged.passRetained(shared)
    // Signals are for the threads that were there before.
    var all = sigset_t()
    var before = sigset_t()
    sigfillset(&all)
    pthread_sigmask(SIG_SETMASK, &all, &before)
    let code = pthread_create(
      &thread, nil,
      { context in
        context.map { Unmanaged<Shared>.fromOpaque($0).takeRetainedValue().run() }
        return nil
      }, context.toOpaque())
    pthread_sigmask(SIG_SETMASK, &before, nil)
    // Without a thread to be had, the owner does the work while it waits.
    if code == 0 { threads.append(thread) } else { context.release() }
  }

  deinit {
    pthread_mutex_lock(shared.lock)
    shared.isEnding = true
    pthread_cond_broadcast(shared.submitted)
    pthread_mutex_unlock(shared.lock)
    for thread in threads { pthread_join(thread, nil) }
  }
}
