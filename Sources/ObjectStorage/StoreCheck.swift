internal import MLTBase
internal import Synchronization
internal import SystemPackage

/// One check of all packs that are listed.
final class StoreCheck: Sendable {
  /// How many missing objects are listed: an unpacked clone of a large store may lack millions.
  static let missingLimit = 100_000
  // The number of objects a thread takes at once, and of their bytes, about.
  private static let pieceCount = 1024
  private static let pieceLength = 4 << 20

  // Some objects of a pack, in the order of their bytes.
  private struct Piece: Sendable {
    var pack: Pack
    var positions: ArraySlice<UInt32>
  }

  private struct Findings {
    var damaged: [(place: PackSet.Location, error: StorageError)] = []
    var missing: Set<ObjectKey> = []
    var objects = 0
    var bytes: Int64 = 0
  }

  private let packs: PackSet
  private let isDeep: Bool
  private let findings = Mutex(Findings())

  init(_ packs: PackSet, isDeep: Bool) {
    self.packs = packs
    self.isDeep = isDeep
  }

  /// Checks everything.
  func run(progress: (Int64, Int64) throws -> Void) throws -> CheckReport {
    let sound = try packs.packs().sorted { $0.name < $1.name }
    let unreadable = try packs.damaged()
    let total = sound.reduce(0) { $0 + $1.index.fileLength }
    let pieces = sound.flatMap { Self.pieces($0) }
    try ParallelWork.run(
      pieces.count, between: { try progress(self.findings.withLock { $0.bytes }, total) },
      makeWorker: { [packs] in ObjectReader(packs) }
    ) { (reader, number) throws(StorageError) in
      try self.check(pieces[number], reader)
    }
    try progress(total, total)
    var findings = findings.withLock { $0 }
    findings.damaged.sort { ($0.place.pack.name, $0.place.position) < ($1.place.pack.name, $1.place.position) }
    return try report(findings, sound, unreadable.map { CheckProblem(pack: $0.path, $0.error) })
  }

  private static func pieces(_ pack: Pack) -> [Piece] {
    let order = pack.index.positionsByOffset
    var pieces: [Piece] = []
    var start = 0
    var length = 0
    for end in order.indices {
      length += pack.index[Int(order[end])].storedLength
      if length >= pieceLength || end - start + 1 >= pieceCount {
        pieces.append(Piece(pack: pack, positions: order[start...end]))
        start = end + 1
        length = 0
      }
    }
    if start < order.count { pieces.append(Piece(pack: pack, positions: order[start...])) }
    return pieces
  }

  private func check(_ piece: Piece, _ reader: ObjectReader) throws(StorageError) {
    var bytes: Int64 = 0
    for position in piece.positions {
      let place = PackSet.Location(pack: piece.pack, position: Int(position))
      bytes += Int64(place.record.storedLength + PackFormat.recordLength)
      do throws(StorageError) {
        try check(place, reader)
      } catch {
        switch error {
        case .corrupt:
          findings.withLock { $0.damaged.append((place, error)) }
        case .system(let cause) where cause.errno == .noSuchFileOrDirectory:
          // Replaced since it was listed; what is in its place was copied after it was verified.
          break
        default: throw error
        }
      }
    }
    findings.withLock { findings in
      findings.objects += piece.positions.count
      findings.bytes += bytes
    }
  }

  private func check(_ place: PackSet.Location, _ reader: ObjectReader) throws(StorageError) {
    let bytes = try reader.read(place)
    switch place.record.key.kind {
    case .chunk: break
    case .recipe: try checkRecipe(place, Recipe(bytes), reader)
    case .tree: try checkTree(place, Array(bytes), reader)
    }
  }

