import MLTBase
import SystemPackage
import TestSupport
import Testing

/// Clones that share over a real connection of ssh's, to a folder that a program at the other side serves.
@Suite(.enabled(if: canServeSecureShell, "needs sshd, and that it lets the current user in"))
struct SecureShellTests {
  @Test("push, pull and fetching what is missing work over ssh; who can't connect is told so")
  func sharing() throws {
    try withWorld(git: false, initialized: false) { world in
      let server = try SecureShell(world)
      var isStopped = false
      defer { if !isStopped { try? server.stop() } }
      let ssh = ["MLT_SSH": server.client.string]
      let url = "ssh://127.0.0.1:\(server.port)\(world.folder)/it's far"
      // At the other side a shell without the user's settings runs the program.
      let program = "'\(World.program)'"
      try expectSuccess(
        world.shell(
          """
          set -e
          git init -q --bare -b main hub.git; git clone -q hub.git a 2>&1; cd a; git checkout -q -b main
          mlt init; mlt remote add --program "\(program)" far "\(url)"
          mkdir data; echo 1 > data/1; echo 2 > data/2; head -c 3000000 /dev/urandom > big
          mlt add data big
          mlt run -- sh -c 'cat data/[12] > sum'
          git add -A; git commit -qm one; git push -q origin main
          mlt push; ls "../it's far/packs" | grep -q pack
          """, in: world.folder, environment: ssh))
      let a = world.folder.appending("a")
      let (b, c) = (world.folder.appending("b"), world.folder.appending("c"))
      for name in ["b", "c"] {
        try expectSuccess(
          world.shell(
            "git clone -q hub.git \(name) && cd \(name) && mlt init && mlt remote set-program far \"\(program)\"",
            in: world.folder))
      }
      try expectSuccess(world.mlt("pull", in: b, environment: ssh))
      try expectSuccess(world.shell("diff -r data ../a/data && cmp big ../a/big && cmp sum ../a/sum", in: b))
      #expect(
        try world.mlt("trace", "sum", "--json", in: b).stdout == world.mlt("trace", "sum", "--json", in: a).stdout)
      // What b makes goes back the same way.
      try expectSuccess(
        world.shell(
          "mlt run -- sh -c 'wc -l < sum > lines'; git add -A; git commit -qm two; git push -q; mlt push", in: b,
          environment: ssh))
      try expectSuccess(world.shell("git pull -q && mlt pull && cmp lines ../b/lines", in: a, environment: ssh))
      // Facts alone, then single contents as they are needed.
      try expectSuccess(world.mlt("fetch", in: c, environment: ssh))
      #expect(try world.shell("ls big", in: c).status != 0)
      try expectSuccess(world.shell("mlt cat big | cmp - ../a/big", in: c, environment: ssh))
      #expect(try world.mlt("whereis", "big", in: c, environment: ssh).stdout.contains("far   yes"))

      try server.stop()
      isStopped = true
      for command in ["push", "fetch", "pull"] {
        let printed = try world.mlt(command, in: b, environment: ssh)
        #expect(printed.status == 1, "\(printed)")
        #expect(printed.stderr.contains("Connection refused"), "\(printed)")
        #expect(printed.stderr.contains("hint: "), "\(printed)")
      }
      #expect(try world.mlt("log", "--json", in: a).stdout == world.mlt("log", "--json", in: b).stdout)
    }
  }
}
