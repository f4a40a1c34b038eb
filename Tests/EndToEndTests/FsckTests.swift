import Glibc
import MLTBase
import SystemPackage
import TestSupport
import Testing

/// Checking all that is stored and recorded, and repairing what can be.
@Suite struct FsckTests {
  private let texts = ["small.txt": "a small text\n", "folder/a": "in a folder\n", "folder/b": "too\n"]

  /// A store of a few objects in one pack, by hand and by a run.
  private func makeStored(_ world: World) throws -> FilePath {
    for (path, text) in texts { try world.write(path, text) }
    try expectSuccess(world.mlt("add", "small.txt", "folder"))
    try expectSuccess(world.mlt("run", "--", "sh", "-c", "cat small.txt folder/a > made.txt; rm made.txt"))
    return try #require(try world.dataFiles(in: "packs", suffix: ".pack").first)
  }

  private func fsck(_ world: World, _ options: String...) throws -> (status: Int32, report: JSON) {
    let printed = try world.run([World.program.string, "fsck", "--json"] + options)
    #expect(printed.status == 0 || printed.status == 6, "\(printed)")
    let report = try JSON(parsing: printed.stdout)
    #expect(report["format"] == 1)
    #expect(report["sound"] == .bool(printed.status == 0), "\(printed)")
    return (printed.status, report)
  }

  private func lostPaths(_ report: JSON) throws -> [String] {
    try #require(report["lost"]?.array).flatMap { $0["paths"]?.array ?? [] }.compactMap(\.string).sorted()
  }

  @Test("a sound store is said to be sound, with what was looked at")
  func sound() throws {
    try withWorld { world in
      let empty = try world.mlt("fsck")
      try expectSuccess(empty)
      #expect(empty.stdout == "0 objects in 0 packs verified, 0 B: all is sound\n", "\(empty)")
      _ = try makeStored(world)
      let (status, report) = try fsck(world)
      #expect(status == 0)
      #expect(report["packs"] == 1 && report["objects"]?.int ?? 0 >= 4, "\(report)")
      #expect(report["lost"]?.array?.isEmpty == true && report["repair"] == nil)
      #expect(try world.mlt("fsck", "--repair").stdout == world.mlt("fsck").stdout)
    }
  }

  // MARK: Packs

  @Test("a changed byte of a pack is told, with the pack; nothing wrong comes out", arguments: 0..<4)
  func flipped(part: Int) throws {
    try withWorld { world in
      let pack = try makeStored(world)
      try world.shell("rm -r small.txt folder")
      let sound = try #require(try FileOperations.contents(of: pack))
      // Across the four, every fourth byte; the store's own tests change every one.
      for position in stride(from: part * 4, to: sound.count, by: 16) {
        try damage(pack) { $0[position] ^= UInt8(1) << (position / 4 % 8) }
        let printed = try world.mlt("fsck")
        if printed.status == 6 {
          #expect(printed.stdout.contains("damaged: "), "byte \(position): \(printed)")
          #expect(printed.stdout.contains(pack.string), "byte \(position): \(printed)")
        } else {
          // A bit that its decoder doesn't look at.
          try expectSuccess(printed)
        }
        let restored = try world.mlt("checkout", "small.txt", "folder")
        // Status 1 is what a pack of a newer version gives.
        #expect([0, 6, 1].contains(restored.status), "byte \(position): \(restored)")
        #expect(restored.status == 0 || printed.status == 6, "byte \(position): \(restored)")
        for (path, text) in texts {
          let standing = try world.read(path)
          #expect(standing == text || standing == nil && restored.status != 0, "byte \(position): \(path)")
        }
        try world.shell("rm -rf small.txt folder")
        try damage(pack) { $0 = sound }
      }
      try expectSuccess(world.mlt("fsck"))
    }
  }

