/// The command line's entry.
public enum CommandLineEntry {
  /// Runs the command that the process's arguments name.
  public static func main() {}
}
