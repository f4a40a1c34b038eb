import Glibc
import MLTBase
import SystemPackage
import TestSupport
import Testing

/// The system says no while data are added, restored and collected: nothing is lost, nothing half-done is taken for done.
@Suite struct DataFaultTests {
  private func noise(_ size: Int, seed: UInt64) -> String {
    var generator = SeededGenerator(seed: seed)
    return String(decoding: (0..<size).map { _ in UInt8.random(in: 0x21...0x7E, using: &generator) }, as: UTF8.self)
  }

  /// Whether a command failed for want of room, which is told in one way; any other failure fails the test.
  private func lacksRoom(_ printed: Printed) -> Bool {
    if printed.status == 0 { return false }
    #expect(printed.status == 1, "\(printed)")
    #expect(printed.stderr.hasPrefix("error: "), "\(printed)")
    #expect(printed.stderr.contains("hint: free some space and try again"), "\(printed)")
    return true
  }

  // MARK: Full disks

  @Test(
    "mlt add and mlt gc on a disk that gets full at any step fail or succeed, and work when there is room",
    .enabled(if: canMount, "no file system can be mounted here"))
  func diskFull() throws {
    try withSmallStore { world in
      try world.write("kept", noise(50_000, seed: 1))
      try expectSuccess(world.mlt("add", "kept"))
      var failures = 0
      var successes = 0
      for (round, room) in [0, 4, 16, 32, 64, 96, 128, 192, 256, 384].enumerated() {
        let lock = try world.read("mlt.lock")
        try world.write("f", noise(100_000, seed: UInt64(round + 2)))
        try world.fillDisk(".mlt", leaving: room << 10)
        let adding = try world.mlt("add", "f")
        if lacksRoom(adding) {
          failures += 1
          #expect(try world.read("mlt.lock") == lock)
        } else {
          successes += 1
        }
        try world.fillDisk(".mlt", leaving: room << 10)
        _ = lacksRoom(try world.mlt("gc", "--grace", "0"))
        try world.shell("rm .mlt/ballast")
        try expectSuccess(world.mlt("fsck"))
        #expect(try world.shell("ls -A .mlt/tmp").stdout == "")
        try expectSuccess(world.mlt("add", "f"))
        try expectSuccess(world.shell("mlt cat f | cmp - f && mlt cat kept | cmp - kept"))
        try expectSuccess(world.mlt("gc", "--grace", "0"))
      }
      #expect(failures > 0 && successes > 0, "\(failures) failed, \(successes) didn't")
    }
  }

  @Test(
    "mlt checkout into a full disk leaves the old file, nothing half-written, and goes on when there is room",
    .enabled(if: canMount, "no file system can be mounted here"), arguments: ["file", "folder"])
  func restoringOnFullDisk(_ kind: String) throws {
    try withWorld { world in
      try world.withSmallDisk(at: "disk", size: "1500k") {
        let path = kind == "file" ? "disk/data" : "disk/data/x"
        let wanted = noise(900_000, seed: 1)
        try world.write(path, wanted)
        try expectSuccess(world.shell("mlt add disk/data && git add -A && git commit -qm wanted"))
        try world.write(path, "old\n")
        try expectSuccess(world.shell("mlt add disk/data && git checkout -q mlt.lock"))
        try world.fillDisk("disk", leaving: 400 << 10)
        let printed = try world.mlt("checkout")
        #expect(lacksRoom(printed), "\(printed)")
        #expect(try world.read(path) == "old\n")
        #expect(try world.shell("find disk -name '.mlt-tmp-*'").stdout == "")
        try world.shell("rm disk/ballast")
        try expectSuccess(world.mlt("checkout"))
        #expect(try world.read(path) == wanted)
        try expectSuccess(world.mlt("fsck"))
      }
    }
  }

  // MARK: Disks that fail

  @Test(
    "a system call that fails while adding is told, tracks nothing, and hinders nobody afterwards",
    .enabled(if: canInject, "strace isn't there, or may not follow programs here"),
    arguments: [
      "fsync,fdatasync:error=EIO", "rename,renameat,renameat2:error=ENOSPC", "pwrite64,writev,pwritev:error=EDQUOT",
    ])
  func failingCalls(_ fault: String) throws {
    try withWorld { world in
      try world.write("kept", "kept\n")
      try expectSuccess(world.mlt("add", "kept"))
      let lock = try world.read("mlt.lock")
      try world.write("f", noise(300_000, seed: 1))
      let printed = try world.mlt(["add", "f"], injecting: fault)
      #expect(printed.status == 1, "\(printed)")
      #expect(printed.stderr.hasPrefix("error: "), "\(printed)")
      #expect(try world.read("mlt.lock") == lock)
      try expectSuccess(world.mlt("fsck"))
      try expectSuccess(world.shell("mlt add f && mlt cat f | cmp - f && mlt cat kept | cmp - kept"))
      #expect(try world.shell("ls -A .mlt/tmp").stdout == "")
    }
  }