  /// The place in a pack of the first of some bytes that a text's object has.
  private func place(of text: String, in pack: FilePath) throws -> Int {
    let bytes = try #require(try FileOperations.contents(of: pack))
    let wanted = Array(text.utf8)
    return try #require(
      bytes.indices.dropLast(wanted.count).first { bytes[$0..<($0 + wanted.count)].elementsEqual(wanted) })
  }

  /// Changes a byte of the object with an id, which the pack's index places (`docs/design/store-format.md`).
  private func damageObject(_ id: String, in pack: FilePath) throws {
    try damage(pack) { bytes in
      let name = try #require(Hex.decode(id))
      let record = try #require(bytes.indices.dropLast(116).last { bytes[$0..<($0 + 32)].elementsEqual(name) })
      let place = (0..<8).reduce(0) { $0 | Int(bytes[record + 44 + $1]) << (8 * $1) }
      bytes[place + 9] ^= 1
    }
  }

  @Test("a damaged member of a folder is told by its own path, and the run that read it")
  func member() throws {
    try withWorld { world in
      let pack = try makeStored(world)
      let position = try place(of: "in a folder", in: pack)
      try damage(pack) { $0[position] ^= 1 }
      let (status, report) = try fsck(world)
      #expect(status == 6)
      #expect(try lostPaths(report) == ["folder/a"], "\(report)")
      let loss = try #require(report["lost"]?.array?.first)
      #expect(loss["id"]?.string == ContentHasher.contentID(of: Array("in a folder\n".utf8)).hex)
      #expect(loss["run"]?.string == (try world.runs().first?["id"]?.string))
      #expect(loss["inWorkTree"] == true)
      #expect(report["damaged"]?.array?.first?["pack"]?.string == pack.string)
      #expect(try world.mlt("fsck").stdout.contains("hint: 'mlt fsck --repair' saves what can be\n"))
    }
  }

  @Test("a repair stores again what the work tree has, sets the pack aside, and says what stays lost")
  func repair() throws {
    try withWorld { world in
      let pack = try makeStored(world)
      let sound = try FileOperations.contents(of: pack)
      let positions = try ["in a folder", "a small text"].map { try place(of: $0, in: pack) }
      try damage(pack) { bytes in for position in positions { bytes[position] ^= 1 } }
      let damaged = try FileOperations.contents(of: pack)
      #expect(damaged != sound)
      try world.write("small.txt", "something else\n")
      let (status, report) = try fsck(world, "--repair")
      #expect(status == 6)
      #expect(try lostPaths(report) == ["small.txt"], "\(report)")
      #expect(report["repair"]?["restored"]?.array?.count == 1)
      let aside = try #require(report["repair"]?["setAside"]?.array?.first?.string)
      #expect(aside.contains("/.mlt/damaged/"))
      #expect(try FileOperations.contents(of: FilePath(aside)) == damaged)
      #expect(try FileStatus(at: pack) == nil)
      // What is lost comes back when it is added again.
      try expectSuccess(world.shell("rm -r folder && mlt checkout folder"))
      #expect(try world.read("folder/a") == "in a folder\n")
      #expect(try world.mlt("fsck").status == 6)
      try world.write("small.txt", "a small text\n")
      try expectSuccess(world.mlt("add", "small.txt"))
      try expectSuccess(world.mlt("fsck"))
    }
  }

  @Test("a truncated pack is told, and its sound part is saved", arguments: [0, 1, 40, 300, -1, -8, -60])
  func truncated(_ length: Int) throws {
    try withWorld { world in
      let pack = try makeStored(world)
      try damage(pack) { $0 = Array($0.prefix(length < 0 ? $0.count + length : length)) }
      let printed = try world.mlt("fsck")
      #expect(printed.status == 6)
      #expect(printed.stdout.contains(pack.string), "\(printed)")
      #expect(printed.stdout.contains("lost: ") && printed.stdout.contains("small.txt"), "\(printed)")
      _ = try fsck(world, "--repair")
      try expectSuccess(world.shell("rm -r small.txt folder && mlt checkout"))
      for (path, text) in texts { #expect(try world.read(path) == text) }
    }
  }

  @Test("a repair that makes the damaged pack's like again, under the same name, leaves all sound")
  func likeAgain() throws {
    try withWorld { world in
      try expectSuccess(world.shell("mkdir d && echo 1 > d/1 && mlt add d && mlt mv d e && mlt rm e/1 && mlt add e"))
      try world.write("e/2", "2\n")
      let packs = world.repository.pushing(".mlt/packs")
      let before = try Set(FileOperations.names(in: packs))
      try expectSuccess(world.mlt("add", "e"))
      let new = try Set(FileOperations.names(in: packs)).subtracting(before)
      let name = try #require(new.first { $0.string.hasSuffix(".pack") })
      // All objects of this pack are stored anew, and nothing else is.
      try damage(packs.appending(name)) { bytes in for position in 16..<20 { bytes[position] ^= 1 } }
      #expect(try fsck(world).status == 6)
      let (status, report) = try fsck(world, "--repair")
      #expect(status == 0, "\(report)")
      #expect(try lostPaths(report) == [])
      try expectSuccess(world.mlt("fsck"))
    }
  }

  @Test("a pack that is gone is told by what lock files name, and repaired from the work tree")
  func missing() throws {
    try withWorld { world in
      try FileOperations.remove(try makeStored(world))
      let (status, report) = try fsck(world)
      #expect(status == 6)
      #expect(try lostPaths(report).contains("small.txt"), "\(report)")
      let (_, repaired) = try fsck(world, "--repair")
      #expect(try lostPaths(repaired) == [], "\(repaired)")
      try expectSuccess(world.shell("rm -r small.txt folder && mlt checkout"))
      for (path, text) in texts { #expect(try world.read(path) == text) }
    }
  }

  @Test(
    "a file among the packs that is none is told or passed over, and takes nothing along",
    arguments: ["", "PACK", "\0\0\0"])
  func foreign(_ text: String) throws {
    try withWorld { world in
      _ = try makeStored(world)
      try world.write(".mlt/packs/\(String(repeating: "0", count: 64)).pack", text)
      let printed = try world.mlt("fsck")
      #expect(printed.status == 6 && printed.stdout.contains("000.pack"), "\(printed)")
      let (status, _) = try fsck(world, "--repair")
      #expect(status == 0)
      try expectSuccess(world.mlt("fsck"))
      #expect(try world.mlt("cat", "small.txt").stdout == "a small text\n")
    }
  }

  @Test("what a collection took is no loss")
  func collected() throws {
    try withWorld { world in
      _ = try makeStored(world)
      try expectSuccess(world.shell("mlt rm small.txt && rm -f small.txt && mlt gc --grace 0 --keep-last 0"))
      let made = try world.mlt("cat", ContentHasher.contentID(of: Array("a small text\nin a folder\n".utf8)).hex)
      #expect(made.status == 3, "\(made)")
      let (status, report) = try fsck(world)
      #expect(status == 0, "\(report)")
    }
  }

  @Test("damage to a folder's list hinders a collection, which says so, and a repair helps")
  func collectingDamage() throws {
    try withWorld { world in
      let pack = try makeStored(world)
      let listing = try #require(try world.json("show", "folder")["artifact"]?["id"]?.string)
      try damageObject(listing, in: pack)
      let printed = try world.mlt("gc", "--grace", "0")
      #expect(printed.status == 6, "\(printed)")
      #expect(printed.stderr.contains("hint: run 'mlt fsck --repair' first"), "\(printed)")
      _ = try fsck(world, "--repair")
      try expectSuccess(world.mlt("gc", "--grace", "0"))
      try expectSuccess(world.shell("rm -r small.txt folder && mlt checkout"))
    }
  }

  // MARK: Journal

  private func makeHistory(_ world: World) throws -> FilePath {
    for number in 1...3 { try expectSuccess(world.mlt("run", "--", "sh", "-c", "echo \(number) > \(number).txt")) }
    return try #require(try world.dataFiles(in: "journal", suffix: ".jsonl").first)
  }

  @Test("a changed line of the journal is told", arguments: [10, 60, 200, 700])
  func journalLine(_ position: Int) throws {
    try withWorld { world in
      try damage(makeHistory(world)) { $0[position] ^= 1 }
      let (status, report) = try fsck(world)
      #expect(status == 6)
      #expect(report["journal"]?.array?.contains { $0["harmless"] == false } == true, "\(report)")
      // What is lost of the journal nobody has: a repair changes nothing, and says so.
      #expect(try fsck(world, "--repair").status == 6)
    }
  }

  @Test("a journal line that was taken out is told")
  func brokenChain() throws {
    try withWorld { world in
      try damage(makeHistory(world)) { bytes in
        var lines = bytes.split(separator: UInt8(ascii: "\n"))
        lines.remove(at: 2)
        bytes = Array(lines.joined(separator: [UInt8(ascii: "\n")])) + [UInt8(ascii: "\n")]
      }
      let printed = try world.mlt("fsck")
      #expect(printed.status == 6 && printed.stdout.contains("journal: event "), "\(printed)")
    }
  }

  @Test("a torn tail is a note and no damage, before and after it was set aside")
  func tornTail() throws {
    try withWorld { world in
      try damage(makeHistory(world)) { bytes in bytes += Array(#"{"v":1,"type":"run.st"#.utf8) }
      let printed = try world.mlt("fsck")
      try expectSuccess(printed)
      #expect(printed.stdout.contains("note: journal of writer "), "\(printed)")
      try expectSuccess(world.mlt("run", "--", "true"))
      let after = try world.mlt("fsck")
      try expectSuccess(after)
      #expect(after.stdout.contains("note: bytes of a torn event "), "\(after)")
    }
  }

  // MARK: Index

  @Test("an index of another repository is told and made anew")
  func foreignIndex() throws {
    try withWorld { world in
      _ = try makeStored(world)
      let log = try world.json("log")
      try expectSuccess(
        world.shell(
          """
          mkdir ../other && cd ../other && git init -q && mlt init && echo 1 > x && mlt add x && mlt log
          cd ../repository && rm .mlt/index.sqlite* && cp ../other/.mlt/index.sqlite* .mlt
          """))
      // Opening it may have found out already.
      let (status, report) = try fsck(world, "--repair")
      #expect(status == 0, "\(report)")
      #expect(try world.json("log") == log)
      #expect(try world.mlt("log", "x").status != 0)
      try expectSuccess(world.mlt("fsck"))
    }
  }

  @Test("changed bytes in the index never give another answer unnoticed by fsck", arguments: [1, 2, 3, 4] as [UInt64])
  func changedIndex(seed: UInt64) throws {
    try withWorld { world in
      _ = try makeStored(world)
      let answers = ["log", "status", "component"]
      func ask() throws -> [String] { try answers.map { try world.mlt($0, "--json").stdout } }
      let before = try ask()
      try world.shell("rm -f .mlt/index.sqlite-wal .mlt/index.sqlite-shm")
      let index = world.dataFolder.appending("index.sqlite")
      var generator = SeededGenerator(seed: seed)
      for _ in 0..<12 {
        try damage(index) { bytes in
          for _ in 0..<20 {
            bytes[Int.random(in: 0..<bytes.count, using: &generator)] ^= UInt8.random(in: 1...255, using: &generator)
          }
        }
        let (status, report) = try fsck(world, "--repair")
        #expect(status == 0, "\(report)")
        for (now, then) in zip(try ask(), before) { #expect(now == then) }
        #expect(try fsck(world).status == 0)
      }
    }
  }

  @Test("a row of the index that says something else is told, and put right by a repair")
  func changedRow() throws {
    try withWorld { world in
      _ = try makeStored(world)
      try expectSuccess(world.mlt("run", "-c", "abcdefgh", "--", "true"))
      let before = try world.mlt("log", "--json").stdout
      try world.shell("rm -f .mlt/index.sqlite-wal .mlt/index.sqlite-shm")
      // A text of the same length: the file's structure stays whole, what it says doesn't.
      try damage(world.dataFolder.appending("index.sqlite")) { bytes in
        let wanted = Array("abcdefgh".utf8)
        for start in bytes.indices.dropLast(8) where bytes[start..<(start + 8)].elementsEqual(wanted) {
          bytes[start] = UInt8(ascii: "z")
        }
      }
      #expect(try world.mlt("log").stdout.contains("zbcdefgh"))
      let (status, report) = try fsck(world)
      #expect(status == 6)
      #expect(report["index"]?.array?.isEmpty == false, "\(report)")
      let (repaired, after) = try fsck(world, "--repair")
      #expect(repaired == 0 && after["rebuiltIndex"] == true, "\(after)")
      #expect(try world.mlt("log", "--json").stdout == before)
    }
  }
}
