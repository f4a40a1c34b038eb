internal import Journaling
internal import LineageIndexing
internal import MLTBase

extension Workspace {
  /// Compares candidates with what is in a stage, on the same data, and puts the best into it, or leaves things as they are.
  ///
  /// Either is written down with all candidates. What is promoted is registered if it isn't a version yet.
  ///
  /// - Throws: ``ModelError``: ``ModelError/differentData(metric:_:)``, ``ModelError/unmeasured(_:of:metric:)``,
  ///   ``ModelError/noValues(metric:of:)``, ``ModelError/noCandidates(_:)``, ``ModelError/unmet(_:of:_:_:)`` and others; what pointers throw; failures of store,
  ///   journal and index.
  public func choose(_ request: ChoiceRequest) throws -> Choice {
    guard ModelName.isValid(request.name) else { throw ModelError.invalidName(request.name) }
    let goal = try MetricGoal(request.metric)
    let holdout = try request.holdout.map { try artifact(of: $0) }
    return try changingModels {
      let model = try knownModel(request.name)
      let current = model?.version(in: request.stage)
      var candidates = try measured(request, goal, holdout, model, current)
      candidates.sort { Self.comes($0, before: $1, goal) }
      var choice = try decide(candidates, request, goal, model, current)
      if let holdout {
        choice.holdout = [holdout.artifact]
      } else {
        choice.holdout = candidates.first { $0.remark == nil }?.measurement?.data ?? []
      }
      if request.isDryRun {
        try checkPolicy(choice, request, model)
      } else {
        try carryOut(&choice, request, goal, model, current)
      }
      return choice
    }
  }

  // MARK: Measuring

  private func measured(
    _ request: ChoiceRequest, _ goal: MetricGoal, _ holdout: ArtifactTarget?, _ model: RegisteredModel?,
    _ current: ModelVersion?
  ) throws -> [Choice.Candidate] {
    let finder = try CandidateFinder(self, metric: goal.name)
    let holdout = try holdout.map { try finder.holdout($0, in: self) }
    var candidates: [Choice.Candidate]
    if let runs = request.runs {
      let path = request.path.map { self.path(of: $0).text } ?? (current ?? model?.latest)?.artifact.path
      candidates = try finder.candidates(from: runs, at: path, model, current: current)
    } else {
      candidates = model.map { finder.candidates(in: $0, current: current) } ?? []
    }
    if let current, !candidates.contains(where: \.isCurrent) {
      candidates.append(
        Choice.Candidate(
          title: "version \(current.label)", artifact: current.artifact, maker: current.run, version: current,
          isCurrent: true, isContender: false))
    }
    if candidates.isEmpty { throw ModelError.noCandidates(request.name) }
    let marks = try flagMarks(on: candidates.compactMap(\.artifact))
    let field = CandidateFinder.Field(candidates)
    var measurements: [[Choice.Measurement]] = []
    var isMeasured = false
    for place in candidates.indices {
      let measured =
        candidates[place].remark == nil ? try finder.measurements(of: candidates[place], in: field) : .init()
      let all = measured.measurements
      var found = all.filter { $0.value.isFinite }
      if !all.isEmpty || measured.remark != nil { isMeasured = true }
      if found.isEmpty, candidates[place].remark == nil {
        candidates[place].remark =
          all.isEmpty ? measured.remark ?? "it has no value of '\(goal.name)'" : "its value isn't a finite number"
      }
      if let holdout, !found.isEmpty {
        found = try found.filter { try finder.hasRead(holdout, $0.run) }
        if found.isEmpty { candidates[place].remark = "it wasn't measured on '\(holdout.artifact.path)' as it is" }
      }
      if let artifact = candidates[place].artifact {
        let flags = (marks.flag(on: artifact).map { [$0] } ?? []) + marks.flags(within: artifact)
        candidates[place].isFlagged = flags.contains { !$0.isClosed }
        if candidates[place].isFlagged {
          let isItself = marks.flag(on: artifact).map { !$0.isClosed } ?? false
          candidates[place].remark = isItself ? "it is flagged as wrong" : "a file in it is flagged as wrong"
        }
      }
      candidates[place].measurement = found.first
      measurements.append(found)
    }
    // More likely a slip in the metric's name than a reason to leave things as they are.
    if !isMeasured { throw ModelError.noValues(metric: goal.name, of: request.name) }
    if holdout == nil { try align(&candidates, measurements, goal) }
    return candidates
  }

