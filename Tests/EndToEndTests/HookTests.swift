import MLTBase
import SystemPackage
import TestSupport
import Testing

/// Putting hooks where git finds them, beside those of others.
@Suite struct HookTests {
  private static let names = [
    "pre-commit", "pre-merge-commit", "pre-push", "post-checkout", "post-merge", "post-rewrite",
  ]

  /// All files of a folder with their modes and bytes.
  private func state(_ world: World, _ folder: String = ".git/hooks") throws -> String {
    try world.shell("cd \(folder) && for f in *; do stat -c '%n %a %F' $f; cat $f; done").stdout
  }

  @Test("hooks are installed once, and gone when they are uninstalled")
  func installing() throws {
    try withWorld { world in
      let before = try state(world)
      try expectSuccess(world.mlt("hook", "install"))
      for name in Self.names { #expect(try world.shell("test -x .git/hooks/\(name)").status == 0, "\(name)") }
      let installed = try state(world)
      let again = try world.mlt("hook", "install")
      #expect(again.stdout.contains("pre-push          installed already\n"), "\(again)")
      #expect(try state(world) == installed)
      try expectSuccess(world.mlt("hook", "uninstall"))
      #expect(try state(world) == before)
      try expectSuccess(world.mlt("hook", "uninstall"))
    }
  }

  @Test("hooks that are there are kept, called first, and put back exactly")
  func keeping() throws {
    try withWorld { world in
      try expectSuccess(
        world.shell(
          """
          cd .git/hooks
          printf '#!/bin/sh\\necho "kept $1 $2" >> "$PWD/called"; [ ! -f fail ]\\n' > pre-commit
          printf '#!/usr/bin/env python3\\nimport sys; open("lines", "w").write(sys.stdin.read() + " ".join(sys.argv[1:]))\\n' > pre-push
          chmod 755 pre-commit; chmod 700 pre-push
          printf 'exit 1\\n' > post-merge
          ln -s pre-commit pre-merge-commit
          """))
      let before = try state(world)
      let install = try world.mlt("hook", "install")
      #expect(install.stdout.contains("pre-commit        installed, calls 'pre-commit.mlt-kept' first\n"), "\(install)")
      try world.write("called", "")
      try world.write("a", "1")
      try expectSuccess(world.shell("git add a && git commit -qm a"))
      #expect(try world.read("called") == "kept  \n")
      // What the kept hook refuses isn't committed.
      try world.write("fail", "")
      #expect(try world.shell("git commit --allow-empty -qm b").status == 1)
      // Lines on standard input go to both.
      try expectSuccess(world.shell("git init -q --bare ../bare && git push -q ../bare main"))
      let lines = try #require(try world.read("lines"))
      #expect(lines.hasPrefix("refs/heads/main "))
      #expect(lines.hasSuffix("\n../bare ../bare"))
      try expectSuccess(world.mlt("hook", "uninstall"))
      #expect(try state(world) == before)
    }
  }

  @Test("a relative core.hooksPath is the repository's own, another one is left alone unless forced")
  func hooksPath() throws {
    try withWorld { world in
      try expectSuccess(world.shell("git config core.hooksPath .githooks"))
      try expectSuccess(world.mlt("hook", "install"))
      #expect(try world.shell("test -x .githooks/pre-commit").status == 0)
      try expectSuccess(world.mlt("hook", "uninstall"))
      try expectSuccess(world.shell("mkdir ../shared && git config core.hooksPath \"$HOME/../shared\""))
      let refused = try world.mlt("hook", "install")
      #expect(refused.status == 4)
      #expect(refused.stderr.contains("outside this repository: others use them, too\nhint: use --force"), "\(refused)")
      #expect(try world.shell("ls ../shared").stdout == "")
      try expectSuccess(world.mlt("hook", "install", "--force"))
      #expect(try world.shell("test -x ../shared/pre-commit").status == 0)
      // A repository without mlt that uses them as well isn't bothered.
      let other = try world.shell(
        "git init -q ../other && cd ../other && git config core.hooksPath ../shared && git commit --allow-empty -m x")
      try expectSuccess(other)
      #expect(other.stderr == "")
    }
  }

  @Test("linked work trees share the hooks, and each is checked for itself")
  func linked() throws {
    try withWorld { world in
      try expectSuccess(world.shell("git worktree add -q ../linked"))
      let linked = world.folder.appending("linked")
      try expectSuccess(world.mlt("hook", "install", in: linked))
      #expect(try world.shell("test -x .git/hooks/pre-commit").status == 0)
      try expectSuccess(
        world.shell(
          "echo x > x && mlt add x && git add -A && git commit -qm x && echo y > x && git add -f x", in: linked))
      let refused = try world.shell("git commit -qm y", in: linked)
      #expect(refused.status == 1)
      #expect(refused.stderr.hasPrefix("error: 'x' is staged, though mlt tracks it\n"), "\(refused)")
      try expectSuccess(world.shell("git commit -q --allow-empty -m main"))
    }
  }

  @Test("a script without its mlt says so, and lets git go on")
  func gone() throws {
    try withWorld { world in
      try expectSuccess(world.mlt("hook", "install"))
      try expectSuccess(
        world.shell("for f in .git/hooks/*; do sed -i 's|/[^ ]*/mlt|/nowhere/mlt|' $f; done"))
      let commit = try world.shell("git commit -qm x --allow-empty", environment: ["PATH": "/usr/bin:/bin"])
      try expectSuccess(commit)
      #expect(
        commit.stderr.hasPrefix("warning: there is no 'mlt' on the PATH, so that this commit isn't checked\nhint: "))
    }
  }

