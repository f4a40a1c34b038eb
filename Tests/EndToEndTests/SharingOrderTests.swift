import MLTBase
import SystemPackage
import TestSupport
import Testing

/// Clones that record, push and pull in any order, and many at once: in the end all know the same.
@Suite struct SharingOrderTests {
  /// Makes a hub for git, a remote, and clones of both with a first commit; each has a folder that it alone writes to.
  private func makeClones(_ names: [String], _ world: World) throws {
    try expectSuccess(
      world.shell(
        """
        set -e
        git init -q --bare -b main hub.git; git clone -q hub.git \(names[0]) 2>&1; cd \(names[0]); git checkout -q -b main
        mlt init; mlt remote add origin ../share
        for name in \(names.joined(separator: " ")); do mkdir $name; echo first $name > $name/start; mlt add $name/start; done
        git add -A; git commit -qm start; git push -q origin main; mlt push
        for name in \(names.dropFirst().joined(separator: " ")); do
          git clone -q ../hub.git ../$name; (cd ../$name; mlt init; mlt pull) &
        done
        wait
        """, in: world.folder))
  }

  /// Commits, and takes over what the hub has.
  private static let commit = "git add -A; git commit -q --allow-empty -m step"
  private static let gitPull = "git pull -q --no-rebase --no-edit 2>&1"

  @Test(
    "whatever the order in which three clones record, push and pull, one of them over ssh, all end with the same history",
    arguments: 1...8 as ClosedRange<UInt64>)
  func orders(seed: UInt64) throws {
    try withWorld(git: false, initialized: false) { world in
      let names = ["a", "b", "c"]
      try makeClones(names, world)
      // A server's connections take their time, so that most are to a program that stands for ssh.
      let server = seed % 4 == 0 && canServeSecureShell ? try SecureShell(world) : nil
      defer { try? server?.stop() }
      try expectSuccess(
        world.shell(
          """
          printf '#!/bin/sh\\nwhile [ "$1" != -- ]; do shift; done\\nexec sh -c "$3"\\n' > stand-in; chmod +x stand-in
          cd c; git config -f .mlt/config remote.origin.url "ssh://127.0.0.1:\(server?.port ?? 22)$(cd ../share; pwd)"
          git config -f .mlt/config remote.origin.program "'\(World.program)'"
          """, in: world.folder))
      let ssh = ["MLT_SSH": (server?.client ?? world.folder.appending("stand-in")).string]
      var generator = SeededGenerator(seed: seed)
      var history: [String] = []
      func take(_ name: String, _ script: String) throws {
        history.append("\(name): \(script)")
        let printed = try world.shell("set -e; \(script)", in: world.folder.appending(name), environment: ssh)
        try #require(printed.status == 0, "seed \(seed), \(history.joined(separator: "\n"))\n\(printed)")
      }
      for step in 0..<12 {
        let name = names.randomElement(using: &generator) ?? "a"
        switch Int.random(in: 0..<6, using: &generator) {
        case 0, 1: try take(name, "mlt run -- sh -c 'cat */* > out; mv out \(name)/r\(step)'")
        case 2: try take(name, "echo \(seed) \(step) > \(name)/start; mlt add \(name)/start")
        case 3: try take(name, "mlt push")
        case 4: try take(name, "mlt fetch")
        default: try take(name, "\(Self.commit); \(Self.gitPull); git push -q; mlt push; mlt pull")
        }
      }
      for name in names { try take(name, "\(Self.commit); \(Self.gitPull); git push -q") }
      for _ in 0..<2 {
        for name in names { try take(name, "mlt push") }
        for name in names { try take(name, "\(Self.gitPull); mlt pull") }
      }
      let paths = try world.shell("sed -n 's/^[a-z]* [0-9a-f]* [0-9]* //p' mlt.lock", in: world.folder.appending("a"))
      #expect(paths.stdout.split(separator: "\n").count >= 3)
      for command in ["log -n 1000"] + paths.stdout.split(separator: "\n").map({ "trace '\($0)'" }) {
        let answers = try names.map { try world.shell("mlt \(command) --json", in: world.folder.appending($0)) }
        let when = "seed \(seed), \(command): \(history.joined(separator: "\n"))"
        #expect(answers.allSatisfy { $0.status == 0 && $0.stdout == answers[0].stdout }, "\(when)\n\(answers)")
      }
      try expectSuccess(world.shell("diff -r -x .git -x .mlt a b && diff -r -x .git -x .mlt a c", in: world.folder))
    }
  }

  @Test("sixteen clones record, push and pull at once, beside a collection: all end with every run and every byte")
  func atOnce() throws {
    try withWorld(git: false, initialized: false) { world in
      let names = (1...16).map { "n\($0)" }
      let rounds = 2
      try makeClones(names, world)
      let collecting = try world.start(
        ["/bin/sh", "-c", "set -e; while [ ! -e ../done ]; do mlt gc --remote --grace 1; done"],
        in: world.folder.appending(names[0]))
      // Whoever finds the remote changing over and over is to try again.
      let loops = try names.map { name in
        try world.start(
          [
            "/bin/sh", "-c",
            """
            set -e
            again() { until "$@"; do [ $? = 5 ]; done; }
            for i in $(seq \(rounds)); do
              mlt run --no-trace -i \(name)/start -o \(name)/out -- sh -c "head -c 20000 /dev/urandom > \(name)/out"
              again mlt push; again mlt pull
            done
            """,
          ], in: world.folder.appending(name))
      }
      let ends = try loops.map { try $0.wait() }
      // Whoever collects has to end, too, if somebody didn't come to the end.
      try world.shell("touch done", in: world.folder)
      try expectSuccess(collecting.wait())
      for end in ends { try expectSuccess(end) }
      let fetching = try names.map {
        try world.start([World.program.string, "fetch", "--all", "--json"], in: world.folder.appending($0))
      }
      for running in fetching {
        let printed = try running.wait()
        try expectSuccess(printed)
        let fetched = try JSON(parsing: printed.stdout)
        #expect(fetched["missing"]?.array == [] && fetched["problems"]?.array == [], "\(fetched)")
      }
      // From here on there is only what each clone has of its own.
      try expectSuccess(world.shell("mv share away", in: world.folder))
      let log = try world.mlt("log", "-n", "1000", "--json", in: world.folder.appending(names[0])).stdout
      let runs = try #require(try JSON(parsing: log)["runs"]?.array)
      #expect(runs.count == names.count * rounds)
      // What a push of everything to an empty remote would send is what a clone has of all that facts name.
      let checking = try names.map { name in
        try world.start(
          ["/bin/sh", "-c", "mlt fsck >&2 && mlt remote add all ../all >&2 && mlt push all --all --dry-run --json"],
          in: world.folder.appending(name))
      }
      for running in checking {
        let printed = try running.wait()
        try expectSuccess(printed)
        #expect(try JSON(parsing: printed.stdout)["objects"] == .int(Int64(names.count + runs.count)), "\(printed)")
      }
      for name in names.dropFirst() {
        #expect(try world.mlt("log", "-n", "1000", "--json", in: world.folder.appending(name)).stdout == log)
      }
    }
  }
}
