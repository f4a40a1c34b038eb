internal import GitAccess
internal import Journaling
internal import MLTBase
internal import ObjectStorage

extension RunRecording {
  /// Records the inputs that somebody named: paths' texts or URIs.
  mutating func takeDeclared(inputs pointers: Set<String>) throws {
    let seen = Set(files.inputs.map(\.path))
    for pointer in pointers where !seen.contains(pointer) { files.inputs.append(try declared(pointer)) }
    sort()
  }

  /// Records the outputs that somebody named, and tracks them.
  mutating func takeDeclared(outputs pointers: Set<String>) throws {
    let seen = Set(files.outputs.map(\.path))
    for pointer in pointers.sorted() where !seen.contains(pointer) {
      let output = try declared(pointer)
      files.outputs.append(output)
      guard let entry = LockEntry(output), LockFile.isTrackable(entry.path),
        try workspace.repository?.isTracked(entry.path.bytes) != true
      else { continue }
      // A declared folder takes in the files that were seen in it.
      files.tracked.removeAll { $0.path.isBelow(entry.path) }
      files.tracked.append(entry)
    }
    sort()
  }

  /// Returns the record of a path or URI that somebody named, stored where it has bytes.
  private func declared(_ pointer: String) throws -> ArtifactRecord {
    if pointer.contains("://") {
      return ArtifactRecord(path: pointer, kind: .uri, content: nil, size: 0, evidence: .declared)
    }
    guard let path = WorkPath(text: pointer), let identity = try catalog.store(path, with: writer) else {
      var record = unknown(pointer, "no such file")
      record.evidence = .declared
      return record
    }
    var record = stored(identity, at: path)
    record.evidence = .declared
    return record
  }
}
