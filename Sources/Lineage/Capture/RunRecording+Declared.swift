internal import GitAccess
internal import Journaling
internal import LineageIndexing
internal import MLTBase
internal import ObjectStorage

extension RunRecording {
  /// Notes what stands at the paths that somebody named as inputs, before the command can change it.
  ///
  /// - Parameter pointers: paths' texts or URIs.
  mutating func note(declaredInputs pointers: Set<String>) throws {
    for pointer in pointers where declaredInputs[pointer] == nil {
      declaredInputs[pointer] = try declared(pointer)
    }
  }

  /// Records the inputs that were named and not seen: those of options, and of the command line what isn't an output.
  mutating func takeDeclaredInputs(ofOptions named: Set<String>) {
    let seen = Set(files.inputs.map(\.path))
    let written = Set(files.outputs.map(\.path)).subtracting(named)
    for (pointer, record) in declaredInputs where !seen.contains(pointer) && !written.contains(pointer) {
      files.inputs.append(record)
    }
    sort()
  }

  /// Records the outputs that somebody named and that weren't seen, and tracks them.
  mutating func take(declaredOutputs pointers: Set<String>) throws {
    let seen = Set(files.outputs.map(\.path))
    for pointer in pointers.sorted() where !seen.contains(pointer) {
      var output = try declared(pointer)
      if output.problem != nil { files.notices.append(.missingOutput(path: pointer)) }
      if let before = declaredInputs[pointer]?.content, before != output.content { output.before = before }
      files.outputs.append(output)
      try track(output)
    }
    sort()
  }

  /// Takes in what the run said by itself that it read and made, where that wasn't seen.
  mutating func take(_ logging: RunLogging?) throws {
    guard let logging else { return }
    var seen = Set(files.outputs.map(\.path))
    // What it said last of a path holds.
    for output in logging.outputs.reversed() where seen.insert(output.path).inserted {
      files.outputs.append(output)
      if let path = WorkPath(text: output.path), try FileStatus(at: path.filePath(in: workspace.root)) != nil {
        try track(output)
      }
    }
    seen = Set(files.inputs.map(\.path))
    for input in logging.inputs.reversed() where seen.insert(input.path).inserted { files.inputs.append(input) }
    sort()
  }

  private mutating func track(_ output: ArtifactRecord) throws {
    guard output.isStored, let entry = LockEntry(output), LockFile.isTrackable(entry.path),
      !isLeftToGit(entry.path), try workspace.repository?.isTracked(entry.path.bytes) != true
    else { return }
    // A declared folder takes in the files that were seen in it.
    files.tracked.removeAll { $0.path.isBelow(entry.path) }
    files.tracked.append(entry)
  }

  /// Returns the record of a path or URI that somebody named, stored where it has bytes.
  private func declared(_ pointer: String) throws -> ArtifactRecord {
    if pointer.contains("://") {
      return ArtifactRecord(path: pointer, kind: .uri, content: nil, size: 0, evidence: .declared)
    }
    guard let path = WorkPath(text: pointer), let kept = try keep(path) else {
      var record = unknown(pointer, "no such file")
      record.evidence = .declared
      return record
    }
    var record = record(kept, at: path)
    record.evidence = .declared
    return record
  }
}
