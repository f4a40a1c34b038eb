import MLTBase
import SystemPackage
import TestSupport
import Testing
import TrackingStores

/// mltrace's database is read out of a dump.
@Suite struct MltraceStoreTests {
  private static let dump = #"""
    -- PostgreSQL database dump
    SET client_encoding = 'UTF8';
    COPY public.components (name, description, owner) FROM stdin;
    etl	Cleans\ttabs	ada
    \.
    COPY public.component_tags (component_name, tag_name) FROM stdin;
    etl	nyc
    etl	bike
    \.
    COPY public.component_runs (id, component_name, notes, git_hash, code_snapshot, start_timestamp, end_timestamp) FROM stdin;
    2	train	\N	\N	\N	2021-11-21 00:00:00	2021-11-21 00:00:01
    1	etl	line\none	abc	\\x646566	2021-11-20 23:44:15.25	2021-11-20 23:45:00
    x	etl	\N	\N	\N	\N	\N
    \.
    COPY public.io_pointers (name, value, pointer_type, flag) FROM stdin;
    model.pkl	\\x	MODEL	t
    clean.csv	\\x	DATA	f
    \.
    COPY public.component_runs_outputs (output_path_name, output_path_value, component_run_id) FROM stdin;
    clean.csv	\\x	1
    clean.csv	\\x00	1
    model.pkl	\\x	2
    \.
    COPY public.component_runs_inputs (input_path_name, input_path_value, component_run_id) FROM stdin;
    clean.csv	\\x	2
    \.
    COPY public.component_run_dependencies (component_run_id, depends_on_component_run_id) FROM stdin;
    2	1
    \.
    -- PostgreSQL database dump complete

    """#

  private func read(_ bytes: [UInt8]) throws -> MltraceStore {
    try withTemporaryFolder { folder in
      let file = folder.appending("dump.sql")
      try FileOperations.replace(file, with: bytes, sync: false)
      return try MltraceStore(file)
    }
  }

  @Test("a dump has components, runs by number, what they touched, and flags")
  func whole() throws {
    let store = try read(Array(Self.dump.utf8))
    #expect(store.components.map(\.summary) == ["Cleans\ttabs"])
    #expect(store.components.map(\.tags) == [["bike", "nyc"]])
    #expect(store.runs.map(\.id) == [1, 2])
    #expect(store.runs[0].note == "line\none")
    #expect(store.runs[0].snapshot == Array("def".utf8))
    #expect(store.runs[0].started?.description == "2021-11-20T23:44:15.250000Z")
    #expect(store.runs.map(\.outputs) == [["clean.csv"], ["model.pkl"]])
    #expect(store.runs[1].inputs == ["clean.csv"])
    #expect(store.runs[1].dependencies == [1])
    #expect(store.flagged == ["model.pkl"])
    #expect(store.identity == "begun 2021-11-20T23:44:15.250000Z")
    #expect(store.problems.map(\.subject) == ["component run x"])
  }

  @Test("a dump that was cut off anywhere isn't read in part")
  func cut() throws {
    let bytes = Array(Self.dump.utf8)
    for end in stride(from: 0, to: bytes.count - 1, by: 7) {
      #expect(throws: TrackingStoreError.self) { try read(Array(bytes[..<end])) }
    }
    let table = try #require(Self.dump.utf8.firstRange(of: "\n2\ttrain".utf8))
    let start = Self.dump.utf8.distance(from: Self.dump.utf8.startIndex, to: table.upperBound)
    try withTemporaryFolder { folder in
      let file = folder.appending("dump.sql")
      try FileOperations.replace(file, with: Array(bytes[..<start]), sync: false)
      #expect(throws: TrackingStoreError.cutDump(file)) { try MltraceStore(file) }
    }
  }

  @Test("a database stays the same one when earlier runs are filled in, and has an identity without any start")
  func identity() throws {
    let filled = Self.dump.replacing("\nx\tetl\t", with: "\n3\tetl\told\t\\N\t\\N\t2001-01-01 00:00:00\t\\N\nx\tetl\t")
    #expect(filled != Self.dump)
    let store = try read(Array(filled.utf8))
    #expect(store.runs.count == 3 && store.identity == "begun 2021-11-20T23:44:15.250000Z")
    let timeless = Self.dump.replacing("2021-11-20 23:44:15.25\t2021-11-20 23:45:00", with: "\\N\t\\N")
    let other = timeless.replacing("line\\none", with: "another note")
    let (one, two) = (try read(Array(timeless.utf8)).identity, try read(Array(other.utf8)).identity)
    #expect(one.hasPrefix("first ") && two.hasPrefix("first ") && one != two)
  }
}
