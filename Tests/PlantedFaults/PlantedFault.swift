internal import MLTBase
package import SystemPackage
internal import TestSupport

/// A month of a drawn pipeline with one fault in it, for whoever claims to find such faults.
///
/// Five to forty steps in several branches run daily on data that drift and have weekends; code, parameters, packages
/// and reference files also change without harm, runs fail and are repeated. From some day on one thing is wrong.
/// Everything is computed, so that the outputs really differ; the same seed always gives the same month.
package struct PlantedFault: Sendable {
  /// What can be wrong.
  package enum Kind: String, CaseIterable, Sendable {
    /// A column of a source holds nonsense.
    case corruptedInput = "corrupted input"
    /// A column of a source is off by some deviations.
    case shiftedInput = "shifted input"
    /// A column of a source is in another unit.
    case unitChange = "unit change"
    /// A step reads features of an earlier day.
    case staleFeatures = "stale features"
    /// The code that cleans or joins is wrong.
    case cleaningCode = "error in cleaning"
    /// The code that makes features is wrong.
    case featureCode = "error in features"
    /// The code that trains is wrong.
    case trainingCode = "error in training"
    /// Another model than the trained one is used.
    case wrongModel = "wrong model"
    /// A package's new version gives other numbers.
    case packageUpgrade = "package upgrade"
    /// A parameter is mistyped.
    case parameterTypo = "parameter typo"
    /// A file was changed by hand.
    case handEdit = "edited by hand"
    /// Rows are missing from a source, or get lost in a step.
    case lostRows = "lost rows"
  }

  /// The seed.
  package let seed: UInt64
  /// What is wrong.
  package var kind: Kind { Kind.allCases[Int(seed % UInt64(Kind.allCases.count))] }

  /// Draws a month.
  package init(seed: UInt64) {
    self.seed = seed
  }

  /// How often a fault that shows nowhere is drawn anew.
  private static let attempts = 200

  /// Writes the month as a repository: a `.mlt` with journal and stored contents.
  ///
  /// - Parameter folder: an empty folder, the work tree's root.
  /// - Returns: what was planted.
  package func write(into folder: FilePath) throws -> Plan {
    let drawing = Drawing(seed: seed)
    var drawn = PipelineDrawing(drawing)
    let pipeline = drawn.draw()
    let noise = Noise(drawing, pipeline)
    var right = Simulation(drawing, pipeline, noise, nil)
    right.run()
    let expected = Self.outputs(of: right)
    for attempt in 0..<Self.attempts {
      var faults = FaultDrawing(pipeline, drawing, attempt: attempt)
      guard let fault = faults.draw(kind) else { continue }
      var wrong = Simulation(drawing, pipeline, noise, fault)
      wrong.run()
      let judging = Judging(drawing, wrong, expected)
      guard judging.isVisible else { continue }
      let writing = RepositoryWriting(drawing, wrong)
      try writing.write(into: folder)
      return Plan(
        seed: seed, kind: kind, days: fault.days, components: judging.components, expected: judging.expected,
        story: judging.story, bad: judging.bad, good: judging.good, componentCount: pipeline.components.count,
        runCount: wrong.runs.count, end: Timestamp(microseconds: Calendar.moment(Calendar.lastDay + 1, minute: 0)))
    }
    throw NothingShows(seed: seed)
  }

  private static func outputs(of month: Simulation) -> [Judging.Key: ContentID] {
    var outputs: [Judging.Key: ContentID] = [:]
    for run in month.runs {
      for file in run.outputs {
        outputs[Judging.Key(component: run.component, day: run.day, attempt: run.attempt, path: file.path)] =
          file.content
      }
    }
    return outputs
  }
}

/// No fault of the kind shows in this pipeline's outputs.
package struct NothingShows: Error {
  package let seed: UInt64
}