  @Test(
    "a file that the disk doesn't give back is told, and the folder isn't added as if it had none",
    .enabled(if: canInject, "strace isn't there, or may not follow programs here"))
  func unreadableDisk() throws {
    try withWorld { world in
      for number in 0..<5 { try world.write("d/\(number)", "\(number)\n") }
      let file = try world.mlt(["add", "d/3"], injecting: "read,pread64:error=EIO", at: "d/3")
      #expect(file.status == 1 && file.stderr.contains("Input/output error"), "\(file)")
      let folder = try world.mlt(["add", "d"], injecting: "read,pread64:error=EIO", at: "d/3")
      #expect(folder.stderr.contains("'d/3'"), "\(folder)")
      #expect(folder.stderr.contains("Input/output error"), "\(folder)")
      try expectSuccess(world.mlt("add", "d"))
      try expectSuccess(world.shell("mv d ../d && mlt checkout && diff -r d ../d"))
    }
  }

  // MARK: What can't be written or read

  @Test(
    "a read-only store can be read; what has to write says why it can't, and changes nothing",
    .enabled(if: canMount, "no file system can be mounted here"))
  func readOnly() throws {
    try withSmallStore { world in
      try world.write("f", "stored\n")
      try world.write("new", "new\n")
      try expectSuccess(world.mlt("add", "f"))
      let lock = try world.read("mlt.lock")
      let place = world.dataFolder.string
      try #require(mount("none", place, nil, UInt(MS_REMOUNT | MS_RDONLY), nil) == 0)
      for reading in [["cat", "f"], ["log"], ["status"], ["show", "f"], ["trace", "f"], ["du"], ["fsck"]] {
        let printed = try world.run([World.program.string] + reading)
        #expect(printed.status == 0, "\(reading): \(printed)")
      }
      for writing in [["add", "new"], ["gc", "--grace", "0"], ["run", "--", "true"], ["rm", "f"]] {
        let printed = try world.run([World.program.string] + writing)
        #expect(printed.status == (writing[0] == "run" ? 125 : 1), "\(writing): \(printed)")
        #expect(printed.stderr.contains("hint: the file system is read-only"), "\(writing): \(printed)")
      }
      #expect(try world.read("mlt.lock") == lock)
      try #require(mount("none", place, nil, UInt(MS_REMOUNT), nil) == 0)
      try expectSuccess(world.shell("mlt add new && mlt cat new && mlt fsck"))
    }
  }

  @Test(
    "what can't be read in a folder is left out and named, and the rest is added",
    .enabled(if: canBeNobody, "root reads everything, and nobody else can run the program here"))
  func unreadable() throws {
    try withWorld { world in
      for path in ["d/a", "d/hidden", "d/closed/x", "d/b"] { try world.write(path, "\(path)\n") }
      try expectSuccess(world.shell("chmod 000 d/hidden d/closed"))
      if isRoot { try expectSuccess(world.shell("chmod 755 .. && chown -R 65534:65534 . ../home")) }
      let printed = try world.shell("\(asNobody) mlt add d")
      try expectSuccess(printed)
      for path in ["d/hidden", "d/closed"] {
        #expect(printed.stderr.contains("warning: '\(path)' is left out"), "\(printed)")
      }
      #expect(try world.shell("\(asNobody) mlt cat d/a").stdout == "d/a\n")
      let asked = try world.shell("\(asNobody) mlt cat d/hidden")
      #expect(asked.status == 1 && asked.stderr.contains("Permission denied"), "\(asked)")
      try expectSuccess(world.shell("\(asNobody) mlt fsck"))
    }
  }

  // MARK: Folders of all kinds

