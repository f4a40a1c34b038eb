import MLTBase
import SystemPackage
import TestSupport
import Testing

private let hasPython = ((try? FileStatus(at: "/usr/bin/python3")) ?? nil) != nil

/// `mlt bisect` where packages have changed as well.
@Suite(.enabled(if: hasPython, "needs the system's Python")) struct BisectEnvironmentTests {
  private static let python = "/usr/bin/python3"

  /// Writes a wheel of one module, by hand, so that no network is needed, and makes an environment of it in the work tree.
  private func install(_ version: String, _ world: World) throws {
    try world.write(
      "../wheels/make.py",
      """
      import sys, zipfile
      v = sys.argv[1]
      info = f'thing-{v}.dist-info/'
      with zipfile.ZipFile(f'thing-{v}-py3-none-any.whl', 'w') as z:
          z.writestr('thing.py', f'VERSION = {v}\\n')
          z.writestr(info + 'METADATA', f'Metadata-Version: 2.1\\nName: thing\\nVersion: {v}\\n')
          z.writestr(info + 'WHEEL', 'Wheel-Version: 1.0\\nGenerator: t\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n')
          z.writestr(info + 'RECORD', ''.join(f'{n},,\\n' for n in ['thing.py'] + [info + n for n in ['METADATA', 'WHEEL', 'RECORD']]))

      """)
    let wheels = world.folder.appending("wheels")
    try expectSuccess(world.run([Self.python, "make.py", version], in: wheels))
    try expectSuccess(world.shell("rm -rf .venv; \(Self.python) -m venv --without-pip .venv; echo .venv > .gitignore"))
    try expectSuccess(
      world.shell(
        "cd .venv/lib/python3*/site-packages && \(Self.python) -m zipfile -e \(wheels)/thing-\(version)-py3-none-any.whl ."
      ))
  }

  @Test(
    "a package that was upgraded beside other changes is found with virtual environments, and else said not to be mixed"
  )
  func package() throws {
    try withWorld { world in
      let probe = try world.shell("\(Self.python) -m venv ../probe && ../probe/bin/python -m pip --version")
      // Debian's Python makes environments with pip only if another package is there.
      guard probe.status == 0 else { return }
      func make(_ remark: String) throws -> RecordedRun {
        try world.write(
          "use.py", "import thing  # \(remark)\nopen('out', 'w').write(str(thing.VERSION * float(open('in').read())))\n"
        )
        return try world.recordCommand([".venv/bin/python", "use.py"], options: ["-c", "use"])
      }
      try install("1.0", world)
      try world.write("in", "10\n")
      let good = try make("as it was")
      try install("5.0", world)
      try world.write("in", "11\n")
      let bad = try make("another remark")
      let ends = ["--good", good.id, "--bad", bad.id, "--metric", "out"]
      let dry = try world.bisect(ends + ["--dry-run"]).json
      #expect(dry["notMixed"]?.array?.first?["reason"] == "needs-venv")
      // What is here is the new package, so that the old pipeline comes out as bad as the new one.
      let refused = try world.bisect(ends + ["--fresh"], status: 1)
      #expect(refused.stderr.contains("it is bad") && refused.stderr.contains("packages"), "\(refused.stderr)")
      let wheels = world.folder.appending("wheels").string
      let found = try world.bisect(
        ends + ["--env", "venv"], environment: ["PIP_NO_INDEX": "1", "PIP_FIND_LINKS": wheels]
      ).json
      let cause = try #require(found["cause"]?.array)
      let differences = try #require(found["differences"]?.array).filter { cause.contains($0["number"] ?? .null) }
      #expect(differences.count == 1 && differences.first?["kind"] == "package")
      #expect(differences.first?["name"] == "thing" && differences.first?["bad"] == "5.0")
      #expect(found["without"] == "good")
    }
  }
}
