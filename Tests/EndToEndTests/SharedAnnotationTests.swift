import MLTBase
import SystemPackage
import TestSupport
import Testing

/// Several clones that say things of the same runs and files.
@Suite struct SharedAnnotationTests {
  /// Makes clones with one run, the same in all, and a remote beside them.
  private func share(_ world: World, clones: [String]) throws -> [FilePath] {
    try expectSuccess(
      world.shell(
        """
        set -e
        git init -q --bare -b main hub.git; git clone -q hub.git a 2>&1; cd a; git checkout -q -b main
        mlt init; mlt remote add origin ../share
        mlt run -q -c make -- sh -c 'echo some lines of text > out.txt'
        git add -A; git commit -qm one; git push -q origin main; mlt push
        cd ..
        for clone in \(clones.dropFirst().joined(separator: " ")); do
          git clone -q hub.git $clone; (cd $clone; mlt pull -q || mlt pull)
        done
        """, in: world.folder))
    return clones.map { world.folder.appending($0) }
  }

  /// All that a clone answers about what was said.
  private func answers(_ clone: FilePath, _ world: World) throws -> String {
    let printed = try world.shell(
      """
      set -e
      id=$(mlt log --json | sed -n 's/.*"id": "\\(.*\\)".*/\\1/p' | head -1)
      mlt log --json; mlt status --json | grep -v branch; mlt component show make --json
      for p in out.txt $id make; do mlt show --history $p --json; done
      mlt show out.txt --json; mlt show $id --json; mlt trace out.txt --json
      """, in: clone)
    try expectSuccess(printed)
    return printed.stdout
  }

  @Test("flags and why they were set come with a pull, and taking them back does too")
  func flags() throws {
    try withWorld(git: false, initialized: false) { world in
      let clones = try share(world, clones: ["a", "b"])
      try expectSuccess(world.shell("mlt flag out.txt -m wrong && mlt push", in: clones[0]))
      #expect(try !world.mlt("status", in: clones[1]).stdout.contains("Flagged"))
      try expectSuccess(world.mlt("pull", in: clones[1]))
      #expect(try world.mlt("status", in: clones[1]).stdout.contains(": wrong\n"))
      #expect(try world.mlt("trace", "out.txt", in: clones[1]).stdout.contains("flagged: wrong"))
      try expectSuccess(world.shell("mlt unflag out.txt -m checked && mlt push", in: clones[1]))
      try expectSuccess(world.mlt("pull", in: clones[0]))
      #expect(try !world.mlt("status", in: clones[0]).stdout.contains("Flagged"))
      #expect(try answers(clones[0], world) == answers(clones[1], world))
      let history = try world.mlt("show", "--history", "out.txt", in: clones[0]).stdout
      #expect(history.contains("unflagged  checked") && history.contains("flagged    wrong"), "\(history)")
    }
  }

  @Test("who answers to a machine whose clock is fast has the last word, and who knew nothing of it goes by time")
  func clocks() throws {
    try withWorld(git: false, initialized: false) { world in
      let clones = try share(world, clones: ["a", "b", "c"])
      func at(_ hour: String) -> [String: String] { ["MLT_FIXED_TIME": "2030-01-01T\(hour):00:00Z"] }
      try expectSuccess(world.mlt("flag", "out.txt", "-m", "fast", in: clones[0], environment: at("20")))
      try expectSuccess(world.mlt("push", in: clones[0], environment: at("20")))
      // b knows of the flag, c doesn't.
      try expectSuccess(world.mlt("fetch", in: clones[1], environment: at("10")))
      for clone in clones.dropFirst() {
        try expectSuccess(world.mlt("tag", "out.txt", "seen", in: clone, environment: at("10")))
      }
      try expectSuccess(world.mlt("unflag", "out.txt", in: clones[1], environment: at("11")))
      try expectSuccess(world.mlt("flag", "out.txt", "-m", "slow", in: clones[2], environment: at("12")))
      for clone in clones + clones {
        try expectSuccess(world.mlt("fetch", in: clone, environment: at("13")))
        try expectSuccess(world.mlt("push", in: clone, environment: at("13")))
      }
      try expectSuccess(world.mlt("fetch", in: clones[0], environment: at("13")))
      let history = try clones.map { try world.mlt("show", "--history", "out.txt", in: $0).stdout }
      #expect(Set(history).count == 1)
      #expect(
        history[0].split(separator: "\n").filter { $0.contains("flagged") }.map { $0.contains("unflagged") } == [
          true, false, false,
        ], "\(history[0])")
      #expect(try !world.mlt("status", in: clones[2]).stdout.contains("Flagged"))
    }
  }

  @Test(
    "clones that tag, flag and describe the same things agree in the end, whatever the order of pushes and pulls",
    arguments: [1, 2, 3] as [UInt64])
  func orders(seed: UInt64) throws {
    try withWorld(git: false, initialized: false) { world in
      let clones = try share(world, clones: ["a", "b", "c"])
      var generator = SeededGenerator(seed: seed)
      func below(_ bound: Int) -> Int { Int.random(in: 0..<bound, using: &generator) }
      let id = try #require(
        try world.json(in: clones[0], "log", "--json")["runs"]?.array?.first?["id"]?.string)
      for step in 0..<30 {
        let pointer = below(2) == 0 ? "out.txt" : id
        let command =
          switch below(8) {
          case 0: "mlt tag \(pointer) stage=\(step)"
          case 1: "mlt tag \(pointer) stage- || mlt tag \(pointer) stage=\(step)"
          case 2: "mlt note \(pointer) -m 'note \(step)'"
          case 3: "mlt flag \(pointer) -m 'reason \(step)'"
          case 4: "mlt unflag \(pointer) -m 'reason \(step)'"
          case 5: "mlt component describe make --owner \(step) --tag t\(step)"
          case 6: "mlt push"
          default: "mlt fetch"
          }
        // Clocks that differ and jump back; often the same for two clones.
        let time = ["MLT_FIXED_TIME": "2030-01-01T0\(below(3)):00:00Z"]
        try expectSuccess(world.shell(command, in: clones[below(3)], environment: time))
      }
      let time = ["MLT_FIXED_TIME": "2030-01-02T00:00:00Z"]
      for clone in clones.shuffled(using: &generator) + clones {
        try expectSuccess(world.shell("mlt fetch && mlt push", in: clone, environment: time))
      }
      let all = try clones.map { try answers($0, world) }
      #expect(all[0] == all[1] && all[1] == all[2])
      try expectSuccess(world.mlt("reindex", in: clones[1]))
      #expect(try answers(clones[1], world) == all[0])
      try expectSuccess(world.mlt("fsck", in: clones[2]))
    }
  }
}
