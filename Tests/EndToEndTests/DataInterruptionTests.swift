import MLTBase
import SystemPackage
import TestSupport
import Testing

/// Ctrl-C while data are stored, restored, collected and checked.
///
/// The signal comes at a certain system call, so that it comes halfway each time.
@Suite(.enabled(if: canInject, "strace isn't there, or may not follow programs here"))
struct DataInterruptionTests {
  private func makeFiles(_ world: World, _ text: String) throws {
    for number in 0..<200 { try world.write("d/\(number)", "\(text) \(number)\n") }
  }

  private func checkInterrupted(_ printed: Printed) {
    #expect(printed.status == 130, "\(printed)")
    #expect(printed.stderr.hasPrefix("error: interrupted\nhint: run the command again"), "\(printed)")
    #expect(printed.stdout == "", "\(printed)")
  }

  private func checkSound(_ world: World) throws {
    #expect(try world.shell("ls -A .mlt/tmp; find . -name '.mlt-tmp-*'").stdout == "")
    try expectSuccess(world.mlt("fsck"))
  }

  @Test("mlt add tracks nothing then, and the next one adds all")
  func adding() throws {
    try withWorld { world in
      try makeFiles(world, "before")
      try expectSuccess(world.mlt("add", "d"))
      let lock = try world.read("mlt.lock")
      try makeFiles(world, "after")
      checkInterrupted(try world.mlt(["add", "d"], injecting: "read:signal=INT:when=1", at: "d/100"))
      #expect(try world.read("mlt.lock") == lock)
      try checkSound(world)
      try expectSuccess(world.mlt("add", "d"))
      try expectSuccess(world.shell("mv d ../d && mlt checkout && diff -r d ../d"))
      try checkSound(world)
    }
  }

  @Test("mlt add stops within a large file")
  func addingLarge() throws {
    try withWorld { world in
      try world.shell("truncate -s 5G large")
      checkInterrupted(try world.mlt(["add", "large"], injecting: "pread64,read:signal=INT:when=3", at: "large"))
      #expect(try world.read("mlt.lock") == nil)
      try checkSound(world)
      try expectSuccess(world.shell("truncate -s 9000000 large && mlt add large && mlt cat large | cmp - large"))
    }
  }

  @Test("mlt checkout leaves whole files alone, and the next one restores the rest", arguments: ["new", "standing"])
  func restoring(_ folder: String) throws {
    try withWorld { world in
      try makeFiles(world, "before")
      try expectSuccess(world.shell("mlt add d && git add -A && git commit -qm before"))
      try makeFiles(world, "after")
      try expectSuccess(world.shell("mlt add d && cp -r d ../after && git checkout -q mlt.lock"))
      try expectSuccess(world.shell("mlt checkout && cp -r d ../before"))
      try expectSuccess(world.shell("cp -r ../after/. d && mlt add d && git checkout -q mlt.lock"))
      if folder == "new" { try world.shell("rm -r d") }
      checkInterrupted(try world.mlt(["checkout"], injecting: "pwrite64:signal=INT:when=100"))
      let files = try world.shell(
        """
        for f in d/*; do n=${f#d/}
        if cmp -s "$f" "../before/$n"; then echo before; elif cmp -s "$f" "../after/$n"; then echo after; else echo torn; fi
        done | sort | uniq -c | sed 's/^ *//'
        """
      ).stdout.split(separator: "\n")
      #expect(files.contains { $0.hasSuffix(" before") } && !files.contains { $0.hasSuffix(" torn") }, "\(files)")
      #expect(!files.contains("200 before"), "it was interrupted halfway")
      #expect(files.contains { $0.hasSuffix(" after") } == (folder == "standing"), "\(files)")
      try checkSound(world)
      try expectSuccess(world.shell("mlt checkout && diff -r d ../before"))
      try checkSound(world)
    }
  }

  @Test("mlt gc and mlt fsck stop, all that is wanted stays, and the next ones end", arguments: ["gc", "fsck"])
  func maintaining(_ command: String) throws {
    try withWorld { world in
      try makeFiles(world, "unwanted")
      try expectSuccess(world.mlt("add", "d"))
      try makeFiles(world, "wanted")
      try expectSuccess(world.mlt("add", "d"))
      // When the first pack is looked at.
      let pack = try #require(try world.dataFiles(in: "packs", suffix: ".pack").first)
      let name = ".mlt/packs/" + (pack.lastComponent?.string ?? "")
      let options = command == "gc" ? ["--grace", "0"] : []
      checkInterrupted(try world.mlt([command] + options, injecting: "openat:signal=INT:when=1", at: name))
      try checkSound(world)
      try expectSuccess(world.mlt("gc", "--grace", "0"))
      try expectSuccess(world.shell("mv d ../d && mlt checkout && diff -r d ../d"))
      try checkSound(world)
    }
  }
}
