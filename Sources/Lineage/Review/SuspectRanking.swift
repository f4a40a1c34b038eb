internal import Journaling
internal import LineageIndexing
internal import MLTBase

/// Ranks components by the runs in them that separate flagged outputs from unflagged ones.
///
/// Of each component three sorts of elements are weighed: each run; the runs that have something in common (a version
/// of the code, a parameter's value); and the span of time whose runs separate best, for a fault that leaves no other
/// mark. Elements that are the same runs are one.
struct SuspectRanking {
  private let lineage: BulkLineage
  private let traits: RunTraits
  private let method: ReviewMethod
  private let outputs: [(run: Int, standing: ReviewPopulation.Standing)]

  /// What belongs to one component.
  private struct Group {
    var name: String
    /// Its runs, by their start.
    var runs: [Int] = []
    /// Sets of at least two runs, but not all, with what they have in common.
    var sets: [(runs: [Int], values: [RunTraits.Value])] = []
    /// What single runs alone have.
    var own: [Int: [RunTraits.Value]] = [:]
    var setCounts: [PassCount] = []
    /// For each run, the outputs of which it is the last run of this component behind them.
    var lastCounts: [PassCount] = []
  }

  private var groups: [Group] = []
  private var runCounts: [PassCount] = []
  private var total = PassCount()
  /// How far each run lies from the beginning: the most runs before it.
  private var depths: [Int] = []

  init(
    _ lineage: BulkLineage, _ traits: RunTraits, _ outputs: [(run: Int, standing: ReviewPopulation.Standing)],
    method: ReviewMethod
  ) {
    self.lineage = lineage
    self.traits = traits
    self.outputs = outputs
    self.method = method
    makeGroups()
    count()
  }

  /// How many outputs of each standing there are.
  var population: PassCount { total }

  // MARK: Counting

  private mutating func makeGroups() {
    for (name, runs) in traits.runs.sorted(by: { $0.key < $1.key }) {
      var group = Group(name: name)
      group.runs = runs
      var sets: [[Int]: [RunTraits.Value]] = [:]
      for (value, places) in traits.members[name] ?? [:] where places.count < group.runs.count || group.runs.count == 1
      {
        if places.count == 1 {
          group.own[places[0], default: []].append(value)
        } else {
          sets[places, default: []].append(value)
        }
      }
      group.sets = sets.map { ($0.key, $0.value) }.sorted { $0.runs.lexicographicallyPrecedes($1.runs) }
      groups.append(group)
    }
  }

  private mutating func count() {
    let spectrum = Spectrum(producers: lineage.producers)
    depths = spectrum.depths
    // One list of all groups' runs, each in the order of time, and one of all their sets: what a block of outputs passed
    // through is found without looking at what it didn't.
    var slots = [Int](repeating: 0, count: lineage.runs.count)
    var starts: [Int] = []
    var slotted: [(group: Int, place: Int)] = []
    var memberships = [[Int]](repeating: [], count: lineage.runs.count)
    var setCount = 0
    for (index, group) in groups.enumerated() {
      starts.append(slotted.count)
      for place in group.runs {
        slots[place] = slotted.count
        slotted.append((index, place))
      }
      for set in group.sets {
        for place in set.runs { memberships[place].append(setCount) }
        setCount += 1
      }
    }
    var counts = lineage.runs.map { _ in PassCount() }
    var lastCounts = slotted.map { _ in PassCount() }
    var setCounts = [PassCount](repeating: PassCount(), count: setCount)
    var setMasks = [UInt64](repeating: 0, count: setCount)
    var total = PassCount()
    spectrum.forEachBlock(outputs) { reached, masks, block in
      total.add(block.flagged | block.unflagged, block)
      var touched: [Int] = []
      for place in reached {
        counts[place].add(masks[place], block)
        for set in memberships[place] {
          if setMasks[set] == 0 { touched.append(set) }
          setMasks[set] |= masks[place]
        }
      }
      for set in touched {
        setCounts[set].add(setMasks[set], block)
        setMasks[set] = 0
      }
      // From the last run of each component to its first: what a later one counts isn't counted again.
      var group = -1
      var seen: UInt64 = 0
      for slot in reached.map({ slots[$0] }).sorted(by: >) {
        if slotted[slot].group != group { (group, seen) = (slotted[slot].group, 0) }
        let mask = masks[slotted[slot].place] & ~seen
        lastCounts[slot].add(mask, block)
        seen |= mask
      }
    }
    total.others = outputs.count - total.flagged - total.unflagged
    runCounts = counts
    self.total = total
    var next = 0
    for index in groups.indices {
      groups[index].lastCounts = Array(lastCounts[starts[index]..<starts[index] + groups[index].runs.count])
      groups[index].setCounts = Array(setCounts[next..<next + groups[index].sets.count])
      next += groups[index].sets.count
    }
  }

