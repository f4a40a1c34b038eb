import MLTBase
import SystemPackage
import TestSupport
import Testing

private let hasPython = ((try? FileStatus(at: "/usr/bin/python3")) ?? nil) != nil

/// `mlt run --cached` with Python: modules, byte code, packages and interpreters.
@Suite(.enabled(if: hasPython, "needs the system's Python")) struct CachedPythonTests {
  private static let python = "/usr/bin/python3"

  private func write(_ world: World) throws {
    try world.write("raw.txt", "1\n")
    try world.write("helper.py", "X = 1\n")
    try world.write(
      "train.py", "import json, helper\nopen('model', 'w').write(open('raw.txt').read() + str(helper.X))\n")
    try world.write("score.py", "import json\nopen('score', 'w').write(open('model').read())\n")
  }

  // Byte code is kept, as it is for everybody but these tests.
  private static let keepingByteCode = ["PYTHONDONTWRITEBYTECODE": ""]

  private func run(_ script: String, _ world: World, _ environment: [String: String] = [:]) throws -> World.CachedResult
  {
    try world.cached(
      "\(Self.python) \(script)", environment: Self.keepingByteCode.merging(environment) { $1 })
  }

  @Test("scripts that lie beside what they write are skipped at once; a new module beside them isn't overlooked")
  func flat() throws {
    try withWorld { world in
      try write(world)
      for script in ["train.py", "score.py"] { #expect(try !run(script, world).isSkipped) }
      for script in ["train.py", "score.py"] {
        let again = try run(script, world)
        #expect(again.isSkipped, "\(again)")
      }
      try world.write("json.py", "def dump(): pass\n")
      #expect(try run("score.py", world).reason == "folder '.', which it listed, holds other names")
      try expectSuccess(world.shell("rm json.py; mkdir json; echo > json/__init__.py"))
      #expect(try run("score.py", world).reason == "input 'json.py' is gone")
    }
  }

  @Test("a module whose byte code was read is an input all the same")
  func byteCode() throws {
    try withWorld { world in
      try write(world)
      _ = try run("train.py", world)
      try expectSuccess(world.shell("ls __pycache__/helper.*.pyc && echo 2 > raw.txt"))
      // Now Python finds the byte code and doesn't open the source.
      #expect(try run("train.py", world).reason == "input 'raw.txt' changed")
      #expect(try world.lastRun().inputPaths == ["helper.py", "raw.txt", "train.py"])
      #expect(try run("train.py", world).isSkipped)
      try world.write("helper.py", "X = 1 + 1\n")
      #expect(try run("train.py", world).reason == "input 'helper.py' changed")
      #expect(try world.read("model") == "2\n2")
    }
  }

  @Test("a script that lists its own folder sees every name in it")
  func listing() throws {
    try withWorld { world in
      try world.write("count.py", "import os, json\nopen('sum', 'w').write(str(sorted(os.listdir('.'))))\n")
      try world.cached("\(Self.python) count.py")
      #expect(try world.cached("\(Self.python) count.py").isSkipped)
      try world.write("new.txt", "")
      #expect(
        try world.cached("\(Self.python) count.py").reason == "folder '.', which it listed, holds other names")
    }
  }

  // What is said of a package that isn't there is looked for in all folders of modules.
  private static let survey =
    "import importlib.metadata as m\ntry: m.version('absent')\nexcept m.PackageNotFoundError: pass\nimport json\n"

  @Test("looking for what is said of a package lists the script's folder, too, and its names don't count for that")
  func metadata() throws {
    try withWorld { world in
      try world.write("fit.py", Self.survey + "open('fitted', 'w').write('1')\n")
      for name in ["fit.py", "fit.py new"] { #expect(try !run(name, world).isSkipped) }
      try world.write("other", "")
      let again = try run("fit.py", world)
      #expect(again.isSkipped, "\(again)")
      try world.write("absent-1.0.dist-info/METADATA", "Name: absent\nVersion: 1.0\n")
      #expect(try run("fit.py", world).reason == "folder '.', which it listed, holds other names")
    }
  }

  @Test(
    "a script that looks for what is said of a package and lists its own folder as well sees every name in it",
    arguments: ["LIST; SURVEY", "SURVEY; LIST", "SURVEY; open('fit.py').read(); LIST; import wave"])
  func metadataAndListing(_ order: String) throws {
    try withWorld { world in
      let list = "import os; names = sorted(os.listdir('.'))\n"
      let script = order.split(separator: "; ").map { $0 == "LIST" ? list : $0 == "SURVEY" ? Self.survey : $0 + "\n" }
      try world.write("fit.py", script.joined() + "open('sum', 'w').write(str(names))\n")
      _ = try run("fit.py", world)
      #expect(try run("fit.py", world).isSkipped)
      try world.write("other", "")
      #expect(try run("fit.py", world).reason == "folder '.', which it listed, holds other names")
    }
  }

  /// Makes a virtual environment with one distribution.
  private func environment(_ path: String, version: String, _ world: World) throws {
    try expectSuccess(world.run([Self.python, "-m", "venv", "--without-pip", path]))
    try expectSuccess(
      world.shell(
        """
        set -e; cd \(path)/lib/python3*/site-packages
        mkdir thing-\(version).dist-info thing; printf 'Name: thing\\nVersion: \(version)\\n' > thing-\(version).dist-info/METADATA
        echo 'VERSION = "\(version)"' > thing/__init__.py
        """))
  }

  @Test("a package of another version makes the command run, also where another environment is active")
  func package() throws {
    try withWorld { world in
      try world.write("use.py", "import thing\nopen('out', 'w').write(thing.VERSION)\n")
      for (name, version) in [("one", "1.0"), ("same", "1.0"), ("two", "2.0")] {
        try environment("../envs/\(name)", version: version, world)
      }
      func run(_ name: String, _ options: [String] = []) throws -> World.CachedResult {
        let place = world.folder.appending("envs").appending(name)
        return try world.cached(
          "python use.py", options,
          environment: [
            "VIRTUAL_ENV": place.string,
            "PATH": place.appending("bin").string + ":" + (world.environment["PATH"] ?? ""),
          ])
      }
      #expect(try run("one").reason == "no run of this command is known")
      #expect(try run("one").isSkipped)
      // Another place with the same in it is as good, as on a colleague's machine.
      #expect(try run("same").isSkipped)
      #expect(try run("two").reason == "package 'thing' is 2.0, was 1.0")
      #expect(try world.read("out") == "2.0")
      #expect(try run("two").isSkipped)
      #expect(try run("one").isSkipped)
      #expect(try world.read("out") == "1.0")
      try expectSuccess(
        world.shell("cd ../envs/one/lib/python3*/site-packages; mv thing-1.0.dist-info thing-1.1.dist-info"))
      try expectSuccess(world.shell("cd ../envs/same/lib/python3*/site-packages; rm -r thing-1.0.dist-info thing"))
      #expect(try run("one").reason == "package 'thing' is 1.1, was 2.0")
      #expect(try run("same", ["--trust"]).isSkipped)
    }
  }

  @Test("an interpreter of another version makes the command run")
  func interpreter() throws {
    try withWorld { world in
      // A program that is a binary of the name `node` and says which version it is.
      let source = """
        #include <stdio.h>
        #include <string.h>
        int main(int n, char **a) {
          if (n > 1 && !strcmp(a[1], "--version")) { puts("v" VERSION); return 0; }
          FILE *f = fopen("out", "w"); fputs(VERSION, f); fclose(f); return 0;
        }
        """
      var places: [String] = []
      for version in ["20.1.0", "22.3.0"] {
        let program = try world.compile(source, flags: ["-DVERSION=\"\(version)\""])
        let folder = world.folder.appending("node-\(version)")
        try FileOperations.createFolder(folder)
        try expectSuccess(world.run(["cp", program, folder.appending("node").string]))
        places.append(folder.string)
      }
      func run(_ place: String) throws -> World.CachedResult {
        try world.cached("node x", environment: ["PATH": place + ":" + (world.environment["PATH"] ?? "")])
      }
      _ = try run(places[0])
      #expect(try run(places[0]).isSkipped)
      let other = try run(places[1])
      #expect(other.reason == "interpreter 'node' is 22.3.0, was 20.1.0", "\(other)")
      #expect(try world.read("out") == "22.3.0")
    }
  }
}
