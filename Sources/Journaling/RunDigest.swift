public import MLTBase

/// The hash of a run's canonical record, which `run.ended` holds in `record`.
public enum RunDigest {
  /// Returns the SHA-256 of the canonical JSON `{"ended":…,"logged":[…],"started":…}`.
  ///
  /// - Parameters:
  ///   - started: the own fields of the run's `run.started`.
  ///   - logged: the own fields of each of its `run.logged`, in the order of the chain.
  ///   - ended: the own fields of its `run.ended`; a field `record` is left out.
  public static func contentID(started: JSONObject, logged: [JSONObject], ended: JSONObject) -> ContentID {
    var ended = ended
    ended["record"] = nil
    let record: JSONObject = [
      "ended": .object(ended), "logged": .array(logged.map { .object($0) }), "started": .object(started),
    ]
    return ContentHasher.contentID(of: JSON.object(record).canonicalBytes)
  }
}
