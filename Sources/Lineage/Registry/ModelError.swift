public import Journaling
public import MLTBase

/// Why something can't be done with registered models.
public enum ModelError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The text can't be a model's name.
  case invalidName(String)
  /// The text can't be an alias.
  case invalidAlias(String)
  /// The text can't be a tag's name.
  case invalidTag(String)
  /// The text names no version of a model, in any form.
  case malformedReference(String)
  /// No model has the name; with similar names that there are.
  case unknownModel(String, similar: [String])
  /// There is a model of that name.
  case modelExists(String)
  /// The model was deleted.
  case deletedModel(String)
  /// A model is named where one of its versions is meant.
  case noVersionNamed(String)
  /// The model has no version that is called so; with those it has.
  case unknownVersion(String, of: String, labels: [String])
  /// Clones have given the number more than once, so that it doesn't say which version is meant; with what says it.
  case ambiguousVersion(String, of: String, labels: [String])
  /// No version of the model is in the stage.
  case emptyStage(ModelStage, of: String)
  /// The alias means no version of the model; with those that do.
  case unknownAlias(String, of: String, known: [String])
  /// The model has no versions.
  case noVersions(String)
  /// The version was deleted.
  case deletedVersion(String, of: String)
  /// The version, or the model, has no tag of that name.
  case unknownTag(String, of: String)
  /// The version's folder has nothing at the path.
  case notInVersion(path: String, version: String)
  /// Of what is to be registered only the name is known.
  case noContent(String)
  /// The run made several things, or none, so that it doesn't say which one is the model.
  case unclearOutput(RunID, paths: [String])
  /// The run didn't make what is to be registered.
  case notMade(path: String, by: RunID)
  /// Nothing else was in the stage before.
  case nothingBefore(ModelStage, of: String)
  /// The version was never in the stage.
  case neverInStage(String, ModelStage, of: String)
  /// The version may not be put into the stage yet; at least one requirement that isn't met.
  case unmet(String, of: String, ModelStage, [ModelRequirement])
  /// The environment takes only versions of a range, and what this one is called by its tag `version` is no version.
  case unreadableRelease(String, of: String, release: String, environment: String)
  /// A version must be named where an environment is to take it, and this names none.
  case notAVersion(String)
  /// The environment takes no such version.
  case notAllowed(String, of: String, release: String, environment: String, range: String)
  /// A setting of a version allowance can't be read.
  case malformedAllowance(environment: String, range: String)
  /// Nobody says what the environment takes.
  case unknownEnvironment(String, known: [String])
  /// The metric isn't of the form `metrics.NAME` with, perhaps, `:asc` or `:desc`.
  case malformedMetric(String)
  /// From its name it isn't known whether less or more of the metric is better.
  case unknownDirection(String)
  /// None of the runs to choose from wrote anything at the path.
  case noneWrote(String)
  /// There is nothing to choose from.
  case noCandidates(String)
  /// Neither a candidate nor what is in the stage has any value of the metric.
  case noValues(metric: String, of: String)
  /// The candidates' values were measured on different data; with what each was measured on.
  case differentData(metric: String, [MeasuredData])
  /// What is in the stage has no value that can be compared.
  case unmeasured(String, of: String, metric: String)

  /// One candidate and the data that its value was measured on.
  public struct MeasuredData: Hashable, Sendable {
    /// What the candidate is called.
    public var candidate: String
    /// The data, as path and beginning of the content id.
    public var data: [String]
  }

  /// A lower-case phrase for messages.
  public var description: String {
    switch self {
    case .invalidName(let name): "'\(name)' can't be a model's name"
    case .invalidAlias(let alias): "'\(alias)' can't be an alias"
    case .invalidTag(let name): "'\(name)' can't be a tag's name"
    case .malformedReference(let text): "'\(text)' names no version of a model"
    case .unknownModel(let name, _): "there is no model '\(name)'"
    case .modelExists(let name): "there is a model '\(name)' already"
    case .deletedModel(let name): "model '\(name)' was deleted"
    case .noVersionNamed(let name): "which version of model '\(name)' is meant isn't said"
    case .unknownVersion(let label, let name, _): "model '\(name)' has no version '\(label)'"
    case .ambiguousVersion(let label, let name, let labels):
      "version \(label) of model '\(name)' may be any of \(labels.count)"
    case .emptyStage(let stage, let name): "no version of model '\(name)' is in \(stage.title)"
    case .unknownAlias(let alias, let name, _): "model '\(name)' has no alias '\(alias)'"
    case .noVersions(let name): "model '\(name)' has no versions"
    case .deletedVersion(let label, let name): "version \(label) of model '\(name)' was deleted"
    case .unknownTag(let tag, let subject): "'\(subject)' has no tag '\(tag)'"
    case .notInVersion(let path, let version): "'\(version)' has no '\(path)'"
    case .noContent(let path): "the content of '\(path)' isn't known"
    case .unclearOutput(let run, let paths):
      paths.isEmpty ? "run \(run.short) made nothing" : "run \(run.short) made \(paths.count) things"
    case .notMade(let path, let run): "run \(run.short) didn't make '\(path)' as it is"
    case .nothingBefore(let stage, let name): "nothing else of model '\(name)' was in \(stage.title) before"
    case .neverInStage(let label, let stage, let name):
      "version \(label) of model '\(name)' was never in \(stage.title)"
    case .unmet(let label, let name, let stage, _):
      "version \(label) of model '\(name)' may not go to \(stage.title) yet"
    case .notAllowed(let label, let name, let release, let environment, let range):
      "'\(environment)' takes versions \(range) of models, and version \(label) of '\(name)' is \(release)"
    case .unreadableRelease(let label, let name, let release, let environment):
      "'\(environment)' takes ranges of versions, and version \(label) of '\(name)' is called '\(release)', which is none"
    case .notAVersion(let pointer): "'\(pointer)' is no version of a model that an environment could take or not"
    case .malformedAllowance(let environment, let range):
      "'\(range)' of setting 'policy.\(environment)' says nothing of versions"
    case .unknownEnvironment(let name, _): "no setting says which versions '\(name)' takes"
    case .malformedMetric(let text): "'\(text)' isn't of the form metrics.NAME:asc or metrics.NAME:desc"
    case .unknownDirection(let metric): "whether less or more of '\(metric)' is better isn't known"
    case .noneWrote(let path): "none of the runs wrote '\(path)'"
    case .noCandidates(let name): "there is nothing to choose from for model '\(name)'"
    case .noValues(let metric, let name): "no candidate for model '\(name)' has a value of '\(metric)'"
    case .differentData(let metric, _): "values of '\(metric)' were measured on different data"
    case .unmeasured(let label, let name, let metric):
      "version \(label) of model '\(name)' has no value of '\(metric)' to compare with"
    }
  }
}
