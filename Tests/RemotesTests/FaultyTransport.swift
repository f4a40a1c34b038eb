import MLTBase
import Remotes
import Synchronization
import SystemPackage
import TestSupport

/// Another transport whose calls fail, come late, stop short or list in another order, as a plan says.
final class FaultyTransport: Transport {
  enum Fault: CaseIterable, Sendable {
    /// The call isn't made.
    case before
    /// The call is made, and its answer is lost.
    case after
    /// A read gives only its first half.
    case truncate
  }

  private let inner: any Transport
  private let fault: Fault
  // The number of the call that fails, counted from 0; afterwards all others fail, too, as with a lost connection.
  private let first: Int
  private let lasts: Bool
  private let state: Mutex<(calls: Int, generator: SeededGenerator)>

  init(_ inner: any Transport, _ fault: Fault, at call: Int, lasts: Bool = false, seed: UInt64 = 0) {
    self.inner = inner
    self.fault = fault
    first = call
    self.lasts = lasts
    state = Mutex((0, SeededGenerator(seed: seed)))
  }

  var calls: Int { state.withLock { $0.calls } }

  private static let failure = TransportError.system(SystemCallError("reach", nil, .ioError))

  private func call<Success>(_ body: () throws(TransportError) -> Success) throws(TransportError) -> Success {
    let number = state.withLock { state in
      state.calls += 1
      return state.calls - 1
    }
    let isFaulty = lasts ? number >= first : number == first
    if isFaulty, fault == .before { throw Self.failure }
    let result = try body()
    if isFaulty, fault == .after { throw Self.failure }
    return result
  }

  func list(_ folder: RemoteFolder) throws(TransportError) -> [RemoteEntry] {
    let entries = try call { () throws(TransportError) in try inner.list(folder) }
    return state.withLock { entries.shuffled(using: &$0.generator) }
  }

  func read(_ requests: [ReadRequest], _ body: (Int, [UInt8]) -> Bool) throws(TransportError) {
    let truncated = state.withLock { $0.calls == first } && fault == .truncate
    try call { () throws(TransportError) in
      guard truncated else { return try inner.read(requests, body) }
      try inner.read(Array(requests.prefix(requests.count / 2)), body)
      if let next = requests.dropFirst(requests.count / 2).first { throw .truncated(next.name) }
    }
  }

  func put(_ name: RemoteName, _ bytes: [UInt8]) throws(TransportError) -> Bool {
    try call { () throws(TransportError) in try inner.put(name, bytes) }
  }

  func delete(_ name: RemoteName) throws(TransportError) {
    try call { () throws(TransportError) in try inner.delete(name) }
  }

  func present() throws(TransportError) -> Int64 {
    try call { () throws(TransportError) in try inner.present() }
  }

  func sweep(before time: Int64) throws(TransportError) {
    try call { () throws(TransportError) in try inner.sweep(before: time) }
  }
}
