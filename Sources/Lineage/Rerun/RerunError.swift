public import Journaling
public import MLTBase
public import SystemPackage

/// Why nothing could be made again.
public enum RerunError: Error, Sendable {
  /// The run hasn't ended.
  case notEnded(RunID)
  /// The run was interrupted, so that there is nothing whole to compare with.
  case interrupted(RunID)
  /// The command holds a credential, which isn't recorded.
  case redacted(RunID)
  /// A run that was started by hand: there is no command to run again.
  case byHand(RunID)
  /// Something speaks against it.
  case obstacles(RunID, [RerunObstacle])
  /// What the run would stand on is another than it was, and mustn't be.
  case otherEnvironment(RunID, [RunReplicated.Change])
  /// The program isn't in the scratch folder or isn't installed here.
  case programMissing(String, RunID)
  /// A scratch folder would lie in the work tree or in another repository.
  case folderInRepository(FilePath)
  /// Something stands where a scratch folder would be.
  case folderOccupied(FilePath)
  /// No Python of that version is here to make a virtual environment with.
  case noPython(version: String, RunID)
  /// The virtual environment couldn't be made; a program's name and exit status.
  case environmentNotMade(program: String, exit: Int32, RunID)
  /// No run was made since.
  case nothingSince(String)
}
