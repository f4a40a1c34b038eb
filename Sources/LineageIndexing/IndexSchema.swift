internal import GRDB

/// The tables of the index (`docs/design/index.md`).
enum IndexSchema {
  /// The version of the tables; another one in a file means that the file is made anew.
  static let version: Int64 = 13
  /// What marks a file as an index of ours: `mlt1`.
  static let applicationID: Int64 = 0x6D6C_7431

  /// Makes the tables and what indexing itself looks things up by.
  static func createTables(_ db: Database) throws {
    try db.execute(
      sql: """
        CREATE TABLE writers (
          n INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE, sequence INTEGER NOT NULL, segment INTEGER NOT NULL,
          offset INTEGER NOT NULL, last BLOB);
        CREATE TABLE paths (n INTEGER PRIMARY KEY, path TEXT NOT NULL UNIQUE);
        CREATE TABLE environments (n INTEGER PRIMARY KEY, hash BLOB NOT NULL UNIQUE, fields TEXT NOT NULL);
        CREATE TABLE runs (
          n INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE,
          started INTEGER, started_source INTEGER, component TEXT, command TEXT, directory TEXT, git INTEGER,
          commit_id TEXT, branch TEXT, remote TEXT, dirty INTEGER, host TEXT, user_name TEXT, parent BLOB, streams TEXT,
          status INTEGER NOT NULL DEFAULT 0, exit INTEGER, ended INTEGER, ended_source INTEGER, evidence INTEGER,
          environment INTEGER, lookups INTEGER, record BLOB, wall INTEGER, user_time INTEGER, system_time INTEGER, memory INTEGER,
          inputs INTEGER NOT NULL DEFAULT 0, outputs INTEGER NOT NULL DEFAULT 0,
          note TEXT, note_at INTEGER, note_source INTEGER, run_name TEXT, experiment TEXT, origin TEXT, origin_key INTEGER,
          start_sequence INTEGER, logged INTEGER NOT NULL DEFAULT 0,
          deleted INTEGER NOT NULL DEFAULT 0, deleted_at INTEGER, deleted_source INTEGER);
        CREATE TABLE files (
          file INTEGER PRIMARY KEY, role INTEGER NOT NULL, path INTEGER NOT NULL, ended INTEGER NOT NULL, key INTEGER,
          content BLOB, kind INTEGER NOT NULL, size INTEGER NOT NULL, count INTEGER, flags INTEGER NOT NULL,
          before BLOB, problem TEXT);
        CREATE TABLE stages (
          run INTEGER PRIMARY KEY, file TEXT NOT NULL, name TEXT NOT NULL, definition BLOB NOT NULL, declared INTEGER);
        CREATE TABLE removed (run INTEGER NOT NULL, path INTEGER NOT NULL, PRIMARY KEY (run, path)) WITHOUT ROWID;
        CREATE TABLE params (
          run INTEGER NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL, at INTEGER NOT NULL, source INTEGER NOT NULL,
          PRIMARY KEY (run, key)) WITHOUT ROWID;
        CREATE TABLE tags (
          run INTEGER NOT NULL, key TEXT NOT NULL, value TEXT, at INTEGER NOT NULL, source INTEGER NOT NULL,
          PRIMARY KEY (run, key)) WITHOUT ROWID;
        CREATE TABLE metrics (
          n INTEGER PRIMARY KEY, run INTEGER NOT NULL, key TEXT NOT NULL, at INTEGER NOT NULL, source INTEGER NOT NULL,
          points BLOB NOT NULL);
        CREATE TABLE latest_metrics (
          run INTEGER NOT NULL, key TEXT NOT NULL, step INTEGER NOT NULL, at INTEGER NOT NULL, value REAL,
          PRIMARY KEY (run, key)) WITHOUT ROWID;
        CREATE TABLE loggers (
          run INTEGER NOT NULL, source INTEGER NOT NULL, sequence INTEGER NOT NULL, PRIMARY KEY (run, source)) WITHOUT ROWID;
        CREATE TABLE logged_files (run INTEGER NOT NULL, at INTEGER NOT NULL, fields TEXT NOT NULL);
        CREATE TABLE hazards (run INTEGER NOT NULL, late INTEGER NOT NULL, kind TEXT NOT NULL, path TEXT, detail TEXT);
        CREATE TABLE signatures (
          run INTEGER NOT NULL, at INTEGER NOT NULL, record BLOB NOT NULL, key TEXT NOT NULL);
        CREATE TABLE replications (run INTEGER NOT NULL, at INTEGER NOT NULL, fields TEXT NOT NULL);
        CREATE TABLE checks (
          run INTEGER NOT NULL, at INTEGER NOT NULL, writer INTEGER NOT NULL, failed INTEGER NOT NULL,
          fields TEXT NOT NULL);
        CREATE INDEX checks_run ON checks (run, at);
        CREATE TABLE purged (content BLOB NOT NULL, label TEXT NOT NULL, PRIMARY KEY (content, label)) WITHOUT ROWID;
        CREATE TABLE components (
          name TEXT NOT NULL, field TEXT NOT NULL, value TEXT NOT NULL, at INTEGER NOT NULL, source INTEGER NOT NULL,
          PRIMARY KEY (name, field)) WITHOUT ROWID;
        CREATE TABLE added (
          n INTEGER PRIMARY KEY, path INTEGER NOT NULL, at INTEGER NOT NULL, source INTEGER NOT NULL, key INTEGER,
          content BLOB, kind INTEGER NOT NULL, size INTEGER NOT NULL, count INTEGER, flags INTEGER NOT NULL,
          before BLOB, problem TEXT);
        CREATE TABLE changes (
          n INTEGER PRIMARY KEY, kind INTEGER NOT NULL, key NOT NULL, field INTEGER NOT NULL, name TEXT NOT NULL,
          value TEXT, part INTEGER NOT NULL, why TEXT, user_name TEXT, ordered INTEGER NOT NULL, at INTEGER NOT NULL,
          source INTEGER NOT NULL, path INTEGER, artifact_kind INTEGER, content BLOB, size INTEGER);
        CREATE TABLE predictions (
          n INTEGER PRIMARY KEY, at INTEGER NOT NULL, source INTEGER NOT NULL, path INTEGER NOT NULL, key INTEGER,
          content BLOB, size INTEGER NOT NULL, columns BLOB, fields TEXT NOT NULL);
        CREATE TABLE prediction_keys (hash INTEGER NOT NULL, log INTEGER NOT NULL);
        CREATE TABLE models (
          n INTEGER PRIMARY KEY, event BLOB NOT NULL, name TEXT NOT NULL, type TEXT NOT NULL, ordered INTEGER NOT NULL,
          at INTEGER NOT NULL, source INTEGER NOT NULL, sequence INTEGER NOT NULL, run BLOB, key INTEGER, content BLOB,
          fields TEXT NOT NULL);
        CREATE TABLE problems (
          n INTEGER PRIMARY KEY, source INTEGER NOT NULL, sequence INTEGER NOT NULL, event BLOB, type TEXT,
          reason TEXT NOT NULL);
        CREATE TABLE stats (path TEXT PRIMARY KEY, facts BLOB NOT NULL) WITHOUT ROWID;
        CREATE TABLE memo (key TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
        """)
  }

