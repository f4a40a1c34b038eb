import Glibc
import MLTBase
import SystemPackage
import TestSupport
import Testing

/// Remotes that are read-only, full, half-written, newer or gone in the middle: each is told, with its exit status, and nothing
/// here or there is harmed.
@Suite struct RemoteHazardTests {
  private func checkPulls(_ world: World, _ name: String) throws {
    try expectSuccess(world.mlt("pull", in: world.place(name)))
    try expectSuccess(world.shell("cmp a/f \(name)/f && cmp a/sum \(name)/sum", in: world.folder))
    try expectSuccess(world.mlt("fsck", in: world.place(name)))
  }

  /// The only file of a kind in the remote.
  private func file(_ world: World, _ pattern: String) throws -> FilePath {
    let found = try world.shell("ls -d \(pattern)", in: world.place("share")).stdout.split(separator: "\n")
    try #require(found.count == 1)
    return world.place("share").pushing(FilePath(String(found[0])))
  }

  // MARK: No room, no right

  @Test(
    "a read-only remote can be pulled from; a push and a collection say why they can't, and go on when they can",
    .enabled(if: canMount, "no file system can be mounted here"))
  func readOnly() throws {
    try withWorld(git: false, initialized: false) { world in
      try world.withSmallDisk(at: "../share", size: "8m") {
        try world.prepareSharing()
        let share = world.place("share").string
        try expectSuccess(world.shell("mlt run --no-trace -o new -- sh -c 'echo new > new'", in: world.place("a")))
        try #require(mount("none", share, nil, UInt(MS_REMOUNT | MS_RDONLY), nil) == 0)
        for _ in 0..<2 { try checkPulls(world, "b") }
        #expect(try world.mlt("whereis", "f", in: world.place("b")).status == 0)
        let printed = try world.mlt("push", in: world.place("a"))
        #expect(printed.status == 1, "\(printed)")
        #expect(printed.stderr.contains("remote 'origin' (../share): "), "\(printed)")
        #expect(printed.stderr.contains("hint: you may read it, but not write it"), "\(printed)")
        // What is there already needs no writing.
        #expect(try world.mlt("push", in: world.place("b")).stdout == "Everything is in 'origin' already\n")
        let adding = try world.mlt("remote", "add", "other", "../share/deep/er", in: world.place("a"))
        #expect(adding.status == 1 && adding.stderr.contains("hint: "), "\(adding)")
        try #require(mount("none", share, nil, UInt(MS_REMOUNT), nil) == 0)
        try expectSuccess(world.mlt("push", in: world.place("a")))
        try checkPulls(world, "b")
        #expect(try world.mlt("log", in: world.place("b")).stdout.split(separator: "\n").count >= 2)
      }
    }
  }

