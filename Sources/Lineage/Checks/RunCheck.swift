public import Journaling

/// A command that says whether a run may start, or whether what it made is right.
public struct RunCheck: Hashable, Sendable {
  /// When it is made.
  public var phase: RunChecked.Phase
  /// The command, for the shell.
  public var command: String
  /// Who asks for it.
  public var source: RunChecked.Source

  /// Takes the command.
  public init(_ phase: RunChecked.Phase, _ command: String, source: RunChecked.Source = .option) {
    self.phase = phase
    self.command = command
    self.source = source
  }

  /// What it is called in a few letters: the name of its script or program.
  public var name: String {
    ComponentName.of(command.split { $0 == " " || $0 == "\t" || $0 == "\n" }.map(String.init))
  }
}