  /// Takes of each candidate the value that was measured on the data which all have in common.
  ///
  /// - Throws: ``ModelError/differentData(metric:_:)`` if there are none.
  private func align(
    _ candidates: inout [Choice.Candidate], _ measurements: [[Choice.Measurement]], _ goal: MetricGoal
  ) throws {
    let counting = candidates.indices.filter { candidates[$0].remark == nil && !measurements[$0].isEmpty }
    // One alone is compared with nothing.
    guard let first = counting.first, counting.count > 1 else { return }
    // What nobody knows the data of may have been measured on any.
    let common = measurements[first].first { measurement in
      measurement.basis != nil
        && counting.allSatisfy { place in measurements[place].contains { $0.basis == measurement.basis } }
    }
    guard let common else {
      throw ModelError.differentData(
        metric: goal.name,
        counting.map { place in
          let data = candidates[place].measurement?.data ?? []
          return ModelError.MeasuredData(
            candidate: candidates[place].title,
            data: data.map { artifact in
              typed(artifact.path) + (artifact.content.map { " \($0.short)" } ?? ", whose content isn't known")
            })
        })
    }
    for place in counting {
      candidates[place].measurement = measurements[place].first { $0.basis == common.basis }
    }
  }

  // The best first; of equals what is in the stage, then the oldest, so that nothing is changed for nothing.
  private static func comes(_ left: Choice.Candidate, before right: Choice.Candidate, _ goal: MetricGoal) -> Bool {
    if (left.remark == nil) != (right.remark == nil) { return left.remark == nil }
    if left.remark == nil, let one = left.measurement?.value, let other = right.measurement?.value, one != other {
      return goal.isBetter(one, than: other)
    }
    if left.isCurrent != right.isCurrent { return left.isCurrent }
    return (left.version?.number ?? .max, left.title) < (right.version?.number ?? .max, right.title)
  }

  // MARK: Deciding

  private func decide(
    _ candidates: [Choice.Candidate], _ request: ChoiceRequest, _ goal: MetricGoal, _ model: RegisteredModel?,
    _ current: ModelVersion?
  ) throws -> Choice {
    var choice = Choice(
      model: model, metric: goal.name, lessIsBetter: goal.lessIsBetter, filter: request.filter, holdout: [],
      candidates: candidates,
      promoted: nil, displaced: [], reason: "", wouldPromote: false)
    let standing = candidates.first(where: \.isCurrent)
    guard let best = candidates.first(where: { $0.remark == nil && !$0.isCurrent }), let value = best.measurement?.value
    else {
      choice.reason =
        candidates.allSatisfy(\.isCurrent)
        ? "no change: there is nothing else to choose from"
        : "no change: no candidate has a value of '\(goal.name)' that counts"
      if let current, standing?.isFlagged ?? false {
        choice.reason += ", though version \(current.label) in \(request.stage.title) is flagged as wrong"
      }
      return choice
    }
    let isFlagged = standing?.isFlagged ?? false
    if let current, let standing, !isFlagged, standing.remark != nil || standing.measurement == nil {
      throw ModelError.unmeasured(current.label, of: request.name, metric: goal.name)
    }
    let text = "\(goal.name) \(Self.text(value))"
    if isFlagged, let current {
      choice.reason =
        "\(best.title) is the best with \(text), and version \(current.label) in \(request.stage.title) is flagged as wrong"
      choice.wouldPromote = true
      return choice
    }
    guard let present = standing?.measurement?.value, let current else {
      choice.reason = "\(best.title) is the best with \(text), and nothing was in \(request.stage.title)"
      choice.wouldPromote = true
      return choice
    }
    let other = "version \(current.label) with \(Self.text(present))"
    if goal.isBetter(value, than: present) {
      choice.reason = "\(best.title) with \(text) is better than \(other)"
      choice.wouldPromote = true
    } else if request.onlyIfBetter {
      choice.reason = "no change: \(best.title) with \(text) is no better than \(other)"
    } else if let first = candidates.first, first.isCurrent, first.isContender {
      choice.reason = "no change: \(other) is the best"
    } else {
      choice.reason = "\(best.title) with \(text) is the best candidate, though no better than \(other)"
      choice.wouldPromote = true
    }
    return choice
  }

