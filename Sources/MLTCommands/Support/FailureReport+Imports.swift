internal import Lineage
internal import SystemPackage
internal import TrackingStores

/// What to say of other tools' stores that can't be taken over.
extension FailureReport {
  mutating func describe(_ error: TrackingImportError) {
    switch error {
    case .noStore:
      set("no 'mlflow.db' or 'mlruns' here", .notFound, hint: "name the store: 'mlt import mlflow PATH'")
    case .notAFile(let store):
      set(
        "'\(store)' is no file or folder here", .usage,
        hint: "servers and other databases aren't read; 'sqlite:///FILE' and paths are")
    case .store(.missing(let path)): set("no such file or folder: '\(path.string)'", .notFound)
    case .store(.notAStore(let path)):
      set(
        "'\(path.string)' is no store of that tool", .usage,
        hint:
          "MLflow's is a folder 'mlruns' or an SQLite file; mltrace's an SQLite file, or what 'pg_dump' writes as plain text"
      )
    case .store(.partOfStore(let path, let store)):
      set(
        "'\(path.string)' is a folder within a store", .usage,
        hint: "name the store, '\(store.string)', and with '--experiment' what to take of it")
    case .store(.cutDump(let path)):
      set("the dump '\(path.string)' was cut off", .corrupt, hint: "make it again; nothing was imported")
    case .store(.foreignDump(let path, .inserts)):
      set(
        "the dump '\(path.string)' has a statement for each row", .usage,
        hint: "make it with 'pg_dump --data-only', without '--inserts'")
    case .store(.foreignDump(let path, .archive)):
      set(
        "the dump '\(path.string)' is an archive", .usage,
        hint: "turn it into plain text: 'pg_restore --data-only -f mltrace.sql \(path.string)'")
    case .store(.locked(let path)):
      set("'\(path.string)' is locked by another program", .locked, hint: "try again when it is done writing")
    case .store(.unreadable(let path, let reason)): set("cannot read '\(path.string)': \(reason)", .failed)
    case .unknownExperiments(let names, let known):
      set("the store has no experiment \(Self.list(names))", .notFound)
      let similar = names.flatMap { Similarity.nearest(to: $0, among: known, limit: 3) }
      if !similar.isEmpty { hints.append("did you mean \(Self.list(similar))?") }
    }
  }
}
