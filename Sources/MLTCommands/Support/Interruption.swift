internal import Glibc
internal import ObjectStorage
internal import Synchronization

/// Ctrl-C in commands that can stop halfway and leave everything sound.
enum Interruption {
  private static let wasAsked = Atomic<Bool>(false)

  /// From now on Ctrl-C asks to stop; the second one ends the process at once.
  static func watch() {
    var action = sigaction()
    action.__sigaction_handler.sa_handler = { _ in Interruption.wasAsked.store(true, ordering: .relaxed) }
    // The handler is taken away when it has been called; calls that wait are ended by the signal.
    action.sa_flags = Int32(bitPattern: UInt32(SA_RESETHAND))
    sigaction(SIGINT, &action, nil)
  }

  /// Whether somebody asked to stop.
  static var isAsked: Bool { wasAsked.load(ordering: .relaxed) }

  /// Throws ``StorageError/cancelled`` if somebody asked to stop.
  static func check() throws(StorageError) {
    if isAsked { throw .cancelled }
  }
}
