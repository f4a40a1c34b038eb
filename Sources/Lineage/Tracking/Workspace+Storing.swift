internal import MLTBase
internal import ObjectStorage

extension Workspace {
  /// How often something is stored again that a collection took away meanwhile: each time another one had to come.
  private static let storingAttempts = 5

  /// Stores something, then writes down facts that name it, while nothing of it can be collected.
  ///
  /// - Parameters:
  ///   - prepare: stores with a writer; called again if something that was there already was collected meanwhile.
  ///   - record: writes down the facts; called once.
  func storing<Prepared, Success>(
    _ prepare: (ObjectWriter) throws -> Prepared, thenRecord record: (Prepared) throws -> Success
  ) throws -> Success {
    let writer = try store.begin()
    writer.progress = monitor.stored
    writer.isCancelled = monitor.isCancelled
    do {
      return try storing(with: writer, { try prepare(writer) }, thenRecord: record)
    } catch {
      writer.abandon()
      throw error
    }
  }

  /// Stores something with a writer that has begun; as ``storing(_:thenRecord:)``.
  func storing<Prepared, Success>(
    with writer: ObjectWriter, _ prepare: () throws -> Prepared, thenRecord record: (Prepared) throws -> Success
  ) throws -> Success {
    var attempt = 1
    while true {
      let prepared = try prepare()
      do {
        return try writer.commit { try record(prepared) }
      } catch StorageError.collectedMeanwhile where attempt < Self.storingAttempts {
        attempt += 1
      }
    }
  }

  /// Merges small packs if they have piled up; done after what the user waits for.
  public func tidy() {
    // Another process may be at it, and the next command tries again: nothing depends on it.
    guard let store = try? store, (try? store.needsMerging) == true else { return }
    _ = try? store.mergeSmallPacks()
  }
}
