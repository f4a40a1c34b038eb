import Glibc
import MLTBase
import SystemPackage
import TestSupport
import Testing

/// Pushes and pulls that are killed at any moment: the remote and both clones stay sound, and a repeat finishes.
@Suite struct SharingKillTests {
  /// Makes the clone `a` that has something to push, and `b`, which knows nothing yet.
  private func prepare(_ world: World) throws {
    try expectSuccess(
      world.shell(
        """
        set -e
        git init -q --bare -b main hub.git; git clone -q hub.git a 2>&1; cd a; git checkout -q -b main
        mlt init; mlt remote add origin ../share
        mkdir data; for i in $(seq 20); do echo $i > data/$i; done; head -c 1000000 /dev/urandom > big
        mlt add data big
        mlt run -- sh -c 'cat data/* > sum'
        git add -A; git commit -qm one; git push -q origin main
        git clone -q ../hub.git ../b; cd ../b; mlt init
        """, in: world.folder))
  }

  private func place(_ name: String, _ world: World) -> FilePath { world.folder.appending(name) }

  private func checkSound(_ world: World, _ clone: String, isWhole: Bool = true, _ when: String) throws {
    let checked = try world.mlt("fsck", in: place(clone, world))
    // A clone that didn't get all yet lacks what its lock file names; nothing else is wrong with it.
    let faults = checked.stdout.split(separator: "\n").filter { !$0.hasPrefix("lost: ") }
    let isIncomplete = clone == "b" && checked.status == 6 && faults.count == 2
    #expect(checked.status == 0 || !isWhole && isIncomplete, "\(when): \(checked)")
  }

  /// Both clones have all of it, by themselves.
  private func checkSame(_ world: World, _ when: String) throws {
    try expectSuccess(world.shell("diff -r -x .git -x .mlt -x '.mlt-tmp-*' a b", in: world.folder))
    for name in ["a", "b"] { try checkSound(world, name, when) }
    for command in ["log -n 1000", "trace sum"] {
      let answers = try ["a", "b"].map { try world.shell("mlt \(command) --json", in: place($0, world)) }
      #expect(answers[0].stdout == answers[1].stdout && answers[0].status == 0, "\(when): \(answers)")
    }
  }

  @Test(
    "killed at a system call, whichever it is",
    .enabled(if: canInject, "needs strace, and to be allowed to use it"),
    arguments: ["openat", "write", "linkat", "fsync", "mkdirat", "pread64", "getdents64"])
  func atCalls(call: String) throws {
    try withWorld(git: false, initialized: false) { world in
      try prepare(world)
      var generator = SeededGenerator(seed: UInt64(call.utf8.reduce(0) { $0 &* 31 &+ Int($1) }))
      try expectSuccess(world.shell("cp -a a fresh-a; cp -a b fresh-b; cp -a share fresh-share", in: world.folder))
      var kills = 0
      for round in 0..<6 {
        try expectSuccess(
          world.shell(
            "rm -rf a b share; cp -a fresh-a a; cp -a fresh-b b; cp -a fresh-share share", in: world.folder))
        for (clone, command) in [("a", "push"), ("b", "pull")] {
          let number =
            round < 2
            ? round + 1 : Int.random(in: 3..<(call == "openat" || call == "pread64" ? 60 : 12), using: &generator)
          let trace = world.scratchFile("trace").string
          let printed = try world.run(
            [
              "strace", "-f", "-qq", "-o", trace, "-e", "inject=\(call):signal=KILL:when=\(number)",
              World.program.string, command,
            ],
            in: place(clone, world))
          let when = "\(command), killed at \(call) \(number)"
          #expect(printed.status == 0 || printed.status == 137, "\(when): \(printed)")
          if printed.status == 137 { kills += 1 }
          // What is there by then can be used.
          if command == "push" {
            let fetched = try world.mlt("fetch", in: place("b", world))
            #expect(fetched.status == 0, "\(when): \(fetched)")
          }
          try checkSound(world, clone, isWhole: false, when)
          let repeated = try world.mlt(command, in: place(clone, world))
          try #require(repeated.status == 0, "\(when): \(repeated)")
        }
        try checkSame(world, "\(call), round \(round)")
      }
      #expect(kills > 0, "no push and no pull called \(call)")
    }
  }

  @Test("killed at any moment, over and over, while there is ever more to share", arguments: [31, 32] as [UInt64])
  func atMoments(seed: UInt64) throws {
    try withWorld(git: false, initialized: false) { world in
      try prepare(world)
      var generator = SeededGenerator(seed: seed)
      let clock = ContinuousClock()
      var kills = 0
      func kill(_ command: String, _ clone: String, _ span: UInt32) throws {
        let running = try world.start([World.program.string, command], in: place(clone, world))
        // Not a wait for anything: the moment is what is drawn by lot.
        usleep(UInt32.random(in: 0..<span, using: &generator))
        Glibc.kill(running.process, SIGKILL)
        let printed = try running.wait()
        // The push before may not have come to what git has named since.
        let lacks =
          command == "pull" && printed.status == 3 && printed.stderr.contains("who made them has to run 'mlt push'")
        #expect([0, 137].contains(printed.status) || lacks, "seed \(seed): \(printed)")
        if printed.status == 137 { kills += 1 }
      }
      let time = try clock.measure { try expectSuccess(world.mlt("push", in: place("a", world))) }
      let span = UInt32(max(5_000, min(time / .microseconds(1), 500_000))) * 3 / 2
      for round in 0..<12 {
        try expectSuccess(
          world.shell(
            """
            set -e
            head -c 100000 /dev/urandom > big; echo \(seed) \(round) > data/1; mlt add big data
            mlt run -- sh -c 'cat data/* > sum'; git add -A; git commit -qm \(round); git push -q
            cd ../b; git pull -q
            """, in: place("a", world)))
        try kill("push", "a", span)
        try kill("pull", "b", span)
        if round % 4 == 3 {
          for name in ["a", "b"] { try checkSound(world, name, isWhole: false, "seed \(seed), round \(round)") }
        }
      }
      try expectSuccess(world.mlt("push", in: place("a", world)))
      try expectSuccess(world.mlt("pull", in: place("b", world)))
      try checkSame(world, "seed \(seed), at the end")
      #expect(kills > 0)
    }
  }
}
