internal import Journaling
internal import Lineage
internal import MLTBase

/// What to say of failures with registered models.
extension FailureReport {
  mutating func describe(_ error: ModelError) {
    switch error {
    case .invalidName:
      set("\(error)", .usage, hint: "a name is one line of at most \(ModelName.limit) bytes without '/', ':' and '@'")
    case .invalidAlias:
      set(
        "\(error)", .usage,
        hint: "an alias has letters, digits, '-' and '_', and is neither 'latest' nor a number, with or without 'v'")
    case .invalidTag: set("\(error)", .usage, hint: "a tag's name is one line of at most 250 bytes without '='")
    case .malformedReference:
      set("\(error)", .usage, hint: "a version is NAME/3, NAME@ALIAS, NAME/Production or NAME/latest")
    case .unknownModel(_, let similar):
      set(
        "\(error)", .notFound,
        hint: similar.isEmpty ? "see 'mlt model list'" : "did you mean \(Self.list(similar))?")
    case .modelExists(let name): set("\(error)", .conflict, hint: "see 'mlt model show \(Formatting.word(name))'")
    case .deletedModel(let name):
      set("\(error)", .notFound, hint: "'mlt model restore \(Formatting.word(name))' has it there again")
    case .noVersionNamed(let name):
      set(
        "\(error)", .usage,
        hint: "as in \(Formatting.word("\(name)/latest")) or \(Formatting.word("\(name)/Production"))")
    case .unknownVersion(_, _, let labels):
      set(
        "\(error)", .notFound,
        hint: labels.isEmpty ? "it has no versions" : "it has \(labels.suffix(10).joined(separator: ", "))")
    case .ambiguousVersion(_, let name, let labels):
      set("\(error)", .conflict, hint: "clones have given the number more than once; say which one is meant:")
      for label in labels.prefix(10) { hints.append("  \(name)/\(label)") }
    case .emptyStage(_, let name): set("\(error)", .notFound, hint: "see 'mlt model show \(Formatting.word(name))'")
    case .unknownAlias(_, _, let known):
      set("\(error)", .notFound, hint: known.isEmpty ? "it has no aliases" : "it has \(known.joined(separator: ", "))")
    case .noVersions(let name):
      set("\(error)", .notFound, hint: "register one: 'mlt model register \(Formatting.word(name)) PATH'")
    case .deletedVersion(let label, let name):
      set("\(error)", .notFound, hint: "'mlt model restore \(Formatting.word("\(name)/\(label)"))' has it there again")
    case .unknownTag, .notInVersion: set("\(error)", .notFound)
    case .noContent: set("\(error)", .failed, hint: "register a file or folder whose bytes can be had")
    case .unclearOutput(let run, let paths):
      set("\(error)", .usage)
      for path in paths.prefix(5) { hints.append("  \(path)@\(run.short)") }
    case .notMade: set("\(error)", .conflict, hint: "name what it made as PATH@RUN")
    case .nothingBefore(_, let name): set("\(error)", .failed, hint: "see 'mlt model history \(Formatting.word(name))'")
    case .neverInStage(let label, let stage, let name):
      let version = Formatting.word("\(name)/\(label)")
      set(
        "\(error)", .failed,
        hint: "put it there: 'mlt model "
          + (stage == .production ? "promote \(version)'" : "stage \(version) \(stage.title) --archive-existing'"))
    case .unmet(let label, let name, _, let missing):
      set("\(error)", .failed)
      for requirement in missing {
        hints.append(
          ModelReviewRendering.words(requirement) + ": " + ModelReviewRendering.hint(requirement, "\(name)/\(label)"))
      }
    case .notAllowed(let label, let name, _, let environment, _):
      set(
        "\(error)", .failed,
        hint:
          "see 'mlt config policy.\(environment)', and 'mlt model tag \(Formatting.word("\(name)/\(label)")) version=…'"
      )
    case .unreadableRelease(let label, let name, _, _):
      set(
        "\(error)", .failed,
        hint:
          "give it a version that begins with a digit: 'mlt model tag \(Formatting.word("\(name)/\(label)")) version=1.2'"
      )
    case .notAVersion:
      set("\(error)", .usage, hint: "--for asks about versions of models, as in 'models:/NAME/Production'")
    case .malformedAllowance:
      set("\(error)", .usage, hint: "a range is like '<=1.0' or '>=1,<2'")
    case .unknownEnvironment(let name, let known):
      set(
        "\(error)", .notFound,
        hint: known.isEmpty
          ? "say so: 'mlt config --shared \(Formatting.word("policy.\(name)")) \">=1,<2\"'"
          : "there are \(Self.list(known))")
    case .malformedMetric: set("\(error)", .usage)
    case .unknownDirection(let metric):
      set("\(error)", .usage, hint: "say so: 'metrics.\(metric):asc' if less is better, ':desc' if more is")
    case .noneWrote: set("\(error)", .failed, hint: "say with --path where they write the model")
    case .noCandidates: set("\(error)", .failed, hint: "register something, or name runs")
    case .noValues: set("\(error)", .failed, hint: "see 'mlt show RUN' for what runs have logged")
    case .differentData(_, let measured):
      set("\(error)", .failed, hint: "measure all on the same data, or name the data that counts with --holdout")
      for candidate in measured.prefix(10) {
        let data =
          candidate.data.isEmpty ? "no data is known that it was measured on" : candidate.data.joined(separator: ", ")
        hints.append("  \(candidate.candidate): \(data)")
      }
      if measured.count > 10 { hints.append("  and \(measured.count - 10) more") }
    case .unmeasured(let label, let name, _):
      set(
        "\(error)", .failed,
        hint:
          "measure it on the same data first, in a run that reads it: 'mlt checkout \(Formatting.word("models:/\(name)/\(label)"))'"
      )
    }
  }
}
