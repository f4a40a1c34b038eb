import Glibc
import Synchronization

/// A thread for work that blocks, which the tasks' few threads are not for.
///
/// `@unchecked Sendable`: the handle is written before the value is passed on.
final class TestThread: @unchecked Sendable {
  private final class Body {
    let run: @Sendable () -> Void
    init(_ run: @escaping @Sendable () -> Void) { self.run = run }
  }

  private var handle = pthread_t()

  init(_ body: @escaping @Sendable () -> Void) {
    let context = Unmanaged.passRetained(Body(body)).toOpaque()
    pthread_create(
      &handle, nil,
      { context in
        if let context { Unmanaged<Body>.fromOpaque(context).takeRetainedValue().run() }
        return nil
      }, context)
  }

  func join() { pthread_join(handle, nil) }
}

/// Runs `body` on so many threads at once, and throws the first error of any.
func concurrently(_ count: Int, _ body: @escaping @Sendable (Int) throws -> Void) throws {
  let box = FailureBox()
  let threads = (0..<count).map { number in
    TestThread {
      do { try body(number) } catch { box.set(error) }
    }
  }
  for thread in threads { thread.join() }
  if let error = box.value { throw error }
}

private final class FailureBox: Sendable {
  private let failure = Mutex<(any Error)?>(nil)
  var value: (any Error)? { failure.withLock { $0 } }
  func set(_ error: any Error) { failure.withLock { $0 = $0 ?? error } }
}