  // MARK: Scores

  private func score(_ count: PassCount) -> Double {
    method.score(flagged: count.flagged, unflagged: count.unflagged, of: total.flagged, total.unflagged)
  }

  /// How much something speaks for itself as a cause, beside how well it separates.
  private static func prior(_ kind: RunTraits.Kind) -> Double {
    switch kind {
    case .outside, .stale: 1.1
    case .code, .parameter, .argument, .package, .interpreter, .size, .place: 1
    case .input: 0.97
    case .host: 0.9
    case .user: 0.88
    case .command: plainPrior
    }
  }

  /// The same of runs that have nothing in common but their time: with the luckiest span chosen, chance has a say.
  private static let plainPrior = 0.75

  private struct Candidate {
    var runs: ArraySlice<Int>
    var values: [RunTraits.Value]
    var count: PassCount
    var score: Double
    var weight: Double
  }

  private func candidate(
    _ runs: ArraySlice<Int>, _ values: [RunTraits.Value], _ count: PassCount, _ component: String
  ) -> Candidate {
    let score = score(count)
    // Outputs of other kinds that nobody complained of speak against a cause as well, though less.
    let wide = method.score(
      flagged: count.flagged, unflagged: count.unflagged + count.others, of: total.flagged,
      total.unflagged + total.others)
    // There is one cause more often than two at once, so one that explains all counts for more.
    let share = Double(count.flagged) / Double(max(total.flagged, 1))
    let telling = values.filter {
      $0.kind != .input || traits.isLasting($0, in: component, runs: runs.count)
    }
    let prior = telling.map { Self.prior($0.kind) }.max() ?? Self.plainPrior
    return Candidate(
      runs: runs, values: values, count: count, score: score,
      weight: prior * (score * wide * share).squareRoot())
  }

  private func candidates(of group: Group) -> [Candidate] {
    var found: [Candidate] = []
    func add(_ runs: [Int], _ values: [RunTraits.Value], _ count: PassCount) {
      if count.flagged > 0 { found.append(candidate(runs[...], values, count, group.name)) }
    }
    for place in group.runs {
      let own = group.own[place] ?? []
      add([place], own + (traits.unusual[place] ?? []).filter { !own.contains($0) }, runCounts[place])
    }
    let positions = Dictionary(group.runs.enumerated().map { ($0.element, $0.offset) }, uniquingKeysWith: { $1 })
    var sums = [PassCount()]
    for count in group.lastCounts { sums.append(sums[sums.count - 1] + count) }
    for (set, count) in zip(group.sets, group.setCounts) {
      add(set.runs, set.values, count)
      add(
        set.runs, set.values,
        set.runs.reduce(PassCount()) { $0 + (positions[$1].map { group.lastCounts[$0] } ?? PassCount()) })
    }
    if let span = bestSpan(group, sums) { found.append(span) }
    found += changes(in: group, positions, sums)
    return Self.best(found)
  }

  /// How many elements of a component are told besides the best.
  private static let otherLimit = 4

  /// The best candidate, and those that are at least half as good.
  ///
  /// Of the same runs the best reading counts.
  private static func best(_ candidates: [Candidate]) -> [Candidate] {
    var best: [Candidate] = []
    for candidate in candidates.sorted(by: {
      ($0.weight, $0.score, $1.runs.count) > ($1.weight, $1.score, $0.runs.count)
    }) {
      if best.count > otherLimit || candidate.weight < (best.first?.weight ?? 0) / 2 { break }
      if !best.contains(where: { $0.runs.elementsEqual(candidate.runs) }) { best.append(candidate) }
    }
    return best
  }

  // MARK: Changes

  private struct Change {
    var position: Int
    var value: RunTraits.Value
  }

  private struct Name: Hashable {
    var kind: RunTraits.Kind
    var name: String
  }

  /// How many later changes of the same thing are tried as the end of what a change began.
  private static let laterChanges = 8

