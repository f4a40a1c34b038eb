internal import Journaling
internal import LineageIndexing
internal import MLTBase
internal import ObjectStorage

/// What may stand at a path, and the record by which its bytes are found.
struct MixedFile: Hashable {
  var content: ContentID
  var mode: TreeEntry.Mode
  var record: ArtifactRecord

  /// Whether another one holds the same and is as executable.
  func isSame(as other: MixedFile) -> Bool { content == other.content && mode == other.mode }

  /// The record of the file at a path.
  func record(at path: WorkPath) -> ArtifactRecord {
    var record = record
    record.path = path.text
    record.kind = mode == .link ? .link : .file
    record.content = content
    record.count = nil
    record.isExecutable = mode == .executable
    return record
  }
}

/// Something that a run of a mixture finds.
struct MixedInput {
  /// A file that a run before makes: where, and what it held as recorded.
  struct Output {
    var path: WorkPath
    var file: MixedFile
  }

  /// Where it comes from.
  enum Source {
    /// It is the same in both pipelines.
    case same(ArtifactRecord)
    /// It is what the difference of that place in the list says; nil stands for nothing.
    case choice(Int, good: MixedFile?, bad: MixedFile?)
    /// A run of the mixture makes it; one that a pipeline alone reads may be missing.
    case made(Int, good: Output?, bad: Output?)
  }

  /// The paths at which it stands: a run and the other pipeline's one may know it by two names.
  var places: [WorkPath]
  var source: Source
}

/// Two runs in the same place of two pipelines, of which mixtures are made.
struct MixedStage {
  /// A part of the command.
  enum Part {
    case same([String])
    case choice(Int, good: [String], bad: [String])
  }

  /// A variable or package, of which mixtures have the one or the other value.
  struct Setting {
    var difference: Int
    var name: String
    var good: String?
    var bad: String?
  }

  var good: RerunPlan
  var bad: RerunPlan
  var goodEnvironment: RunEnvironment
  var badEnvironment: RunEnvironment
  var command: [Part] = []
  var inputs: [MixedInput] = []
  var variables: [Setting] = []
  var packages: [Setting] = []
  var goodOutputs: [WorkPath: MixedFile] = [:]
  var badOutputs: [WorkPath: MixedFile] = [:]

  var component: String { bad.run.component }
}

/// Two pipelines as what they share and where they differ.
struct MixedPipeline {
  /// The runs that mixtures make, those first that others read from; the last is the one that is judged.
  var stages: [MixedStage] = []
  /// All pairs of runs, also those that aren't made.
  var pairs: [BisectReport.Stage] = []
  var differences: [BisectDifference] = []
  var obstacles: [BisectObstacle] = []
}
