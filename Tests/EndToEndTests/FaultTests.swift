import Glibc
import MLTBase
import SystemPackage
import TestSupport
import Testing

/// The system says no: disks that are full, files that can't be read, files that are very large.
@Suite struct FaultTests {
  /// What holds after a command ran and its record couldn't be written.
  private func checkNotRecorded(_ world: World, _ printed: Printed, outputs: Int) throws {
    #expect(printed.status == 125, "\(printed)")
    #expect(printed.stderr.contains("error: cannot record run "), "\(printed.stderr)")
    #expect(printed.stderr.contains("hint: the command itself ended with exit status 0; what it wrote is still there"))
    for number in 1...outputs {
      #expect(try FileStatus(at: world.repository.appending("out-\(number)"))?.size == 400_000)
    }
  }

  private func script(outputs: Int) -> String {
    "for i in $(seq \(outputs)); do head -c 400000 /dev/urandom > out-$i; done"
  }

  @Test(
    "a file-size limit while storing: outputs stay, exit 125, nothing half-recorded", arguments: [[], ["--no-trace"]])
  func sizeLimit(_ options: [String]) throws {
    try withWorld { world in
      try expectSuccess(world.mlt("run", "--", "sh", "-c", "echo before > before"))
      let lock = try world.read("mlt.lock")
      // In units of 512 bytes: each output fits, the pack of them doesn't.
      let run = "ulimit -f 2000; exec mlt run \(options.joined(separator: " ")) -- sh -c '\(script(outputs: 6))'"
      try checkNotRecorded(world, try world.shell(run), outputs: 6)
      #expect(try world.read("mlt.lock") == lock)
      #expect(try world.dataFiles(in: "packs", suffix: "").count == 1)
      #expect(try world.dataFiles(in: "tmp", suffix: "").isEmpty)
      let latest = try #require(try world.runs().first)
      #expect(latest["status"] != "finished")
      #expect(try world.mlt("trace", "out-1").stdout.contains(try #require(latest["id"]?.string).prefix(10)) == false)
      // With room again, the same command is recorded as if nothing had been.
      try expectSuccess(world.mlt("run", "--", "sh", "-c", script(outputs: 6)))
      try expectSuccess(world.mlt("status", "--exit-code"))
      #expect(try world.mlt("cat", "before").stdout == "before\n")
    }
  }

  @Test("a file-size limit while adding: an error, and nothing is tracked")
  func sizeLimitAdding() throws {
    try withWorld { world in
      try expectSuccess(world.shell("head -c 3000000 /dev/urandom > large"))
      let printed = try world.shell("ulimit -f 2000; exec mlt add large")
      #expect(printed.status == 1)
      #expect(printed.stderr.contains("File too large"), "\(printed.stderr)")
      #expect(try world.read("mlt.lock") == nil)
      #expect(try world.dataFiles(in: "packs", suffix: "").isEmpty && world.dataFiles(in: "tmp", suffix: "").isEmpty)
      try expectSuccess(world.mlt("add", "large"))
    }
  }

  @Test(
    "a full disk while storing: outputs stay, exit 125, nothing half-recorded",
    .enabled(if: canMount, "no file system can be mounted here"), arguments: ["", "--no-trace"])
  func diskFull(_ option: String) throws {
    try withSmallStore { world in
      try expectSuccess(world.mlt("run", "--", "sh", "-c", "echo before > before"))
      let lock = try world.read("mlt.lock")
      let run = try world.shell("exec mlt run \(option) -- sh -c '\(script(outputs: 6))'")
      try checkNotRecorded(world, run, outputs: 6)
      #expect(run.stderr.contains("No space left on device"), "\(run.stderr)")
      #expect(run.stderr.contains("hint: free some space and try again"))
      #expect(try world.read("mlt.lock") == lock)
      #expect(try world.dataFiles(in: "packs", suffix: "").count == 1)
      // Reading needs no room.
      #expect(try world.mlt("cat", "before").stdout == "before\n")
      try expectSuccess(world.mlt("log"))
      try expectSuccess(world.mlt("run", "--", "sh", "-c", "echo after > after"))
    }
  }

