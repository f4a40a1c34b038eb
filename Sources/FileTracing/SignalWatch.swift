internal import CTracing
internal import Glibc
internal import MLTBase
internal import SystemPackage

/// The signals that reach this process while it waits for a command.
struct SignalWatch: ~Copyable {
  /// Readable when signals have come.
  let readEnd: FileDescriptor
  private let writeEnd: FileDescriptor

  /// Takes over the signals that a wrapper has to care for, until it goes.
  init() throws(TracingError) {
    var ends: (read: CInt, write: CInt) = (-1, -1)
    let error = mlt_signals_subscribe(&ends.read, &ends.write)
    guard error == 0 else { throw .system(SystemCallError("watch signals", nil, Errno(rawValue: error))) }
    readEnd = FileDescriptor(rawValue: ends.read)
    writeEnd = FileDescriptor(rawValue: ends.write)
  }

  deinit {
    mlt_signals_unsubscribe(readEnd.rawValue, writeEnd.rawValue)
  }

  /// Takes the signals that have come so far.
  func take() -> [mlt_signal] {
    var signals: [mlt_signal] = []
    var signal = mlt_signal()
    let size = MemoryLayout<mlt_signal>.size
    while withUnsafeMutableBytes(of: &signal, { read(readEnd.rawValue, $0.baseAddress, size) }) == size {
      signals.append(signal)
    }
    return signals
  }
}