  @Test("a hook that somebody put in place of mlt's stays, and two that would be kept aren't mixed up")
  func replaced() throws {
    try withWorld { world in
      let own = "#!/bin/sh\necho own\n"
      try world.write(".git/hooks/pre-commit", own)
      try expectSuccess(world.shell("chmod +x .git/hooks/pre-commit"))
      try expectSuccess(world.mlt("hook", "install"))
      try world.write(".git/hooks/pre-commit", "#!/bin/sh\necho other\n")
      #expect(try world.mlt("hook", "status").stdout.contains("pre-commit        not mlt's\n"))
      let refused = try world.mlt("hook", "install")
      #expect(refused.status == 4)
      #expect(refused.stderr.contains("pre-commit.mlt-kept' exists already\n"), "\(refused)")
      let removed = try world.mlt("hook", "uninstall")
      #expect(
        removed.stderr.contains("warning: somebody replaced 'pre-commit'; the hook before mlt's is"), "\(removed)")
      #expect(try world.read(".git/hooks/pre-commit") == "#!/bin/sh\necho other\n")
      #expect(try world.read(".git/hooks/pre-commit.mlt-kept") == own)
    }
  }

  @Test("husky's hooks go on by the names that they go by")
  func husky() throws {
    try withWorld { world in
      // As husky 9 writes them.
      try world.write(
        ".husky/_/h",
        "n=$(basename \"$0\")\ns=$(dirname \"$(dirname \"$0\")\")/$n\n[ ! -f \"$s\" ] && exit 0\nsh -e \"$s\" \"$@\"\nc=$?\nexit $c\n"
      )
      try world.write(".husky/_/pre-commit", "#!/usr/bin/env sh\n. \"${0%/*}/h\"")
      try world.write(".husky/pre-commit", "echo from husky >&2\ntest ! -f stop\n")
      try expectSuccess(world.shell("chmod +x .husky/_/pre-commit && git config core.hooksPath .husky/_"))
      let install = try world.mlt("hook", "install")
      try expectSuccess(install)
      #expect(install.stderr.contains("hint: put 'mlt hook run pre-commit' into '.husky/pre-commit' instead"))
      let commit = try world.shell("git commit -qm x --allow-empty")
      try expectSuccess(commit)
      #expect(commit.stderr == "from husky\n")
      try world.write("stop", "")
      #expect(try world.shell("git commit -qm x --allow-empty").status == 1)
    }
  }

  @Test("a hook that calls mlt's script as one that was there before it doesn't have mlt called twice")
  func nested() throws {
    try withWorld { world in
      // The pre-commit framework writes its script over mlt's, puts that aside, and calls it first.
      try world.write(
        "framework",
        """
        #!/bin/sh
        # hook-impl
        here=$(cd "$(dirname "$0")" && pwd)
        PRE_COMMIT_RUNNING_LEGACY=1 "$here/NAME.legacy" "$@" || exit
        echo framework >> calls

        """)
      try world.write("bin/mlt", "#!/bin/sh\n[ \"$2\" != run ] || echo \"$3\" >> calls\n")
      try expectSuccess(
        world.shell(
          """
          set -e
          chmod +x bin/mlt; mlt hook install; git config remote.up.url ../bare; git init -q --bare ../bare
          for name in pre-commit pre-push post-checkout; do
            mv .git/hooks/$name .git/hooks/$name.legacy
            sed "s/NAME/$name/" framework > .git/hooks/$name; chmod +x .git/hooks/$name
          done
          """))
      let path = "PATH=$PWD/bin:$PATH"
      let script =
        "\(path); git commit -q --allow-empty -m x && git push -q up main && git checkout -q -b new && cat calls; rm calls; git checkout -q main; git branch -qD new; rm calls"
      let expected = "pre-commit\nframework\npre-push\nframework\npost-checkout\nframework\n"
      #expect(try world.shell(script).stdout == expected)
      try expectSuccess(world.mlt("hook", "install"))
      let both = try world.shell(script)
      #expect(
        both.stdout == "framework\npre-commit\nframework\npre-push\nframework\npost-checkout\n", "\(both)")
    }
  }

  @Test("listings are told to programs, and there has to be a repository")
  func listing() throws {
    try withWorld { world in
      let report = try world.json("hook", "status")
      #expect(report.object?["format"] == 1)
      #expect(report.object?["hooks"]?.array?.count == 6)
      #expect(report.object?["hooks"]?.array?.first?.object?["state"] == "absent")
      #expect(try world.mlt("hook", "run", "pre-commmit").status == 2)
    }
    try withWorld(git: false) { world in
      let refused = try world.mlt("hook", "install")
      #expect(refused.status == 3)
      #expect(refused.stderr.hasSuffix("is in no git repository\nhint: run 'git init' first\n"))
    }
  }
}