  @Test("links in circles are kept as links; a pipe and a socket are left out, and that is said")
  func circles() throws {
    try withWorld { world in
      try world.write("d/a", "1\n")
      try expectSuccess(
        world.shell("cd d && ln -s two one && ln -s one two && ln -s . self && ln -s .. up && mkfifo pipe"))
      let socket = world.repository.pushing("d/socket")
      try #require(socket.withPlatformString { mknod($0, S_IFSOCK | 0o600, 0) } == 0)
      let printed = try world.mlt("add", "d")
      try expectSuccess(printed)
      for path in ["d/pipe", "d/socket"] {
        #expect(printed.stderr.contains("warning: '\(path)' is left out"), "\(printed)")
      }
      let look = "find d ! -name pipe ! -name socket -printf '%p %y %l\\n' | sort"
      let before = try world.shell(look).stdout
      try expectSuccess(world.shell("rm -r d && mlt checkout && mlt status --exit-code"))
      #expect(try world.shell(look).stdout == before)
      #expect(before.contains("d/self l .\n"))
    }
  }

  @Test("a device in a folder is left out, and not read", .enabled(if: canMakeDevices, "no devices can be made here"))
  func device() throws {
    try withWorld { world in
      try world.write("d/a", "1\n")
      // Whoever read it would never come to an end.
      try expectSuccess(world.shell("mknod d/zero c 1 5"))
      let printed = try world.mlt("add", "d")
      try expectSuccess(printed)
      #expect(printed.stderr.contains("warning: 'd/zero' is left out"), "\(printed)")
      #expect(try world.mlt("add", "d/zero").status != 0)
      try expectSuccess(world.shell("rm -r d && mlt checkout"))
      #expect(try world.shell("ls d").stdout == "a\n")
    }
  }

  private static let canMakeDevices =
    (try? withTemporaryFolder { folder in
      folder.appending("null").withPlatformString { mknod($0, S_IFCHR | 0o600, 0x103) } == 0
    }) ?? false

  @Test("a folder that loses files and gets others while it is added is added")
  func losingFiles() throws {
    try withWorld { world in
      let changing = try world.start([
        "sh", "-c",
        """
        mkdir d; touch d/stays
        while [ ! -e stop ]; do
          for i in 1 2 3 4 5 6 7 8; do echo $i > d/$i; mkdir d/f$i; echo $i > d/f$i/x; done; rm -r d/[1-8] d/f*
        done
        """,
      ])
      try world.await("the folder") { try FileStatus(at: world.repository.pushing("d/stays")) != nil }
      for _ in 0..<15 {
        let printed = try world.mlt("add", "d")
        #expect(printed.status == 0, "\(printed)")
      }
      try world.write("stop", "")
      try expectSuccess(changing.wait())
      try expectSuccess(world.mlt("fsck"))
      try expectSuccess(world.shell("rm -r d && mlt checkout && test -e d/stays"))
    }
  }

  @Test("a file that grows for ever is added as far as it was, and that is said")
  func growing() throws {
    try withWorld { world in
      try expectSuccess(world.shell("head -c 20000000 /dev/zero > f"))
      let growing = try world.start(["sh", "-c", "while [ ! -e stop ]; do head -c 3000000 /dev/zero >> f; done"])
      try world.await("growth") { try FileStatus(at: world.repository.appending("f"))?.size ?? 0 > 20_000_000 }
      let printed = try world.mlt("add", "f")
      try world.write("stop", "")
      try expectSuccess(growing.wait())
      try expectSuccess(printed)
      #expect(printed.stderr.contains("'f'"), "\(printed)")
      try expectSuccess(world.shell("mlt cat f > stored && test -s stored && cmp -n $(stat -c %s stored) stored f"))
      try expectSuccess(world.shell("mlt fsck && mlt add f && mlt cat f | cmp - f"))
    }
  }

  @Test("a folder of 200,000 files is added and found unchanged")
  func manyFiles() throws {
    try withWorld { world in
      // A thousand names for each file: making names is quick, making files isn't.
      for number in 0..<200 {
        try world.write("d/\(number)000", "\(number)\n")
        let file = world.repository.pushing(FilePath("d/\(number)000")).string
        let failures = (1..<1000).count { link(file, "\(file)-\($0)") != 0 }
        try #require(failures == 0)
      }
      try expectSuccess(world.mlt("add", "d"))
      #expect(try world.read("mlt.lock")?.contains(" 200000 ") == true)
      try expectSuccess(world.mlt("status", "--exit-code"))
      try expectSuccess(world.shell("rm -r d"))
      #expect(try world.mlt("cat", "d/199000-999").stdout == "199\n")
    }
  }
}
