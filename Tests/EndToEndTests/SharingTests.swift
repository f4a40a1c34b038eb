import MLTBase
import SystemPackage
import TestSupport
import Testing

/// Several clones of a repository that share through a folder, or over ssh.
@Suite struct SharingTests {
  /// Makes the clone `a` with tracked data and a run, a hub for git and a remote beside it.
  private func share(_ world: World) throws {
    try expectSuccess(
      world.shell(
        """
        set -e
        git init -q --bare -b main hub.git; git clone -q hub.git a 2>&1; cd a; git checkout -q -b main
        mlt init; mlt remote add origin ../share
        mkdir data; echo 1 > data/1; echo 2 > data/2; chmod +x data/2; mkdir data/empty; head -c 2000000 /dev/urandom > big
        mlt add data big
        mlt run -- sh -c 'cat data/[12] > sum'
        git add -A; git commit -qm one; git push -q origin main
        mlt push
        """, in: world.folder))
  }

  private func clone(_ name: String, _ world: World) throws -> FilePath {
    try expectSuccess(world.shell("git clone -q hub.git \(name)", in: world.folder))
    return world.folder.appending(name)
  }

  private func place(_ name: String, _ world: World) -> FilePath { world.folder.appending(name) }

  @Test("git clone and mlt pull give working data and the whole lineage; both sides then answer the same")
  func firstUse() throws {
    try withWorld(git: false, initialized: false) { world in
      try share(world)
      let (a, b) = (place("a", world), try clone("b", world))
      let pulled = try world.mlt("pull", in: b)
      try expectSuccess(pulled)
      #expect(pulled.stderr.hasPrefix("mlt: initialized "), "\(pulled)")
      #expect(!pulled.stderr.contains("warning"), "\(pulled)")
      try expectSuccess(world.shell("diff -r a/data b/data && cmp a/big b/big && test -x b/data/2", in: world.folder))
      try expectSuccess(world.mlt("status", "--exit-code", in: b))
      for command in ["log", "trace sum"] {
        let answers = try [a, b].map { try world.shell("mlt \(command) --json", in: $0) }
        #expect(answers[0].stdout == answers[1].stdout && answers[0].status == 0, "\(answers)")
      }
      // What b makes goes back.
      try expectSuccess(
        world.shell(
          "mlt run -- sh -c 'wc -l < sum > lines'; git add -A; git commit -qm two; git push -q; mlt push", in: b))
      try expectSuccess(world.shell("git pull -q && mlt pull && mlt trace lines --json > ../t", in: a))
      #expect(try world.shell("mlt trace lines --json", in: b).stdout == world.shell("cat t", in: world.folder).stdout)
      #expect(try world.shell("cat lines", in: a).stdout == "2\n")
    }
  }

  @Test("a second push sends nothing, one after a small change little, and few files")
  func little() throws {
    try withWorld(git: false, initialized: false) { world in
      try share(world)
      let a = place("a", world)
      let before = try world.shell("find share -type f | sort", in: world.folder).stdout
      #expect(try world.mlt("push", in: a).stdout == "Everything is in 'origin' already\n")
      #expect(try world.shell("find share -type f | sort", in: world.folder).stdout == before)
      try expectSuccess(world.shell("printf x | dd of=big bs=1 seek=1000000 conv=notrunc 2>&1; mlt add big", in: a))
      let json = try world.json(in: a, "push", "--json")
      #expect(try #require(json["bytes_sent"]?.int) < 600_000)
      #expect(json["files"]?.int == 2)
    }
  }

  @Test("bytes that are missing here are fetched when cat and checkout need them")
  func lazily() throws {
    try withWorld(git: false, initialized: false) { world in
      try share(world)
      let b = try clone("b", world)
      try expectSuccess(world.shell("mlt init && mlt fetch", in: b))
      #expect(try world.shell("ls big", in: b).status != 0)
      try expectSuccess(world.shell("mlt cat big | cmp - ../a/big", in: b))
      try expectSuccess(world.shell("mlt checkout && diff -r data ../a/data && cmp big ../a/big", in: b))
      // Without the remote it is an error that names what is missing, and what stands in the way of having it.
      let c = try clone("c", world)
      try expectSuccess(world.shell("mlt init && mlt fetch && mv ../share ../away", in: c))
      let failed = try world.mlt("checkout", in: c)
      #expect(failed.status == 3)
      #expect(failed.stderr.contains("cannot get missing bytes from remote 'origin'"), "\(failed)")
    }
  }

