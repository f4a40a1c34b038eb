import MLTBase
import SystemPackage
import TestSupport
import Testing

/// `mlt export` before the reference validators of each form.
@Suite(
  .enabled(
    if: Validators.areInstalled, "needs the validators from PyPI, as Tests/run installs them where there is a network"))
struct ExportValidatorTests {
  @Test("OpenLineage's schemas and client take the events")
  func openLineage() throws {
    try withWorld { world in
      try world.makeVariedHistory()
      for options in [[], ["--columns"], ["--absolute-paths"]] {
        let printed = try world.run(
          [World.program.string, "export", "openlineage", "--all", "-o", "events.jsonl"] + options)
        try expectSuccess(printed)
        try Validators.expectValid("openlineage", world.repository.appending("events.jsonl"), world: world)
      }
    }
  }

  @Test("'prov' reads the document, and writes it in its own notation")
  func prov() throws {
    try withWorld { world in
      try world.makeVariedHistory()
      for selection in ["--all", "all.csv", "models"] {
        try expectSuccess(world.mlt("export", "prov", selection, "-o", "lineage.json"))
        try Validators.expectValid("prov", world.repository.appending("lineage.json"), world: world)
      }
    }
  }

  @Test("the crate is a Process Run Crate, with data and without")
  func processCrate() throws {
    try withWorld { world in
      try world.makeVariedHistory()
      for (name, options) in [("bare", []), ("full", ["--with-data"])] {
        let printed = try world.run([World.program.string, "export", "ro-crate", "--all", "-o", name] + options)
        try expectSuccess(printed)
        try Validators.expectValid(
          "ro-crate", world.repository.appending(name), "process-run-crate-0.5", world: world)
      }
    }
  }

  @Test("a crate of a pipeline is a Workflow Run Crate", arguments: ["mlt.yaml", "dvc.yaml"])
  func workflowCrate(_ file: String) throws {
    try withWorld { world in
      try world.write("raw.txt", "b\na\n")
      try world.write(
        file,
        """
        stages:
          sort: {cmd: sort raw.txt > sorted.txt, deps: [raw.txt], outs: [sorted.txt]}
          first: {cmd: head -n 1 sorted.txt > first.txt, deps: [sorted.txt], outs: [first.txt]}

        """)
      try expectSuccess(world.shell("mlt add raw.txt && git add -A && git commit -qm stages && mlt repro"))
      try expectSuccess(world.mlt("export", "ro-crate", "first.txt", "--with-data", "-o", "crate"))
      let crate = world.repository.appending("crate")
      try Validators.expectValid("ro-crate", crate, "workflow-run-crate-0.5", world: world)
      try Validators.expectValid("ro-crate", crate, "process-run-crate-0.5", world: world)
    }
  }

  @Test("in-toto's library takes the statements, and ssh-keygen the signatures")
  func inToto() throws {
    try withWorld { world in
      try world.makeVariedHistory()
      try world.makeKey()
      for (name, options) in [("plain", []), ("trace", ["--trace"])] {
        let printed = try world.run([World.program.string, "export", "in-toto", "--all", "-o", name] + options)
        try expectSuccess(printed)
        try Validators.expectValid("in-toto", world.repository.appending(name), world: world)
      }
      let signed = try world.mlt("export", "in-toto", "--all", "--sign", "-o", "signed")
      try expectSuccess(signed)
      #expect(signed.stderr.contains("no attestation for 1 run that failed"), "\(signed.stderr)")
      try Validators.expectValid(
        "in-toto", world.repository.appending("signed"), world.repository.appending(".mlt-allowed-signers").string,
        "ada@example.invalid", world: world)
    }
  }
}