  /// Refuses what would be refused, as far as that is known of what isn't a version yet.
  private func checkPolicy(_ choice: Choice, _ request: ChoiceRequest, _ model: RegisteredModel?) throws {
    guard choice.wouldPromote, let model,
      let version = choice.candidates.first(where: { $0.remark == nil && !$0.isCurrent })?.version,
      version.stage != request.stage
    else { return }
    try checkRequirements(of: NamedVersion(model: model, version: version), for: request.stage)
  }

  private static func text(_ value: Double) -> String { "\(value)" }

  private func carryOut(
    _ choice: inout Choice, _ request: ChoiceRequest, _ goal: MetricGoal, _ model: RegisteredModel?,
    _ current: ModelVersion?
  ) throws {
    var named: NamedVersion?
    if choice.wouldPromote, let place = choice.candidates.firstIndex(where: { $0.remark == nil && !$0.isCurrent }) {
      named = try registered(choice.candidates[place], request, model)
      choice.candidates[place].version = named?.version
    }
    if let named, named.version.stage != request.stage { try checkRequirements(of: named, for: request.stage) }
    let said = try attribution(ofModel: request.name, request.why)
    let decision = ModelDecided(
      request.name, promoted: named?.version.id, production: current?.id, stage: request.stage, metric: goal.name,
      lessIsBetter: goal.lessIsBetter, filter: request.filter,
      holdout: choice.holdout.compactMap(\.content).sorted(),
      productionValue: choice.candidates.first(where: \.isCurrent)?.measurement?.value,
      candidates: choice.candidates.prefix(ModelDecided.limit).map { candidate in
        ModelDecided.Candidate(
          run: candidate.maker, measuredBy: candidate.measurement?.run, version: candidate.version?.id,
          content: candidate.artifact?.content, value: candidate.measurement?.value, remark: candidate.remark)
      }, count: Int64(choice.candidates.count), reason: choice.reason, said: said)
    guard let named else {
      try record([decision], durable: true)
      try index.catchUp(journal)
      choice.model = try self.model(request.name)
      return
    }
    let fact = ModelChanged(
      request.name, version: named.version.id, stage: request.stage, displaces: true,
      said: Attribution(user: said.user, why: said.why ?? choice.reason, follows: said.follows))
    let change = try recordChange(of: named, fact, with: [decision])
    choice.model = change.after.model
    choice.promoted = change.after
    choice.displaced = change.displaced
  }

  private func registered(
    _ candidate: Choice.Candidate, _ request: ChoiceRequest, _ model: RegisteredModel?
  ) throws -> NamedVersion {
    if let version = candidate.version, let model { return NamedVersion(model: model, version: version) }
    guard let artifact = candidate.artifact, let content = artifact.content else {
      throw ModelError.noCandidates(request.name)
    }
    var stored = artifact
    let source = try fetchingMissing({ [artifact] }, { try bytesAreAvailable(content, artifact) })
    if case .store = source { stored.isStored = true }
    let id = try recordVersion(of: request.name, model, stored, candidate.maker, why: request.why)
    return try version(of: request.name, id)
  }
}
