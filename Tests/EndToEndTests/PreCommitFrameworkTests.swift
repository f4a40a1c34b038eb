import Glibc
import MLTBase
import Synchronization
import SystemPackage
import TestSupport
import Testing

/// The hooks under the pre-commit framework, as its own program runs them.
@Suite(
  .serialized,
  .enabled(
    if: PreCommitFramework.program != nil,
    "pre-commit can't be installed: no network, or no Python that makes virtual environments"))
struct PreCommitFrameworkTests {
  /// A repository in which `double.sh` makes `out.txt` of `in.txt`, with a configuration of the framework's.
  private func prepare(_ world: World, _ configuration: String) throws {
    try world.write("double.sh", "cat in.txt in.txt > out.txt\n")
    try world.write("in.txt", "one\n")
    try world.write(".pre-commit-config.yaml", configuration)
    try expectSuccess(world.shell("mlt add in.txt && mlt run -- sh double.sh && git add -A"))
  }

  /// Runs a script with the framework on the `PATH`.
  private func shell(_ world: World, _ script: String) throws -> Printed {
    let program = try #require(PreCommitFramework.program)
    let path = (world.environment["PATH"] ?? "") + ":" + program.removingLastComponent().string
    return try world.shell(script, environment: ["PATH": path])
  }

  /// The hooks as this project publishes them, in a repository of their own.
  private func publish(_ world: World) throws -> String {
    let file = World.project.appending(".pre-commit-hooks.yaml").string
    try expectSuccess(
      world.shell(
        "git init -q ../hooks && cd ../hooks && cp '\(file)' . && git add -A && git commit -qm hooks && git tag v1"))
    return """
      default_install_hook_types: [pre-commit, pre-merge-commit, pre-push, post-checkout, post-merge, post-rewrite]
      repos:
        - repo: ../hooks
          rev: v1
          hooks:
            - id: mlt-check
            - id: mlt-push
            - id: mlt-restore
            - id: mlt-restore-merge
            - id: mlt-restore-rewrite

      """
  }

  @Test("commits are checked, pushes send, and tracked files follow")
  func published() throws {
    try withWorld { world in
      try prepare(world, publish(world))
      try expectSuccess(shell(world, "pre-commit install && git commit -qm first"))
      try world.write("double.sh", "cat in.txt > out.txt\n")
      let refused = try shell(world, "git commit -am edited")
      #expect(refused.status == 1)
      #expect(refused.stderr.contains("error: 'out.txt' is out of date: 'double.sh' isn't what run "), "\(refused)")
      try expectSuccess(shell(world, "mlt run -- sh double.sh && git commit -qam edited"))
      // What lies in the work tree is put aside, and comes back.
      try world.write("double.sh", "# other\n")
      try expectSuccess(shell(world, "echo text > README && git add README && git commit -qm readme"))
      #expect(try world.read("double.sh") == "# other\n")
      try expectSuccess(world.shell("git checkout -q double.sh"))

      try expectSuccess(shell(world, "git checkout -q HEAD~2"))
      #expect(try world.read("out.txt") == "one\none\n")
      try expectSuccess(shell(world, "git checkout -q main"))
      #expect(try world.read("out.txt") == "one\n")

      try expectSuccess(
        shell(
          world,
          "git init -q --bare ../bare && mlt remote add origin ../share && git add -A && git commit -qm share && git push -q ../bare main"
        ))
      try expectSuccess(
        world.shell(
          "git clone -q -b main ../bare ../clone && cd ../clone && mlt init && mlt pull && test \"$(cat out.txt)\" = one"
        ))
    }
  }

  @Test(
    "both kinds of hooks get on with each other, whichever came first, and each runs once",
    arguments: [
      "pre-commit install && mlt hook install", "mlt hook install && pre-commit install",
      "pre-commit install && mlt hook install && pre-commit install",
      "mlt hook install && pre-commit install && mlt hook install",
    ])
  func together(_ installing: String) throws {
    try withWorld { world in
      try prepare(
        world,
        """
        repos:
          - repo: local
            hooks:
              - id: count
                name: count
                entry: sh -c 'echo run >> .git/count'
                language: system
                always_run: true
                pass_filenames: false

        """)
      try expectSuccess(shell(world, "\(installing) && git commit -qm first"))
      #expect(try world.read(".git/count") == "run\n")
      try world.write("double.sh", "cat in.txt > out.txt\n")
      let refused = try shell(world, "git commit -qam edited")
      #expect(refused.status == 1)
      #expect(refused.stderr.ranges(of: "error: 'out.txt' is out of date: ").count == 1, "\(refused)")
    }
  }
}

/// The framework's program, installed once for all tests.
private enum PreCommitFramework {
  /// The program; nil where it can't be installed.
  static let program: FilePath? = {
    // Kept between runs: it is asked for from the network once.
    let folder = FilePath(ProgramBesideTests.path("mlt").removingLastComponent().string).appending("pre-commit-4.7.0")
    let program = folder.appending("bin/pre-commit")
    if works(program) { return program }
    for python in ["python3", "/usr/bin/python3"] {
      let install =
        "rm -rf '\(folder.string)' && \(python) -m venv '\(folder.string)' && "
        + "'\(folder.string)/bin/pip' install -q --disable-pip-version-check --timeout 10 --retries 1 pre-commit==4.7.0"
      if system("{ \(install); } >/dev/null 2>&1 </dev/null") == 0, works(program) { return program }
    }
    return nil
  }()

  private static func works(_ program: FilePath) -> Bool {
    system("'\(program.string)' --version >/dev/null 2>&1 </dev/null") == 0
  }
}