  @Test(
    "a push to a remote without room ends with a hint, leaves it sound, and goes on when there is room",
    .enabled(if: canMount, "no file system can be mounted here"))
  func full() throws {
    try withWorld(git: false, initialized: false) { world in
      try world.withSmallDisk(at: "../share", size: "3m") {
        try world.prepareSharing()
        var failures = 0
        for (round, room) in [0, 4, 8, 64, 200, 400, 1000].enumerated() {
          try expectSuccess(
            world.shell(
              """
              set -e
              head -c 150000 /dev/urandom > new; mlt add new; mlt run --no-trace -c 'step-\(round)' -- true
              git add -A; git commit -qm \(round); git push -q
              """, in: world.place("a")))
          try world.fillDisk("../share", leaving: room << 10)
          let printed = try world.mlt("push", in: world.place("a"))
          if printed.status != 0 {
            failures += 1
            #expect(printed.status == 1, "\(printed)")
            #expect(
              printed.stderr.contains("hint: free some space there and push again; nothing is lost"), "\(printed)")
          }
          // Others don't mind.
          try expectSuccess(world.mlt("fetch", in: world.place("b")))
          try expectSuccess(world.shell("rm share/ballast", in: world.folder))
          try expectSuccess(world.mlt("push", in: world.place("a")))
          try expectSuccess(world.shell("git pull -q", in: world.place("b")))
          try checkPulls(world, "b")
          try expectSuccess(world.shell("cmp new ../a/new", in: world.place("b")))
        }
        #expect(failures > 1)
        #expect(
          try world.shell("ls share/tmp 2> /dev/null", in: world.folder).stdout == "", "nothing half-written stays")
      }
    }
  }

  // MARK: Damage

  @Test(
    "a damaged pack is named, takes nothing else with it, and can be put again",
    arguments: [
      "truncate -s -9", "truncate -s 20", "truncate -s 0", "printf '\\377' | dd bs=1 seek=%i conv=notrunc of=",
    ])
  func damagedPack(_ damage: String) throws {
    try withWorld(git: false, initialized: false) { world in
      try world.prepareSharing()
      let pack = try file(world, "packs/*.pack")
      let size = try #require(try FileStatus(at: pack)).size
      // Within the index, which comes before the last 64 bytes.
      let script = damage.replacing("%i", with: "\(size - 70)") + (damage.hasSuffix("=") ? "" : " ") + pack.string
      try expectSuccess(world.shell("chmod u+w \(pack.string); \(script) 2>&1", in: world.folder))
      let b = world.place("b")
      let printed = try world.mlt("pull", in: b)
      #expect(printed.status == 6, "\(printed)")
      #expect(
        printed.stderr.contains("cannot use 'packs/\(pack.lastComponent?.string ?? "")' of the remote: "), "\(printed)")
      #expect(printed.stderr.contains("the bytes of 'f' are neither here nor in remote 'origin'"), "\(printed)")
      #expect(printed.stderr.contains("hint: delete the damaged file in the remote"), "\(printed)")
      // The facts are here all the same.
      #expect(try world.json(in: b, "log")["runs"]?.array?.count == 1)
      #expect(try world.shell("ls f sum", in: b).status != 0)
      // Without the file, whoever has the bytes puts them again.
      try expectSuccess(world.shell("rm \(pack.string)", in: world.folder))
      try expectSuccess(world.mlt("push", in: world.place("a")))
      try checkPulls(world, "b")
    }
  }

  @Test("bytes of a pack that turned bad are named and not taken in", arguments: [100, 5000])
  func damagedBytes(at offset: Int) throws {
    try withWorld(git: false, initialized: false) { world in
      try world.prepareSharing()
      let pack = try file(world, "packs/*.pack")
      try damage(pack) { $0[offset] ^= 0x10 }
      let b = world.place("b")
      let printed = try world.mlt("pull", in: b)
      #expect(printed.status == 6, "\(printed)")
      #expect(printed.stderr.contains("error: object '"), "\(printed)")
      #expect(printed.stderr.contains("error: the bytes of 'f' are neither here nor in remote 'origin'"), "\(printed)")
      #expect(try world.shell("ls f", in: b).status != 0)
      #expect(try world.mlt("fsck", in: b).stdout.contains("damaged") == false)
    }
  }

  @Test("a segment that was cut off is named; the other writers' facts come", arguments: ["-9", "30", "0"])
  func damagedSegment(_ size: String) throws {
    try withWorld(git: false, initialized: false) { world in
      try world.prepareSharing()
      let segment = try file(world, "journal/*/*.gz")
      try expectSuccess(
        world.shell(
          "set -e; chmod u+w \(segment.string); truncate -s \(size) \(segment.string); cp -a b c; cd c; mlt run --no-trace -c other -- true; mlt push",
          in: world.folder))
      let b = world.place("b")
      let printed = try world.mlt("pull", in: b)
      #expect(printed.status == 6, "\(printed)")
      #expect(printed.stderr.contains("cannot take over event "), "\(printed)")
      #expect(printed.stderr.contains("segment is damaged"), "\(printed)")
      #expect(try world.json(in: b, "log")["runs"]?.array?.contains { $0["component"] == "other" } == true)
      try expectSuccess(world.shell("cmp f ../a/f", in: b))
      try expectSuccess(world.mlt("fsck", in: b))
      // Without the file, whoever has the facts puts them again.
      try expectSuccess(world.shell("rm \(segment.string)", in: world.folder))
      try expectSuccess(world.mlt("push", in: world.place("a")))
      try checkPulls(world, "b")
      #expect(try world.json(in: b, "log")["runs"]?.array?.count == 2)
    }
  }

  @Test("a remote of a newer format is neither read nor written")
  func newerFormat() throws {
    try withWorld(git: false, initialized: false) { world in
      try world.prepareSharing()
      try expectSuccess(
        world.shell("chmod u+w share/format; sed -i 's/remote 1/remote 2/' share/format", in: world.folder))
      try expectSuccess(world.shell("mlt run --no-trace -- true", in: world.place("a")))
      let before = try world.shell("find share -type f | sort | xargs md5sum", in: world.folder).stdout
      for (name, command) in [
        ("a", ["push"]), ("b", ["pull"]), ("b", ["fetch"]), ("a", ["gc", "--remote"]),
        ("a", ["remote", "add", "again", "../share"]),
      ] {
        let printed = try world.run([World.program.string] + command, in: world.place(name))
        #expect(printed.status == 1, "\(printed)")
        #expect(printed.stderr.contains("has format 2, newer than the supported format 1"), "\(printed)")
        #expect(printed.stderr.contains("hint: a newer mlt made it; upgrade mlt"), "\(printed)")
      }
      #expect(try world.shell("find share -type f | sort | xargs md5sum", in: world.folder).stdout == before)
    }
  }

  @Test(
    "a remote that goes away in the middle is told as missing, and a repeat finishes when it is back",
    arguments: [5] as [UInt64])
  func goesAway(seed: UInt64) throws {
    try withWorld(git: false, initialized: false) { world in
      try world.prepareSharing()
      var generator = SeededGenerator(seed: seed)
      for round in 0..<8 {
        try expectSuccess(
          world.shell(
            """
            set -e
            for i in 1 2 3; do head -c 3000000 /dev/urandom > f; mlt run --no-trace -i f -- true; done; mlt add f
            git add -A; git commit -qm \(round); git push -q; cd ../b; git pull -q
            """, in: world.place("a")))
        for (name, command) in [("a", "push"), ("b", "pull")] {
          let running = try world.start([World.program.string, command], in: world.place(name))
          // Not a wait for anything: the moment is what is drawn by lot.
          usleep(UInt32.random(in: 0..<60_000, using: &generator))
          try expectSuccess(world.shell("mv share away", in: world.folder))
          let printed = try running.wait()
          #expect([0, 3].contains(printed.status), "\(printed)")
          if printed.status == 3 {
            #expect(printed.stderr.contains("hint: is it mounted?"), "\(printed)")
            #expect(try world.shell("ls -A share", in: world.folder).status != 0, "nothing is made in its place")
          }
          try expectSuccess(world.shell("mv away share", in: world.folder))
          try expectSuccess(world.mlt(command, in: world.place(name)))
        }
        try checkPulls(world, "b")
      }
    }
  }
}
