import MLTBase
import SystemPackage
import Testing

/// What mltrace has logged is taken over by the names that it knows things by.
@Suite struct ImportMltraceTests {
  private static let dump = #"""
    COPY public.components (name, description, owner) FROM stdin;
    etl	Cleans	ada
    train	Trains	bob
    \.
    COPY public.component_runs (id, component_name, notes, git_hash, code_snapshot, start_timestamp, end_timestamp) FROM stdin;
    1	etl	\N	abc	\\x646566	2021-11-20 23:44:15.25	2021-11-20 23:45:00
    2	train	look here	abc	\\x646567	2021-11-21 00:00:00	2021-11-21 00:00:01
    \.
    COPY public.io_pointers (name, value, pointer_type, flag) FROM stdin;
    model.pkl	\\x	MODEL	t
    \.
    COPY public.component_runs_outputs (output_path_name, output_path_value, component_run_id) FROM stdin;
    clean.csv	\\x	1
    model.pkl	\\x	2
    \.
    COPY public.component_runs_inputs (input_path_name, input_path_value, component_run_id) FROM stdin;
    clean.csv	\\x	2
    \.
    COPY public.component_run_dependencies (component_run_id, depends_on_component_run_id) FROM stdin;
    2	1
    \.
    COPY public.labels_io_pointers (label, io_pointer_name, io_pointer_value) FROM stdin;
    gdpr	clean.csv	\\x
    \.
    COPY public.deleted_labels (label, deletion_request_time) FROM stdin;
    gdpr	2021-12-01 00:00:00
    \.
    -- PostgreSQL database dump complete

    """#

  @Test("lineage goes by names; flags, labels and descriptions come along, once")
  func roundTrip() throws {
    try withWorld { world in
      try world.write("../dump.sql", Self.dump)
      let trial = try world.mlt("import", "mltrace", "../dump.sql", "-n")
      try expectSuccess(trial)
      #expect(trial.stdout == "1 run  etl    1 to import\n1 run  train  1 to import\n2 runs to import, 3 marks\n")
      try expectSuccess(world.mlt("import", "mltrace", "file://\(world.folder.appending("dump.sql").string)"))
      let trace = try world.mlt("trace", "model.pkl").stdout
      #expect(trace.contains("model.pkl  flagged"))
      #expect(trace.contains("etl"))
      #expect(trace.contains("2021-11-21 00:00:00"))
      #expect(try world.mlt("cat", "mltrace/train.py").stdout == "deg")
      #expect(try world.mlt("component", "list").stdout.contains("bob  Trains"))
      #expect(try !world.mlt("show", "mltrace/train.py").stdout.contains("bob"), "who owns a component didn't run it")
      #expect(try world.mlt("label", "list").stdout.contains("gdpr  clean.csv  retracted"))
      let events = try world.shell("cat .mlt/journal/*/*.jsonl | wc -l").stdout
      #expect(try world.mlt("import", "mltrace", "../dump.sql").stdout.hasSuffix("nothing new\n"))
      #expect(try world.shell("cat .mlt/journal/*/*.jsonl | wc -l").stdout == events)

      try world.write(
        "../dump.sql",
        Self.dump.replacing(
          "2\ttrain\tlook", with: "3\ttrain\tagain\tabc\t\\N\t2021-11-22 00:00:00\t2021-11-22 00:00:01\n2\ttrain\tlook")
      )
      #expect(
        try world.mlt("import", "mltrace", "../dump.sql").stdout.contains("2 runs  train  1 imported, 1 here before"))
    }
  }

  @Test("what is no database of mltrace's is said to be none")
  func errors() throws {
    try withWorld { world in
      try world.write("notes.txt", "nothing\n")
      #expect(try world.mlt("import", "mltrace", "notes.txt").status == 2)
      #expect(try world.mlt("import", "mltrace", "none.sql").status == 3)
      #expect(try world.mlt("import", "mltrace", "postgresql://admin@localhost/x").status == 2)
    }
  }
}