  @Test(
    "a disk that is full from the start: the command isn't started or isn't recorded, and history can be read",
    .enabled(if: canMount, "no file system can be mounted here"))
  func diskFullBefore() throws {
    try withSmallStore { world in
      try expectSuccess(world.mlt("run", "--", "sh", "-c", "echo before > before"))
      let before = try world.runs()
      try world.shell("cat /dev/zero > .mlt/ballast")
      let printed = try world.mlt("run", "--", "sh", "-c", "echo after > after")
      #expect(printed.status != 0)
      #expect(printed.stderr.hasPrefix("error: "), "\(printed.stderr)")
      if try world.read("after") != nil { #expect(printed.status == 125) }
      // SQLite can't open the index without room for its shared memory; no answer is fine then, a wrong one isn't.
      let asked = try world.mlt("cat", "before")
      #expect(asked.status == 0 ? asked.stdout == "before\n" : asked.status == 1 && asked.stdout == "", "\(asked)")
      try world.shell("rm .mlt/ballast")
      #expect(try world.mlt("cat", "before").stdout == "before\n")
      #expect(try world.runs().suffix(1) == before[...])
      let again = try world.mlt("run", "--", "sh", "-c", "echo after > after")
      try expectSuccess(again)
      try expectSuccess(world.mlt("status", "--exit-code"))
      try world.shell("rm .mlt/index.sqlite*")
      #expect(try world.mlt("trace", "after").stdout.contains("echo after"))
    }
  }

  // MARK: Files that can't be read

  @Test(
    "inputs and outputs that can't be read are recorded with the reason",
    .enabled(if: canBeNobody, "root reads everything, and nobody else can run the program here"))
  func unreadable() throws {
    try withWorld { world in
      let someone = asNobody + " "
      if isRoot { try expectSuccess(world.shell("chmod 755 .. && chown -R 65534:65534 . ../home")) }
      func latest() throws -> JSON {
        let log = try JSON(parsing: world.shell(someone + "mlt log --json -n 1").stdout)
        let run = try #require(log["runs"]?.array?.first?["id"]?.string)
        return try #require(try JSON(parsing: world.shell(someone + "mlt show --json \(run)").stdout)["run"])
      }
      let writing = "echo 1 > sum; echo secret > hidden; chmod 000 hidden"
      try expectSuccess(world.shell(someone + "mlt run -- sh -c '\(writing)'"))
      let outputs = try #require(try latest()["outputs"]?.array)
      #expect(outputs.compactMap { $0["path"]?.string } == ["hidden", "sum"])
      #expect(outputs[0]["problem"]?.string?.contains("Permission denied") == true)
      #expect(outputs[0]["id"] == nil && outputs[1]["problem"] == nil)
      #expect(try world.read("mlt.lock")?.contains("hidden") == false)
      let adding = try world.shell(someone + "mlt add hidden")
      #expect(adding.status == 1)
      #expect(adding.stderr.contains("hidden': Permission denied"), "\(adding.stderr)")
      #expect(try world.shell(someone + "mlt run -q -- cat hidden").status == 1)
      // Read while that was allowed, and closed before it could be recorded.
      try expectSuccess(world.shell(someone + "chmod 644 hidden"))
      try expectSuccess(world.shell(someone + "mlt run -- sh -c 'cat hidden > copy; chmod 000 hidden'"))
      let input = try #require(try latest()["inputs"]?.array?.first)
      #expect(input["path"] == "hidden" && input["problem"]?.string?.contains("Permission denied") == true)
    }
  }

  // MARK: Large files

  @Test("a sparse file of 5 GiB is an input by its content, recorded without being stored, in little memory")
  func sparseInput() throws {
    try withWorld { world in
      try expectSuccess(world.shell("truncate -s 5G large"))
      let report = world.folder.appending("usage")
      let run = try world.run([
        "/usr/bin/python3", "-c", Self.measure, report.string, World.program.string, "run", "--", "head", "-c", "10",
        "large",
      ])
      try expectSuccess(run)
      #expect(run.stderr.contains("hint: 'large' (5.37 GB) is recorded but not stored"), "\(run.stderr)")
      let shown = try world.json("show", try #require(try world.runs().first?["id"]?.string))
      let input = try #require(shown["run"]?["inputs"]?.array?.first)
      #expect(input["path"] == "large" && input["size"]?.int == 5 << 30)
      #expect(input["id"] == "7f06c62352aebd8125b2a1841e2b9e1ffcbed602f381c3dcb3200200e383d1d5")
      try expectLittleMemory(report)
    }
  }

  @Test("a sparse file of 5 GiB is added, restored and told changed, in little memory and little space")
  func sparseAdded() throws {
    try withWorld { world in
      try expectSuccess(
        world.shell("truncate -s 5G large && printf middle | dd of=large bs=1 seek=3000000000 conv=notrunc status=none")
      )
      let report = world.folder.appending("usage")
      let added = try world.run([
        "/usr/bin/python3", "-c", Self.measure, report.string, World.program.string, "add", "large",
      ])
      try expectSuccess(added)
      try expectLittleMemory(report)
      #expect(
        try world.dataFiles(in: "packs", suffix: ".pack").reduce(0) { try $0 + (FileStatus(at: $1)?.size ?? 0) } < 8
          << 20)
      #expect(try world.shell("mlt cat large | cmp - large").status == 0)
    }
  }

  // Runs a program and notes the largest memory of all that it was.
  private static let measure = """
    import resource, subprocess, sys
    code = subprocess.call(sys.argv[2:])
    open(sys.argv[1], 'w').write(str(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss))
    sys.exit(code)
    """

  private func expectLittleMemory(_ report: FilePath) throws {
    let text = String(decoding: try #require(try FileOperations.contents(of: report)), as: UTF8.self)
    let kilobytes = try #require(Int(text))
    #expect(kilobytes < 300 << 10, "\(kilobytes) KiB")
  }
}
