public import MLTBase
public import Pipelines
public import Remotes
public import SystemPackage

/// What an operation can't do, beyond the failures of the engines below it.
public enum WorkspaceError: Error, Sendable {
  /// There is no `.mlt` in the folder or above it.
  case notInitialized(FilePath)
  /// There is no pipeline file in the work tree.
  case noPipeline
  /// What the pipeline files declare can't be meant; at least one problem.
  case invalidPipeline([PipelineProblem])
  /// The pipeline file declares a stage of that name already.
  case stageExists(String, file: String)
  /// A path that is to be kept from remotes lies in a folder that is tracked as one.
  case keptBackInTree(String, tree: String)
  /// A text names no stage.
  case unknownStage(TargetProblem)
  /// The folder belongs to a bare git repository, which has no work tree.
  case bareRepository(FilePath)
  /// No run, content, or recorded path is named so; with similar names that are.
  case unknownPointer(String, similar: [String])
  /// Several runs or contents begin with these digits.
  case ambiguousPointer(String, candidates: [PointerCandidate])
  /// A pointer means something else than what the operation works on.
  case unsuitablePointer(String, wanted: Wanted)
  /// The name can't be a tag's.
  case invalidTag(String)
  /// What a pointer means has no tag of that name; with similar names that it has.
  case unknownTag(String, of: String, similar: [String])
  /// The name can't be a label's.
  case invalidLabel(String)
  /// The label stands nowhere; with similar names that do.
  case unknownLabel(String, similar: [String])
  /// The label isn't retracted, so that nothing may be purged on its account.
  case labelInUse(String)
  /// These must not be read, since they carry retracted labels; at least one.
  case retractedInputs([RetractedInput])
  /// The bytes of a content were purged, on account of a retracted label.
  case purgedContent(ContentID, path: String?, label: String)
  /// The run has no outputs that could be flagged or labelled.
  case noOutputs(RunID)
  /// The run didn't read or write the path.
  case notInRun(path: String, run: RunID)
  /// Nothing was recorded at the path by that moment.
  case notByThen(path: String, moment: Timestamp)
  /// Two runs are to be compared step by step, and are of these two components.
  case unlikeComponents(String, String)
  /// Of what a pointer or component means nothing earlier is recorded that could be compared with it.
  case noEarlierVersion(String)
  /// The commit has nothing at the path.
  case notInCommit(path: String, commit: String)
  /// The bytes of a content are neither in the store nor in git nor in the work tree.
  case absentContent(ContentID, path: String?)
  /// The path isn't in the lock file.
  case untracked(String, similar: [String])
  /// There is nothing at the path.
  case missingFile(String)
  /// A path lies outside the work tree.
  case outsideWorkTree(String)
  /// The path belongs to git or to `.mlt` and can't be tracked.
  case reservedPath(String)
  /// Git tracks the path, so that the lock file can't.
  case trackedByGit(String)
  /// Something that isn't a folder, a symbolic link say, stands where a folder must be.
  case notAFolder(String)
  /// Writing or removing these paths would lose content that isn't stored.
  case unsavedContent([String])
  /// Git knows no commit by that name; with similar names of branches and tags.
  case unknownRevision(String, similar: [String])
  /// A commit is given where a path belongs.
  case revisionAsPath(String)
  /// The text names neither a commit nor a run nor a path; with similar names that do.
  case unknownVersion(String, similar: [String])
  /// A commit and a run can't be compared with each other.
  case unlikeVersions(String, String)
  /// A pattern matches nothing that could be meant.
  case noMatch(String)
  /// A folder is to be removed without having said that folders may be.
  case isAFolder(String)
  /// Something stands where something else is to be put.
  case occupied(String)
  /// A folder can't be moved into itself.
  case intoItself(String)
  /// A part of a tracked folder can't be tracked, or not, by itself.
  case partOfTree(String, tree: String)
  /// The lock file can't be understood.
  case malformedLock(FilePath, LockFile.ParseError)
  /// Others change the lock file again and again, so that what it says can't be restored.
  case busyLock(FilePath)
  /// The command's program isn't to be found or can't be executed.
  case commandNotStarted(program: String, Errno)
  /// The command ran, but its record couldn't be written.
  case notRecorded(run: RunID, exit: Int32, cause: any Error)
  /// The command ran and is recorded, but its outputs couldn't be put into the lock file.
  case lockNotUpdated(run: RunID, exit: Int32, cause: any Error)
  /// The command ran and is recorded, but its record couldn't be signed.
  case notSigned(run: RunID, exit: Int32, cause: any Error)
  /// A configuration value isn't what its key demands.
  case malformedSetting(key: String, value: String)
  /// The file that everybody shares has no say in a setting.
  case privateSetting(String)
  /// The file that everybody shares can turn a setting on, and not off.
  case sharedRequirement(String)
  /// Runs behind bytes that a remote has aren't signed by an allowed signer, and have to be; of so many that were asked about.
  case unsignedRuns([RunVerification], of: Int, remote: String)
  /// There is no such setting.
  case unknownSetting(String, similar: [String])
  /// The environment names no folder for the user's own settings.
  case noUserFolder
  /// No component of that name has run or been described.
  case unknownComponent(String, similar: [String])
  /// No remote is named, and none goes without saying.
  case noRemote(known: [String])
  /// No remote has that name.
  case unknownRemote(String, similar: [String])
  /// There is a remote of that name.
  case remoteExists(String)
  /// The name can't be a remote's.
  case invalidRemoteName(String)
  /// The URL, without credentials, is none of a kind that can be reached.
  case unsupportedRemote(String)
  /// The URL, without credentials, holds a password.
  case passwordInURL(String)
  /// A remote can't be reached or used.
  case remoteFailed(String, url: String, RemoteError)
  /// What is to be dropped here isn't whole in as many remotes as it has to be; some of these couldn't be asked.
  case tooFewCopies([String], wanted: Int, unreachable: [String])
  /// Not all facts that a remote has can be read, so that nobody knows what they refer to.
  case hiddenFacts(remote: String, [RemoteProblem])
  /// What is asked for belongs to git, and the folder to no repository.
  case noRepository(FilePath)
  /// The folder of hooks lies outside the repository, so that others use it, too; with the setting that names it.
  case sharedHooks(FilePath, setting: String)
  /// No folder from this one up to the work tree's root is a DVC project.
  case notDVCProject(String)

  /// What a pointer was wanted for.
  public enum Wanted: Sendable {
    /// A run.
    case run
    /// A file's bytes.
    case file
    /// Something that was read or written.
    case artifact
  }
}

extension WorkspaceError {
  /// Whether the run that failed is recorded all the same.
  var isAfterRecording: Bool {
    switch self {
    case .lockNotUpdated, .notSigned: true
    default: false
    }
  }
}

/// One of several things that an abbreviated id could mean.
public enum PointerCandidate: Hashable, Sendable {
  /// A run, with its component.
  case run(RunID, component: String)
  /// A content, with a path that had it.
  case content(ContentID, path: String?)
  /// A commit of git's, by its digits.
  case commit(String)
  /// A path.
  case path(String)
}
