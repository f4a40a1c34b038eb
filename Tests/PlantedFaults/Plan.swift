package import MLTBase

/// What was planted, and what a search for it should find.
package struct Plan: Sendable {
  /// Something that a search may name as the cause.
  package struct Cause: Hashable, Sendable {
    package enum Role: String, Sendable {
      /// A file that was read; the name is its path.
      case input
      /// A file that was made as it should not have been; the name is its path.
      case output
      /// A script; the name is its path.
      case code
      /// A parameter, by its name.
      case parameter
      /// A package, by its name.
      case package
      /// A file that was changed outside of any run; the name is its path.
      case outside
    }

    package var role: Role
    package var name: String
  }

  /// One end output: a version of a file that no step reads.
  package struct Output: Hashable, Sendable {
    /// Its path.
    package var path: String
    /// The run that wrote it.
    package var run: RunID
    /// What it holds.
    package var content: ContentID
    /// The step that wrote it.
    package var component: String
    /// Which output of the step it is: its path without the day.
    package var place: String
    /// The day, from 1.
    package var day: Int

    /// How `mlt` is told of it: `PATH@RUN`.
    package var pointer: String { path + "@" + run.hex }
  }

  /// The seed.
  package var seed: UInt64
  /// What kind of fault it is.
  package var kind: PlantedFault.Kind
  /// The day from which something is wrong, and the last on which it goes wrong anew.
  package var days: ClosedRange<Int>
  /// The steps that a search may name, the likeliest first: where the fault is, or where it comes in.
  package var components: [String]
  /// What a search may name; any of it is right.
  package var expected: [Cause]
  /// What happened, in a few words.
  package var story: String
  /// The end outputs that would be others without the fault, in the order they were made.
  package var bad: [Output]
  /// All other end outputs, in the order they were made.
  package var good: [Output]
  /// How many steps the pipeline has.
  package var componentCount: Int
  /// How many runs were recorded.
  package var runCount: Int
  /// The moment after all of it, in microseconds since 1970.
  package var end: Timestamp
}
