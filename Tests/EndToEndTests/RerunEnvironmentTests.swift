import MLTBase
import SystemPackage
import TestSupport
import Testing

private let hasPython = ((try? FileStatus(at: "/usr/bin/python3")) ?? nil) != nil

/// `mlt rerun` with Python: packages, interpreters and virtual environments.
@Suite(.enabled(if: hasPython, "needs the system's Python")) struct RerunEnvironmentTests {
  private static let python = "/usr/bin/python3"

  /// Writes a wheel of one module, by hand, so that no network is needed.
  private func wheel(_ version: String, _ world: World) throws {
    try world.write(
      "../wheels/make.py",
      """
      import sys, zipfile
      v = sys.argv[1]
      with zipfile.ZipFile(f'thing-{v}-py3-none-any.whl', 'w') as z:
          z.writestr('thing.py', f'VERSION = "{v}"\\n')
          z.writestr(f'thing-{v}.dist-info/METADATA', f'Metadata-Version: 2.1\\nName: thing\\nVersion: {v}\\n')
          z.writestr(f'thing-{v}.dist-info/WHEEL', 'Wheel-Version: 1.0\\nGenerator: t\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n')
          z.writestr(f'thing-{v}.dist-info/RECORD', f'thing.py,,\\nthing-{v}.dist-info/METADATA,,\\nthing-{v}.dist-info/WHEEL,,\\nthing-{v}.dist-info/RECORD,,\\n')

      """)
    try expectSuccess(world.run([Self.python, "make.py", version], in: world.folder.appending("wheels")))
  }

  /// A virtual environment in the work tree with one distribution of a version, without pip.
  private func environment(_ version: String, _ world: World) throws {
    try expectSuccess(world.shell("rm -rf .venv; \(Self.python) -m venv --without-pip .venv; echo .venv > .gitignore"))
    try expectSuccess(
      world.shell(
        "cd .venv/lib/python3*/site-packages && \(Self.python) -m zipfile -e \(world.folder)/wheels/thing-\(version)-py3-none-any.whl ."
      ))
  }

  @Test("another package is told, can be demanded, and is recorded with what came out")
  func package() throws {
    try withWorld { world in
      try wheel("1.0", world)
      try wheel("2.0", world)
      try environment("1.0", world)
      try world.write("use.py", "import thing\nopen('out', 'w').write('v' + thing.VERSION + '\\n')\n")
      let run = try world.recordCommand([".venv/bin/python", "use.py"])
      #expect(run.json["environment"]?["packages"]?.array?.contains { $0["name"] == "thing" } == true)
      #expect(try world.rerun([run.id]).verdicts == ["out": "same"])
      _ = try world.rerun([run.id, "--env", "strict"])
      try environment("2.0", world)
      let made = try world.rerun([run.id], status: 1)
      #expect(made.printed.stderr.contains("package thing is 2.0, was 1.0"), "\(made.printed.stderr)")
      let change = try #require(made.runs[0]["changes"]?.array?.first { $0["kind"] == "package" })
      #expect(change == ["kind": "package", "name": "thing", "before": "1.0", "now": "2.0"])
      let strict = try world.mlt("rerun", run.id, "--env", "strict")
      #expect(strict.status == 4 && strict.stderr.contains("package thing is 2.0, was 1.0"), "\(strict)")
      #expect(try !world.rerun([run.id, "--env", "ignore"], status: 1).printed.stderr.contains("package thing"))
      #expect(try world.mlt("show", run.id).stdout.contains("package thing is 2.0, was 1.0"))
      #expect(try world.mlt("rerun", run.id, "--env", "other").status == 2)
    }
  }

  @Test("a virtual environment is made with the packages of that time")
  func virtualEnvironment() throws {
    try withWorld { world in
      let probe = try world.shell("\(Self.python) -m venv ../probe && ../probe/bin/python -m pip --version")
      // Debian's Python makes environments with pip only if another package is there.
      guard probe.status == 0 else { return }
      try wheel("1.0", world)
      try wheel("2.0", world)
      try environment("1.0", world)
      try world.write("use.py", "import thing\nopen('out', 'w').write('v' + thing.VERSION + '\\n')\n")
      let run = try world.recordCommand([".venv/bin/python", "use.py"])
      try expectSuccess(world.shell("rm -rf .venv"))
      let offline = ["PIP_NO_INDEX": "1", "PIP_FIND_LINKS": world.folder.appending("wheels").string]
      let made = try world.rerun([run.id, "--env", "venv", "--times", "2"], environment: offline)
      #expect(made.verdicts == ["out": "same"], "\(made.printed.stderr)")
      #expect(made.printed.stderr.contains("makes a virtual environment with"))
      try expectSuccess(world.shell("mkdir ../given"))
      for _ in 1...2 {
        _ = try world.rerun([run.id, "--env", "venv", "--in", "../given"], environment: offline)
        #expect(try FileOperations.names(in: world.folder.appending("given")).isEmpty)
      }
      try expectSuccess(world.shell("rm ../wheels/thing-1.0*"))
      let failed = try world.run(
        [World.program.string, "rerun", "--env", "venv", run.id],
        environment: offline.merging(["TMPDIR": world.folder.appending("scratch").string]) { $1 })
      #expect(failed.status == 1 && failed.stderr.contains("cannot make a virtual environment"), "\(failed)")
      #expect(try FileOperations.names(in: world.folder.appending("scratch")).isEmpty)
    }
  }

  @Test("modules of the work tree come from the scratch folder, also by PYTHONPATH")
  func modules() throws {
    try withWorld { world in
      try world.write("src/helper.py", "X = 1\n")
      try world.write("use.py", "import helper\nopen('out', 'w').write(str(helper.X))\n")
      let path = ["PYTHONPATH": world.repository.appending("src").string]
      let run = try world.recordCommand([Self.python, "use.py"], environment: path)
      try world.write("src/helper.py", "X = 2\n")
      #expect(try world.rerun([run.id]).verdicts == ["out": "same"])
    }
  }
}