  private func checkRecipe(
    _ place: PackSet.Location, _ recipe: Recipe?, _ reader: ObjectReader
  ) throws(StorageError) {
    let damage = StorageError.corrupt(
      Corruption(pack: place.pack.path, object: place.record.key.id, damage: .recipe))
    guard let recipe else { throw damage }
    var hasher = ContentHasher()
    var isComplete = true
    for index in 0..<recipe.count {
      let piece = recipe[index]
      let key = ObjectKey(id: piece.id, kind: .chunk)
      let places = try packs.find(key)
      if places.isEmpty {
        note(missing: key)
        isComplete = false
      } else if !places.contains(where: { $0.record.rawLength == piece.length }) {
        throw damage
      } else if isDeep, isComplete {
        do throws(StorageError) {
          hasher.update(try reader.read(piece.id, .chunk))
        } catch {
          guard case .corrupt = error else { throw error }
          isComplete = false  // the chunk is reported by itself
        }
      }
    }
    if isDeep, isComplete, hasher.finalize() != place.record.key.id { throw damage }
  }

  private func checkTree(
    _ place: PackSet.Location, _ bytes: [UInt8], _ reader: ObjectReader
  ) throws(StorageError) {
    let damage = { (problem: TreeProblem) in
      StorageError.corrupt(
        Corruption(pack: place.pack.path, object: place.record.key.id, damage: .tree(problem)))
    }
    let tree: Tree
    do throws(TreeProblem) { tree = try Tree(listing: bytes[...]) } catch { throw damage(error) }
    for entry in tree.entries {
      guard entry.mode == .tree else {
        if try packs.contains(ObjectKey(id: entry.content, kind: .chunk)) { continue }
        let key = ObjectKey(id: entry.content, kind: .recipe)
        if try packs.find(key).isEmpty, try packs.find(ObjectKey(id: entry.content, kind: .chunk)).isEmpty {
          note(missing: key)
        }
        continue
      }
      let key = ObjectKey(id: entry.content, kind: .tree)
      if try packs.find(key).isEmpty {
        note(missing: key)
        continue
      }
      // An entry's figures repeat what the child says of itself. A child that can't be read is reported by itself.
      guard let bytes = try? reader.read(entry.content, .tree), let child = try? Tree(listing: Array(bytes)[...]) else {
        continue
      }
      guard child.size == entry.size, child.count == entry.count else { throw damage(.figures(entry.name)) }
    }
  }

  private func note(missing key: ObjectKey) {
    findings.withLock { if $0.missing.count < Self.missingLimit { $0.missing.insert(key) } }
  }

  private func report(
    _ findings: Findings, _ sound: [Pack], _ unreadable: [CheckProblem]
  ) throws(StorageError) -> CheckReport {
    var report = CheckReport()
    report.packs = sound.count + unreadable.count
    report.objects = findings.objects
    report.bytes = findings.bytes
    let damagedPlaces = Set(
      findings.damaged.map { PackView.Place(packName: $0.place.pack.name, position: $0.place.position) })
    var lost = findings.missing
    for (place, error) in findings.damaged {
      guard case .corrupt(let corruption) = error else { continue }
      let key = place.record.key
      let isElsewhere = try packs.find(key).contains {
        !damagedPlaces.contains(PackView.Place(packName: $0.pack.name, position: $0.position))
      }
      if !isElsewhere { lost.insert(key) }
      report.problems.append(
        CheckProblem(
          pack: place.pack.path, object: key.id, kind: key.kind, fault: .damaged(corruption.damage),
          isSoundElsewhere: isElsewhere))
    }
    report.problems = findings.missing.sorted().map { CheckProblem(missing: $0) } + unreadable + report.problems
    guard !lost.isEmpty else { return report }
    let search = try DependentSearch(packs, lost: lost)
    report.affected = search.affected
    for index in report.problems.indices where !report.problems[index].isSoundElsewhere {
      guard let id = report.problems[index].object, let kind = report.problems[index].kind else { continue }
      report.problems[index].dependents = search.dependents(of: ObjectKey(id: id, kind: kind))
    }
    return report
  }
}

extension CheckProblem {
  fileprivate init(pack: FilePath, _ error: StorageError) {
    self.init(pack: pack, object: nil, kind: nil, fault: .pack(error))
  }

  fileprivate init(missing key: ObjectKey) {
    self.init(pack: nil, object: key.id, kind: key.kind, fault: .missing)
  }
}