  /// The spans that begin with another version of the code, another value, or another size, and last until some later
  /// change: a mistake stays in a script while that is edited further.
  private func changes(in group: Group, _ positions: [Int: Int], _ sums: [PassCount]) -> [Candidate] {
    var changes: [Name: [Change]] = [:]
    var state: [Name: String] = [:]
    for (position, place) in group.runs.enumerated() {
      for value in traits.values[place] {
        guard [.code, .parameter, .argument, .package, .interpreter].contains(value.kind) else { continue }
        let name = Name(kind: value.kind, name: value.name)
        if let known = state.updateValue(value.value, forKey: name), known != value.value {
          changes[name, default: []].append(Change(position: position, value: value))
        }
      }
    }
    for (place, value) in traits.shifts[group.name] ?? [] {
      guard let position = positions[place] else { continue }
      changes[Name(kind: value.kind, name: value.name + value.value), default: []].append(
        Change(position: position, value: value))
    }
    guard let last = group.lastCounts.lastIndex(where: { $0.flagged > 0 }) else { return [] }
    var found: [Candidate] = []
    // What is another one nearly each time says nothing when it changes.
    for (_, list) in changes where list.count * 3 <= group.runs.count {
      for (number, change) in list.enumerated() where change.position <= last {
        var stops = list.dropFirst(number + 1).prefix(Self.laterChanges).map(\.position)
        stops += [last + 1, group.runs.count]
        let best = stops.filter { $0 > change.position }
          .map { (stop: $0, count: sums[$0] - sums[change.position]) }
          .max { score($0.count) < score($1.count) }
        guard let best, best.count.flagged > 0 else { continue }
        found.append(
          candidate(group.runs[change.position..<best.stop], [change.value], best.count, group.name))
      }
    }
    return found
  }

  // MARK: Spans

  private static let spanEnds = 300

  /// The span of time whose runs separate best, each output counted for the last run behind it.
  private func bestSpan(_ group: Group, _ sums: [PassCount]) -> Candidate? {
    var ends = group.runs.indices.filter { group.lastCounts[$0].flagged > 0 }
    if ends.count > Self.spanEnds {
      // With so many, every so-manyth is near enough.
      let step = (ends.count + Self.spanEnds - 1) / Self.spanEnds
      ends = ends.enumerated().filter { $0.offset % step == 0 || $0.offset == ends.count - 1 }.map(\.element)
    }
    var best: (first: Int, last: Int, count: PassCount, score: Double)?
    for (position, first) in ends.enumerated() {
      for last in ends[position...] where last > first {
        let count = sums[last + 1] - sums[first]
        let score = score(count)
        if score > best?.score ?? 0 { best = (first, last, count, score) }
      }
    }
    return best.map { candidate(group.runs[$0.first...$0.last], [], $0.count, group.name) }
  }

  // MARK: Suspects

  /// Returns the suspects, the likeliest first, without their owners.
  func suspects() -> [ReviewReport.Suspect] {
    var found: [(suspect: ReviewReport.Suspect, depth: Int)] = []
    for group in groups {
      let candidates = candidates(of: group)
      guard let best = candidates.first else { continue }
      let others = candidates.dropFirst()
      let suspect = ReviewReport.Suspect(
        component: group.name, owner: nil, best: element(best, group), others: others.map { element($0, group) },
        weight: best.weight)
      found.append((suspect, best.runs.map { depths[$0] }.min() ?? 0))
    }
    found.sort { left, right in
      let (mine, yours) = (left.suspect, right.suspect)
      // What is nearly as likely is put in the order of the data's way: the first that is wrong is the cause.
      if abs(mine.weight - yours.weight) > 1e-9 { return mine.weight > yours.weight }
      if left.depth != right.depth { return left.depth < right.depth }
      if mine.best.since != yours.best.since { return mine.best.since > yours.best.since }
      return mine.component < yours.component
    }
    return found.map(\.suspect)
  }

  private func element(_ candidate: Candidate, _ group: Group) -> ReviewReport.Element {
    let runs = candidate.runs.map { lineage.runs[$0] }
    let (first, last) = (runs[0], runs[runs.count - 1])
    let named = candidate.values.sorted {
      (Self.prior($1.kind), $0.kind.rawValue, $0.name) < (Self.prior($0.kind), $1.kind.rawValue, $1.name)
    }
    return ReviewReport.Element(
      traits: named.map {
        .init(kind: $0.kind, name: $0.name, value: $0.value, usual: traits.usual($0, in: group.name))
      },
      score: candidate.score, flagged: candidate.count.flagged, unflagged: candidate.count.unflagged,
      others: candidate.count.others, runCount: runs.count, first: first.id, last: last.id, since: first.started,
      until: last.started, commit: first.commit, commitNote: nil)
  }

  /// Returns each run behind flagged outputs as a suspect, by how many of them it is behind, the newest first.
  func countedRuns() -> [ReviewReport.Suspect] {
    let places = lineage.runs.indices.filter { runCounts[$0].flagged > 0 }.sorted { left, right in
      let (mine, yours) = (lineage.runs[left], lineage.runs[right])
      if runCounts[left].flagged != runCounts[right].flagged {
        return runCounts[left].flagged > runCounts[right].flagged
      }
      return (mine.started, mine.id) > (yours.started, yours.id)
    }
    let byName = Dictionary(groups.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    return places.compactMap { place in
      guard let group = byName[lineage.runs[place].component] else { return nil }
      let found = candidate([place][...], group.own[place] ?? [], runCounts[place], group.name)
      return ReviewReport.Suspect(
        component: group.name, owner: nil, best: element(found, group), others: [], weight: found.score)
    }
  }
}
