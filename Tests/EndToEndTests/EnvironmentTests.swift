import MLTBase
import SystemPackage
import Testing

/// What a run stood on, apart from what it read.
@Suite struct EnvironmentTests {
  /// The system's own Python, whose virtual environments need no network.
  private static let python = "/usr/bin/python3"
  private static let hasPython = ((try? FileStatus(at: FilePath(python))) ?? nil) != nil

  /// Makes a virtual environment with two distributions: `used`, of which a module of another name is imported, and
  /// `idle`.
  private func makeEnvironment(_ path: String, in world: World) throws -> String {
    try expectSuccess(world.run([Self.python, "-m", "venv", "--without-pip", path]))
    let found = try world.shell("ls -d \(path)/lib/python3*/site-packages").stdout
    let packages = String(found.prefix { $0 != "\n" })
    let files = [
      "Used_Thing-1.2.3.dist-info/METADATA": "Metadata-Version: 2.1\nName: Used.Thing\nVersion: 1.2.3\n\ntext\n",
      "Used_Thing-1.2.3.dist-info/RECORD": "usedthing/__init__.py,,\nusedthing/data.txt,,\n",
      "usedthing/__init__.py": "import os\nVALUE = open(os.path.join(os.path.dirname(__file__), 'data.txt')).read()\n",
      "usedthing/data.txt": "42\n",
      "single-0.1.dist-info/METADATA": "Name: single\nVersion: 0.1\n",
      "single.py": "ANSWER = 1\n",
      "idle-9.9.dist-info/METADATA": "Name: idle\nVersion: 9.9\n",
      "idle/__init__.py": "",
    ]
    for (name, text) in files {
      let file = FilePath(packages).isAbsolute ? FilePath(packages) : world.repository.pushing(FilePath(packages))
      let place = file.pushing(FilePath(name))
      try FileOperations.createFolder(place.removingLastComponent())
      try FileOperations.replace(place, with: Array(text.utf8), sync: false)
    }
    return path + "/bin/python"
  }

  private static let script = """
    import single
    import usedthing
    open('out.txt', 'w').write(open('in.txt').read() + usedthing.VALUE)

    """

  @Test(
    "a virtual environment is no input, wherever it lies; the packages imported from it are listed with versions",
    .enabled(if: hasPython, "needs the system's Python"), arguments: [".venv", "tools/py", "/outside"])
  func virtualEnvironment(_ place: String) throws {
    try withWorld { world in
      let path = place.hasPrefix("/") ? world.folder.string + place : place
      let python = try makeEnvironment(path, in: world)
      try world.write("in.txt", "1\n")
      try world.write("train.py", Self.script)
      let run = try world.recordCommand([python, "train.py"])
      #expect(run.inputPaths == ["in.txt", "train.py"])
      #expect(run.outputPaths == ["out.txt"])
      #expect(run.json["component"] == "train")
      let packages = run.json["environment"]?["packages"]?.array?.map { package in
        "\(package["system"]?.string ?? "") \(package["name"]?.string ?? "") \(package["version"]?.string ?? "")"
      }
      #expect(packages == ["python Used.Thing 1.2.3", "python single 0.1"])
      let requirements = try world.mlt("env", run.id).stdout.split(separator: "\n").filter { !$0.hasPrefix("#") }
      #expect(requirements == ["Used.Thing==1.2.3", "single==0.1"])
      #expect(try world.mlt("env", "out.txt").stdout == world.mlt("env", run.id).stdout)
      let version = try world.shell("\(Self.python) -c 'import platform; print(platform.python_version(), end=\"\")'")
        .stdout
      let interpreters = try #require(run.json["environment"]?["interpreters"]?.array)
      #expect(interpreters.contains { $0["name"] == "python" && $0["version"] == .string(version) })
    }
  }

  @Test("the packages of a conda environment are told apart from others", .enabled(if: hasPython, "needs Python"))
  func conda() throws {
    try withWorld { world in
      let python = try makeEnvironment("conda", in: world)
      try world.shell(
        "rm conda/pyvenv.cfg; mkdir conda/conda-meta; echo '{}' > conda/conda-meta/used-thing-1.2.3-py311_0.json")
      try world.write("in.txt", "1\n")
      try world.write("train.py", Self.script)
      let packages = try world.shell("ls -d $PWD/conda/lib/python3*/site-packages").stdout
      let run = try world.recordCommand(
        [python, "train.py"], environment: ["PYTHONPATH": String(packages.prefix { $0 != "\n" })])
      #expect(run.inputPaths == ["in.txt", "train.py"])
      let lines = try world.mlt("env", run.id).stdout.split(separator: "\n")
      #expect(lines.contains("# conda: Used.Thing 1.2.3"))
      #expect(lines.contains("single==0.1"))
    }
  }

  @Test("a conda environment outside the work tree is no input")
  func condaOutside() throws {
    try withWorld { world in
      let prefix = world.folder.appending("miniconda/envs/ml").string
      try world.shell("mkdir -p \(prefix)/conda-meta \(prefix)/bin \(prefix)/share; cp /bin/cat \(prefix)/bin/tool")
      try world.shell("echo 1 > \(prefix)/share/data; echo 2 > \(prefix)/../mine")
      let mine = world.folder.appending("miniconda/envs/mine").string
      let run = try world.recordCommand([prefix + "/bin/tool", prefix + "/share/data", mine])
      #expect(run.inputPaths == [mine])
    }
  }

  @Test("modules of Node are environment, with their names and versions")
  func node() throws {
    try withWorld { world in
      try world.write("node_modules/left-pad/package.json", #"{"name": "left-pad", "version": "1.3.0"}"#)
      try world.write("node_modules/left-pad/index.js", "x\n")
      try world.write("node_modules/@scope/thing/package.json", #"{"name": "@scope/thing", "version": "2.0.0"}"#)
      try world.write("node_modules/@scope/thing/lib/a.js", "y\n")
      try world.write("main.js", "z\n")
      let run = try world.record("cat main.js node_modules/left-pad/index.js node_modules/@scope/thing/lib/a.js")
      #expect(run.inputPaths == ["main.js"])
      let packages = run.json["environment"]?["packages"]?.array?.compactMap { $0["name"]?.string }
      #expect(packages == ["@scope/thing", "left-pad"])
    }
  }

  @Test("the system's files and the home folder's settings are no inputs")
  func system() throws {
    try withWorld { world in
      try world.shell("mkdir -p ~/.config/tool ~/data; echo 1 > ~/.config/tool/settings; echo 2 > ~/data/table")
      let run = try world.record("cat /etc/hostname /etc/passwd /proc/version ~/.config/tool/settings ~/data/table")
      #expect(run.inputPaths == [world.home.appending("data/table").string])
      #expect(run.json["environment"]?["machine"]?["kernel"]?.string != nil)
    }
  }

  @Test("chosen variables are recorded, credentials among them only by name")
  func variables() throws {
    try withWorld { world in
      try expectSuccess(world.mlt("config", "capture.environment", "STAGE, DEPLOY_TOKEN"))
      let run = try world.record(
        "true", environment: ["STAGE": "blue", "DEPLOY_TOKEN": "s3cr3t-value", "OMP_NUM_THREADS": "2", "OTHER": "x"])
      let variables = run.json["environment"]?["variables"]
      #expect(variables?["STAGE"] == "blue")
      #expect(variables?["DEPLOY_TOKEN"] == "[redacted]")
      #expect(variables?["OMP_NUM_THREADS"] == "2")
      #expect(variables?["OTHER"] == nil)
    }
  }
}
