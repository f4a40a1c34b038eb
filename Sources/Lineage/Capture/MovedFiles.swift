/// Where the files and folders stand now that a run moved without having changed them.
///
/// What such a file holds can still be learned from its new place, as long as nothing there is changed.
struct MovedFiles {
  private var places: [WorkPath: WorkPath] = [:]
  private var originals: [WorkPath: WorkPath] = [:]
  /// Every folder around a place, so that moving a file needn't look at all that had been moved.
  private var folders: Set<WorkPath> = []

  /// Whether nothing is known to have been moved.
  var isEmpty: Bool { places.isEmpty }

  /// Where the thing stands now that stood at `path` before the run.
  func place(of path: WorkPath) -> WorkPath? { places[path] }

  /// Where the thing stood before the run that stands at `path` now.
  func original(at path: WorkPath) -> WorkPath? { originals[path] }

  /// Notes that what stood at `original` before the run stands at `place` now; what stood there is gone.
  mutating func set(_ original: WorkPath, at place: WorkPath) {
    forget(at: place)
    if let former = places[original] { originals[former] = nil }
    if original == place {
      places[original] = nil
      return
    }
    places[original] = place
    originals[place] = original
    var folder = place.parent
    while let next = folder, folders.insert(next).inserted { folder = next.parent }
  }

  /// Notes that what stands at `path`, or in a folder around it, isn't what had been moved there any more.
  mutating func forget(at path: WorkPath) {
    if isEmpty { return }
    var place: WorkPath? = path
    while let next = place {
      if let original = originals.removeValue(forKey: next) { places[original] = nil }
      place = next.parent
    }
  }

  /// Takes out what stands at `path` and below it now, by its place.
  mutating func take(_ path: WorkPath) -> [WorkPath: WorkPath] {
    if isEmpty { return [:] }
    let taken =
      folders.contains(path)
      ? originals.filter { $0.key == path || $0.key.isBelow(path) } : originals.filter(at: path)
    for (place, original) in taken {
      originals[place] = nil
      places[original] = nil
    }
    return taken
  }
}

extension [WorkPath: WorkPath] {
  /// What stands under one key, if anything does.
  fileprivate func filter(at key: WorkPath) -> [WorkPath: WorkPath] {
    self[key].map { [key: $0] } ?? [:]
  }
}