  @Test("remotes are named, listed, renamed and forgotten")
  func naming() throws {
    try withWorld { world in
      try expectSuccess(world.mlt("remote", "add", "origin", "../one"))
      try expectSuccess(world.mlt("remote", "add", "--local", "--offline", "lab", "ssh://ada@lab.invalid:2222/srv/x"))
      #expect(try world.read(".mltconfig")?.contains("url = ../one") == true)
      #expect(
        try world.mlt("remote").stdout
          == "lab     ssh://ada@lab.invalid:2222/srv/x           local\norigin  ../one                            default  shared\n"
      )
      try expectSuccess(world.mlt("remote", "rename", "lab", "cluster"))
      try expectSuccess(world.mlt("remote", "default", "cluster"))
      let json = try world.json(in: nil, "remote", "list", "--json")
      #expect(json["remotes"]?.array?.map { $0["name"]?.string } == ["cluster", "origin"])
      #expect(json["remotes"]?.array?.first?["default"]?.bool == true)
      try expectSuccess(world.mlt("remote", "remove", "cluster"))
      #expect(try world.mlt("remote", "remove", "cluster").status == 3)
      #expect(try world.mlt("remote", "add", "origin", "x").status == 4)
      for (name, url) in [
        ("-x", "y"), ("x", "s3://bucket/x"), ("x", "ssh://ada:secret@host/x"), ("x", "ssh://-oProxyCommand=x/y"),
        ("x", ""),
      ] {
        let printed = try world.mlt("remote", "add", "--", name, url)
        #expect(printed.status == 2, "\(printed)")
        #expect(!printed.stderr.contains("secret"))
      }
    }
  }

  @Test("a remote that is missing, or isn't one, is an error with a next step, and nothing is made there")
  func missing() throws {
    try withWorld(git: false, initialized: false) { world in
      try share(world)
      let a = place("a", world)
      #expect(try world.mlt("push", "nowhere", in: a).status == 3)
      try expectSuccess(world.shell("mv share away", in: world.folder))
      for command in ["push", "fetch", "pull"] {
        let printed = try world.mlt(command, in: a)
        #expect(printed.status == 3, "\(printed)")
        #expect(printed.stderr.contains("hint: is it mounted?"), "\(printed)")
      }
      #expect(try world.shell("ls share", in: world.folder).status != 0)
      try expectSuccess(world.shell("mkdir share", in: world.folder))
      let printed = try world.mlt("push", in: a)
      #expect(printed.status == 3)
      #expect(printed.stderr.contains("there is no remote in it"), "\(printed)")
      #expect(try world.shell("ls -A share", in: world.folder).stdout == "")
    }
  }

  @Test("pull leaves files alone that aren't stored, and says which")
  func unsaved() throws {
    try withWorld(git: false, initialized: false) { world in
      try share(world)
      let b = try clone("b", world)
      try expectSuccess(world.shell("echo mine > big", in: b))
      let printed = try world.mlt("pull", in: b)
      #expect(printed.status == 4)
      #expect(printed.stderr.contains("'big' has content that isn't stored"))
      #expect(try world.shell("cat big", in: b).stdout == "mine\n")
      try expectSuccess(world.mlt("pull", "--force", in: b))
      try expectSuccess(world.shell("cmp big ../a/big", in: b))
    }
  }

  @Test("the same through a program that stands for ssh, which gets the command for the other side as one word")
  func shell() throws {
    try withWorld(git: false, initialized: false) { world in
      try share(world)
      try expectSuccess(
        world.shell(
          """
          cat > ssh <<'END'
          #!/bin/sh
          printf '%s\\n' "$*" >> "$HOME/asked"
          while [ "$1" != -- ]; do shift; done
          cd "$HOME" && exec sh -c "$3"
          END
          chmod +x ssh
          """, in: world.folder))
      let ssh = ["MLT_SSH": place("ssh", world).string]
      let a = place("a", world)
      try expectSuccess(
        world.mlt("remote", "add", "far", "ssh://ada@host:2222/~/it's far", in: a, environment: ssh))
      try expectSuccess(world.mlt("push", "far", in: a, environment: ssh))
      try expectSuccess(world.shell("git add -A && git commit -qm far && git push -q", in: a))
      let b = try clone("b", world)
      try expectSuccess(world.mlt("pull", "far", in: b, environment: ssh))
      try expectSuccess(world.shell("diff -r data ../a/data && cmp big ../a/big && ls \"$HOME/it's far/packs\"", in: b))
      #expect(
        try world.shell("sort -u asked", in: world.home).stdout == """
          -p 2222 -- ada@host mlt serve-remote 'it'\\''s far'
          -p 2222 -- ada@host mlt serve-remote --create 'it'\\''s far'

          """)
      #expect(try world.mlt("whereis", "big", in: b, environment: ssh).stdout.contains("far     yes"))
    }
  }
}
