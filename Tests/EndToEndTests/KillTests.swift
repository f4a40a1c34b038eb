import Glibc
import MLTBase
import SystemPackage
import TestSupport
import Testing

/// The whole program killed at any moment: afterwards everything is sound.
@Suite struct KillTests {
  /// Kills a program after some time, and waits for its end.
  private func end(_ running: World.Running, after microseconds: UInt32) throws -> Printed {
    // Not a wait for anything: the moment is what is drawn by lot.
    usleep(microseconds)
    Glibc.kill(running.process, SIGKILL)
    return try running.wait()
  }

  /// How long a command takes, so that moments are drawn from all of it.
  private func span(_ world: World, _ arguments: [String]) throws -> UInt32 {
    let clock = ContinuousClock()
    let time = try clock.measure { try expectSuccess(world.run([World.program.string] + arguments)) }
    return UInt32(max(5_000, min(time / .microseconds(1), 500_000)))
  }

  /// Some lines that no other content has.
  private func text(_ name: String, _ generator: inout SeededGenerator) -> String {
    (0..<300).map { "\(name) \($0) \(generator.next())\n" }.joined()
  }

  private func checkSound(_ world: World, _ when: String) throws {
    let checked = try world.mlt("fsck")
    #expect(checked.status == 0, "\(when): \(checked)")
  }

  /// Nothing is left but unfinished files and folders in the work tree, which nobody takes for data: they go when they
  /// are a day old, since somebody may be writing them still.
  private func checkNothingLeft(_ world: World) throws {
    try expectSuccess(world.mlt("gc", "--grace", "0"))
    let left = try world.shell("find .mlt/packs .mlt/journal -name '*tmp*'; ls -A .mlt/tmp").stdout
    #expect(left == "")
    let status = try world.mlt("status")
    #expect(!status.stdout.contains(FileOperations.temporaryPrefix), "\(status)")
  }

  @Test("mlt add: what was reported stays, and the next one works", arguments: [11, 12] as [UInt64])
  func adding(seed: UInt64) throws {
    try withWorld { world in
      var generator = SeededGenerator(seed: seed)
      try world.write("first", "1\n")
      let span = try span(world, ["add", "first"])
      var reported: [String: String] = ["first": "1\n"]
      for round in 0..<20 {
        let name = "f\(round % 7)"
        let folder = "d\(round % 3)"
        let content = text("\(seed) \(round)", &generator)
        try world.write(name, content)
        try world.write("\(folder)/\(round)", content + "in a folder\n")
        let running = try world.start([World.program.string, "add", name, folder])
        let printed = try end(running, after: UInt32.random(in: 0..<(span * 3 / 2), using: &generator))
        if printed.status == 0 {
          reported[name] = content
          reported["\(folder)/\(round)"] = content + "in a folder\n"
        } else {
          reported[name] = nil
        }
        if round % 5 == 4 { try checkSound(world, "seed \(seed), round \(round)") }
      }
      try expectSuccess(world.mlt("add", "first"))
      try world.shell("mkdir ../away && mv first f* d* ../away")
      for (path, content) in reported.sorted(by: { $0.key < $1.key }) {
        #expect(try world.mlt("cat", path).stdout == content, "seed \(seed): \(path)")
      }
      try expectSuccess(world.mlt("checkout"))
      try checkNothingLeft(world)
      try checkSound(world, "seed \(seed), at the end")
    }
  }