  /// Makes what questions are looked up by, in a full index after its rows, which is several times as fast.
  static func createIndexes(_ db: Database) throws {
    try db.execute(
      sql: """
        CREATE INDEX runs_started ON runs (started);
        CREATE INDEX runs_component ON runs (component, started, deleted);
        CREATE INDEX runs_status ON runs (status, started);
        CREATE INDEX runs_exit ON runs (exit, started) WHERE exit != 0;
        CREATE INDEX runs_parent ON runs (parent, started) WHERE parent IS NOT NULL;
        CREATE INDEX runs_commit ON runs (substr(commit_id, 1, 8)) WHERE commit_id IS NOT NULL;
        CREATE INDEX runs_environment ON runs (environment) WHERE environment IS NOT NULL;
        CREATE INDEX files_path ON files (path, role, ended);
        CREATE INDEX files_content ON files (key, role, ended) WHERE key IS NOT NULL;
        CREATE INDEX files_both ON files (path, key, role, ended) WHERE key IS NOT NULL;
        CREATE INDEX files_before ON files (before, ended) WHERE before IS NOT NULL;
        CREATE INDEX stages_definition ON stages (definition);
        CREATE INDEX stages_name ON stages (name, file);
        CREATE INDEX removed_path ON removed (path);
        CREATE INDEX tags_key ON tags (key, value);
        CREATE INDEX metrics_key ON metrics (run, key);
        CREATE INDEX latest_metrics_value ON latest_metrics (key, value, run);
        CREATE INDEX params_value ON params (key, value, run);
        CREATE INDEX logged_files_run ON logged_files (run);
        CREATE INDEX hazards_run ON hazards (run);
        CREATE INDEX signatures_run ON signatures (run);
        CREATE INDEX replications_run ON replications (run, at);
        CREATE INDEX changes_labels ON changes (kind, key) WHERE field = 10;
        CREATE INDEX changes_retractions ON changes (kind, key) WHERE field = 11;
        CREATE INDEX checks_failed ON checks (run) WHERE failed = 1;
        CREATE INDEX added_path ON added (path, at);
        CREATE INDEX changes_subject ON changes (kind, key);
        CREATE INDEX changes_path ON changes (path) WHERE path IS NOT NULL;
        CREATE INDEX changes_flags ON changes (kind, key) WHERE field = 2;
        CREATE INDEX predictions_content ON predictions (key) WHERE key IS NOT NULL;
        CREATE INDEX prediction_keys_hash ON prediction_keys (hash);
        CREATE INDEX runs_experiment ON runs (experiment, started) WHERE experiment IS NOT NULL;
        CREATE INDEX runs_origin ON runs (origin_key) WHERE origin_key IS NOT NULL;
        CREATE INDEX models_name ON models (name);
        CREATE INDEX models_run ON models (run) WHERE run IS NOT NULL;
        CREATE INDEX models_content ON models (key) WHERE key IS NOT NULL;
        CREATE INDEX added_content ON added (key) WHERE key IS NOT NULL;
        """)
  }

  /// Marks the file as a whole index of this version.
  static func seal(_ db: Database) throws {
    try db.execute(sql: "PRAGMA application_id = \(applicationID); PRAGMA user_version = \(version)")
  }

  /// Whether the file is marked as an index of this version; nil if it isn't one of ours at all.
  static func isCurrent(_ db: Database) throws -> Bool? {
    guard try Int64.fetchOne(db, sql: "PRAGMA application_id") == applicationID else { return nil }
    return try Int64.fetchOne(db, sql: "PRAGMA user_version") == version
  }
}
