public import MLTBase

/// A run is to be left out of listings (`run.deleted`); its facts stay.
public struct RunDeleted: Fact {
  /// The event type.
  public static let type = "run.deleted"

  /// The run.
  public var run: RunID

  /// Names the run.
  public init(run: RunID) {
    self.run = run
  }

  /// The type's own fields.
  public var fields: JSONObject { ["run": .string(run.hex)] }

  /// Reads the type's own fields.
  public init(fields: JSONObject) throws(FactError) {
    self.init(run: try FieldReader(fields).runID("run"))
  }
}

/// A deleted run is to be listed again (`run.restored`).
public struct RunRestored: Fact {
  /// The event type.
  public static let type = "run.restored"

  /// The run.
  public var run: RunID

  /// Names the run.
  public init(run: RunID) {
    self.run = run
  }

  /// The type's own fields.
  public var fields: JSONObject { ["run": .string(run.hex)] }

  /// Reads the type's own fields.
  public init(fields: JSONObject) throws(FactError) {
    self.init(run: try FieldReader(fields).runID("run"))
  }
}