  @Test(
    "mlt checkout: what stands is the old, the new or nothing, and the next one completes",
    arguments: [21, 22] as [UInt64])
  func restoring(seed: UInt64) throws {
    try withWorld { world in
      var generator = SeededGenerator(seed: seed)
      for version in ["v1", "v2"] {
        for number in 0..<12 { try world.write("d/\(number)", text("\(version) \(number)", &generator)) }
        try world.write("f", text(version, &generator))
        try expectSuccess(world.shell("mlt add d f && git add -A && git commit -qm \(version) && git tag \(version)"))
        try expectSuccess(world.shell("mkdir -p ../\(version) && cp -r d f ../\(version)"))
      }
      let span = try span(world, ["checkout", "--from", "v1"])
      for round in 0..<20 {
        let version = round % 2 == 0 ? "v2" : "v1"
        let other = round % 2 == 0 ? "v1" : "v2"
        let running = try world.start([World.program.string, "checkout", "--from", version])
        _ = try end(running, after: UInt32.random(in: 0..<(span * 3 / 2), using: &generator))
        let torn = try world.shell(
          """
          for f in f d/*; do [ -e "$f" ] || continue
          cmp -s "$f" "../\(version)/$f" || cmp -s "$f" "../\(other)/$f" || echo "$f"; done
          """)
        #expect(torn.stdout == "", "seed \(seed), round \(round)")
        // Without force: what the killed one wrote is known to be stored.
        let next = try world.mlt("checkout", "--from", version)
        #expect(next.status == 0, "seed \(seed), round \(round): \(next)")
        let difference = try world.shell("diff -r -x '.mlt-tmp-*' d ../\(version)/d && cmp f ../\(version)/f")
        #expect(difference.status == 0, "seed \(seed), round \(round): \(difference)")
        try expectSuccess(world.mlt("checkout", "--from", version, "--dry-run"))
      }
      try checkNothingLeft(world)
      try checkSound(world, "seed \(seed)")
    }
  }

  @Test("mlt gc: what is wanted is there, what isn't goes with the next", arguments: [31, 32] as [UInt64])
  func collecting(seed: UInt64) throws {
    try withWorld { world in
      var generator = SeededGenerator(seed: seed)
      var wanted: [String: String] = [:]
      var span: UInt32?
      for round in 0..<15 {
        for name in ["a", "b"] {
          let content = text("\(seed) \(round) \(name)", &generator)
          try world.write(name, content)
          wanted[name] = content
          if name == "b" || round % 2 == 0 { try expectSuccess(world.mlt("add", name)) } else { wanted[name] = nil }
        }
        let length = try span ?? self.span(world, ["gc", "--grace", "0"])
        span = length
        let running = try world.start([World.program.string, "gc", "--grace", "0"])
        _ = try end(running, after: UInt32.random(in: 0..<(length * 3 / 2), using: &generator))
        if round % 5 == 4 { try checkSound(world, "seed \(seed), round \(round)") }
      }
      try world.shell("rm a b")
      try checkNothingLeft(world)
      try checkSound(world, "seed \(seed), at the end")
      for (path, content) in wanted { #expect(try world.mlt("cat", path).stdout == content, "seed \(seed): \(path)") }
      #expect(try world.dataFiles(in: "packs", suffix: ".pack").count == 1)
      #expect(try world.json("du")["unused"]?["objects"] == 0)
    }
  }

  @Test("mlt gc beside mlt add, both killed: nothing that was reported is lost", arguments: [41, 42] as [UInt64])
  func beside(seed: UInt64) throws {
    try withWorld { world in
      var generator = SeededGenerator(seed: seed)
      try world.write("first", "1\n")
      let span = try span(world, ["add", "first"])
      var reported: [String: String] = ["first": "1\n"]
      for round in 0..<20 {
        let name = "f\(round % 6)"
        // Contents that come back, which the store may have and just be losing.
        let content = "\(Int.random(in: 0..<8, using: &generator))\n"
        try world.write(name, content)
        let gc = try world.start([World.program.string, "gc", "--grace", "0"])
        let add = try world.start([World.program.string, "add", name])
        let isKilled = Bool.random(using: &generator)
        let moment = UInt32.random(in: 0..<(span * 2), using: &generator)
        let printed: Printed
        if isKilled {
          printed = try end(add, after: moment)
          _ = try gc.wait()
        } else {
          _ = try end(gc, after: moment)
          printed = try add.wait()
          #expect(printed.status == 0, "seed \(seed), round \(round): \(printed)")
        }
        reported[name] = printed.status == 0 ? content : nil
        for (path, content) in reported {
          try #require(
            try world.shell("rm -f '\(path)'; mlt checkout '\(path)' && cat '\(path)'").stdout.hasSuffix(content),
            "seed \(seed), round \(round): \(path)")
        }
      }
      try checkNothingLeft(world)
      try checkSound(world, "seed \(seed)")
    }
  }
}
