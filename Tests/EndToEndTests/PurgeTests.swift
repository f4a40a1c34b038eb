import MLTBase
import SystemPackage
import TestSupport
import Testing

/// Deleting the bytes of what carries a retracted label.
@Suite struct PurgeTests {
  @Test("purging deletes the bytes here and in remotes, and keeps what is known of them")
  func purge() throws {
    try withWorld { world in
      try expectSuccess(world.mlt("remote", "add", "origin", "../share"))
      try world.recordTraining()
      try expectSuccess(world.shell("mlt add raw.csv && git add -A && git commit -qm data && mlt push"))
      try expectSuccess(world.shell("mlt label add consent:2024 raw.csv"))
      let plan = try world.json("label", "retract", "consent:2024", "--purge", "--dry-run")
      #expect(plan["contents"]?.array?.map { $0["path"]?.string } == ["clean.csv", "model.txt", "raw.csv"])
      #expect(try world.mlt("status").stdout.contains("tracked, all as mlt.lock says"))
      #expect(try !world.mlt("status").stdout.contains("Retracted"))
      // Nobody can be asked, so that the files stay, and it is said.
      let first = try world.mlt("label", "retract", "consent:2024", "-m", "withdrawn", "--purge")
      #expect(first.status == 1 && first.stderr.contains("3 files left in the work tree"), "\(first)")
      let second = try world.mlt("label", "retract", "consent:2024", "--purge", "--force")
      #expect(second.status == 0 && second.stdout.contains("removed  raw.csv"), "\(second)")
      #expect(try world.read("raw.csv") == nil && world.read("report.txt") != nil)
      #expect(try world.mlt("status").stdout.contains("purged:  raw.csv"))
      let fsck = try world.mlt("fsck")
      #expect(fsck.status == 0 && fsck.stdout.contains("purged: ") && !fsck.stdout.contains("lost: "), "\(fsck)")
      let checkout = try world.mlt("checkout")
      #expect(checkout.status == 0 && checkout.stderr.contains("the bytes of 'raw.csv' were purged"), "\(checkout)")
      let one = try world.mlt("checkout", "raw.csv")
      #expect(one.status == 3 && one.stderr.contains("were purged, on account of label 'consent:2024'"), "\(one)")
      #expect(try world.mlt("cat", "raw.csv").stderr.contains("were purged"))
      #expect(try world.mlt("show", "clean.csv").stdout.contains("purged, on account of label 'consent:2024'"))
      #expect(try world.mlt("trace", "model.txt").stdout.contains("clean.csv"))
      try expectSuccess(world.mlt("push"))
      try expectSuccess(world.mlt("pull"))
      try expectSuccess(world.mlt("gc", "--grace", "0"))
      #expect(try world.read("raw.csv") == nil)
      // That the label may be used again brings nothing back.
      try expectSuccess(world.mlt("label", "reinstate", "consent:2024"))
      let again = try world.mlt("fsck")
      #expect(again.status == 0 && again.stdout.contains("purged: ") && !again.stdout.contains("lost: "), "\(again)")
      #expect(try world.mlt("status").stdout.contains("purged:  raw.csv"))
      let restored = try world.mlt("checkout")
      #expect(restored.status == 0 && restored.stderr.contains("the bytes of 'raw.csv' were purged"), "\(restored)")
    }
  }

  @Test("another clone learns of it by pulling, doesn't send the bytes again, and gives up its own")
  func clones() throws {
    try withWorld(git: false, initialized: false) { world in
      try world.prepareSharing()
      let (one, two) = (world.place("a"), world.place("b"))
      try expectSuccess(world.mlt("pull", in: two))
      try expectSuccess(
        world.shell("mlt label add x f && mlt label retract x -m gone --purge --force && mlt push", in: one))
      try expectSuccess(world.shell("mlt fetch && mlt push", in: two))
      #expect(try world.shell("mlt run -- wc -c f", in: two).status == 125)
      // What two had, it hasn't brought back.
      try expectSuccess(
        world.shell(
          "git clone -q hub.git c && cd c && mlt init && mlt remote add origin ../share || true", in: world.folder))
      let pulled = try world.mlt("pull", in: world.place("c"))
      #expect(pulled.status == 0, "\(pulled)")
      #expect(try FileStatus(at: world.place("c/f")) == nil)
      #expect(try FileStatus(at: two.appending("f")) != nil)
      let purged = try world.mlt("label", "retract", "x", "--purge", "--force", in: two)
      #expect(purged.status == 0, "\(purged)")
      #expect(try FileStatus(at: two.appending("f")) == nil)
      #expect(try world.mlt("cat", "f", in: two).stderr.contains("were purged"))
      // Reinstated, the bytes may be had again from wherever they still are.
      try expectSuccess(world.mlt("label", "reinstate", "x", in: two))
      try expectSuccess(world.shell("seq 20000 > f; mlt add f; mlt push", in: two))
      try expectSuccess(world.shell("mlt fetch; mlt pull", in: one))
      #expect(try FileStatus(at: one.appending("f")) != nil)
    }
  }

  @Test("a clone that hasn't pulled sends nothing that the remote knows to be purged, and says so")
  func unpulled() throws {
    try withWorld(git: false, initialized: false) { world in
      try world.prepareSharing()
      let (one, two) = (world.place("a"), world.place("b"))
      try expectSuccess(world.mlt("pull", in: two))
      try expectSuccess(
        world.shell("mlt label add x f && mlt label retract x -m gone --purge --force && mlt push", in: one))
      for _ in 0..<2 {
        try expectSuccess(world.shell("mlt run -q -- sh -c 'date +%N > t'", in: two))
        let dry = try world.mlt("push", "--dry-run", in: two)
        #expect(dry.stderr.contains("the bytes of 1 content wouldn't be sent: they were purged"), "\(dry)")
        let push = try world.mlt("push", in: two)
        #expect(
          push.status == 0 && push.stderr.contains("weren't sent: they were purged, as 'origin' knows"), "\(push)")
        #expect(try !world.mlt("whereis", "f", in: two).stdout.contains("origin  yes"))
      }
      try expectSuccess(world.mlt("fetch", in: two))
      let push = try world.mlt("push", in: two)
      #expect(push.status == 0 && push.stderr == "", "\(push)")
      // Reinstated there, they are sent again by who has them, pulled or not.
      try expectSuccess(world.shell("mlt label reinstate x && mlt push", in: one))
      let again = try world.mlt("push", in: two)
      #expect(again.status == 0, "\(again)")
    }
  }

  @Test("bytes that came to a remote while they were purged go when the purge is told of there")
  func crossing() throws {
    try withWorld(git: false, initialized: false) { world in
      try world.prepareSharing()
      let (one, two) = (world.place("a"), world.place("b"))
      try expectSuccess(world.mlt("pull", in: two))
      try expectSuccess(world.shell("mlt label add x f && mlt label retract x -m gone --purge --force", in: one))
      // Nobody could know.
      try expectSuccess(world.mlt("push", in: two))
      #expect(try world.mlt("whereis", "f", in: two).stdout.contains("origin"))
      let push = try world.mlt("push", in: one)
      #expect(
        push.status == 0 && push.stderr.contains("in 'origin' that somebody had sent while it was purged"), "\(push)")
      let later = try world.mlt("push", in: two)
      #expect(later.status == 0 && later.stderr.contains("weren't sent"), "\(later)")
      #expect(try world.mlt("push", in: one).stderr == "")
    }
  }

  @Test("a label on the whole work tree takes each file once, and leaves what mlt keeps up to date itself")
  func root() throws {
    try withWorld { world in
      try world.write("raw.txt", "personal data of somebody\n")
      try world.write("data/b.txt", "more personal data\n")
      try expectSuccess(world.shell("mlt add raw.txt data; mlt label add x . --path"))
      let purged = try world.json("label", "retract", "x", "--purge", "--force")
      let paths = purged["contents"]?.array?.compactMap { $0["path"]?.string } ?? []
      #expect(paths.contains("raw.txt") && paths.contains("data/b.txt") && !paths.contains("mlt.lock"), "\(purged)")
      #expect(paths.allSatisfy { !$0.hasPrefix("./") })
      #expect(purged["complete"]?.bool == true)
      #expect(try world.read("raw.txt") == nil && world.read("mlt.lock") != nil)
    }
  }

  @Test("what a run made of other things as well stays, and so does the rest of a folder")
  func spared() throws {
    try withWorld { world in
      try world.write("raw.txt", "personal data of somebody\n")
      try world.write("data/a.txt", "a harmless table\n")
      try world.write("data/b.txt", "personal data in a folder\n")
      try expectSuccess(world.shell("mlt add data; git add -A . ':!raw.txt'; git commit -qm x"))
      try expectSuccess(
        world.shell("mlt run -q -c one -- sh -c 'wc raw.txt data/b.txt > /dev/null; echo a constant line > c.txt'"))
      try expectSuccess(world.shell("mlt run -q -c two -- sh -c 'echo a constant line > d.txt'"))
      try expectSuccess(world.shell("mlt label add x raw.txt data/b.txt"))
      let purged = try world.json("label", "retract", "x", "-m", "gone", "--purge", "--force")
      #expect(purged["contents"]?.array?.map { $0["path"]?.string } == ["data/b.txt", "raw.txt"])
      #expect(purged["spared"]?.array?.map { $0["path"]?.string } == ["c.txt"])
      #expect(try world.read("c.txt") != nil && world.read("data/a.txt") != nil && world.read("data/b.txt") == nil)
      try expectSuccess(world.shell("rm -r data"))
      let checkout = try world.mlt("checkout")
      #expect(checkout.status == 0 && checkout.stderr.contains("the bytes of 'data/b.txt' were purged"), "\(checkout)")
      #expect(try world.read("data/a.txt") == "a harmless table\n")
      #expect(try world.mlt("fsck").status == 0)
    }
  }

  @Test("a remote that can't be reached is named, and purged when it is done again")
  func unreachable() throws {
    try withWorld { world in
      try expectSuccess(world.mlt("remote", "add", "origin", "../share"))
      try world.write("raw.txt", "personal data of somebody\n")
      try expectSuccess(world.shell("mlt add raw.txt && mlt push && mlt label add x raw.txt && mv ../share ../away"))
      let first = try world.mlt("label", "retract", "x", "-m", "gone", "--purge", "--force")
      #expect(first.status == 1 && first.stderr.contains("not all is gone from remote 'origin'"), "\(first)")
      try expectSuccess(world.shell("mv ../away ../share"))
      // The remote has it still, and nobody gets it.
      try expectSuccess(world.mlt("fetch", "--all"))
      #expect(try world.mlt("cat", "raw.txt").stderr.contains("were purged"))
      try expectSuccess(world.mlt("label", "retract", "x", "--purge", "--force"))
      #expect(try world.mlt("whereis", "raw.txt").stdout.contains("no") || world.mlt("whereis", "raw.txt").status != 0)
    }
  }

  @Test("what was there before a run copied it beside labelled data stays, and a later copy of what was made doesn't")
  func older() throws {
    try withWorld { world in
      for number in 1...100 { try world.write("data/\(number).txt", "row \(number) of a table\n") }
      try world.write("codes.txt", "a table of codes\n")
      try expectSuccess(world.shell("mlt add data codes.txt; git add -A; git commit -qm x"))
      try expectSuccess(
        world.shell(
          "mlt run -q -c all -- sh -c 'cat data/*.txt > all.txt; mkdir out; cp codes.txt out; cp data/5.txt out/five.txt'"
        ))
      try expectSuccess(world.shell("cp all.txt backup.txt; mlt add backup.txt; mlt label add x data/7.txt"))
      let plan = try world.json("label", "retract", "x", "--purge", "--dry-run")
      #expect(plan["contents"]?.array?.map { $0["path"]?.string } == ["all.txt", "data/7.txt"])
      #expect(plan["workTree"]?.array?.map { $0["path"]?.string } == ["all.txt", "backup.txt", "data/7.txt"])
      #expect(plan["spared"]?.array?.map { $0["path"]?.string } == ["out/codes.txt", "out/five.txt"])
      // A folder that holds such a file can't be read as a whole, and what else is in it can.
      try expectSuccess(world.mlt("label", "retract", "x", "-m", "gone"))
      #expect(try world.mlt("run", "-c", "all", "--", "ls", "data").status == 125)
      #expect(try world.mlt("run", "-c", "one", "--", "wc", "data/8.txt").status == 0)
      let purged = try world.mlt("label", "retract", "x", "--purge", "--force")
      #expect(purged.status == 0, "\(purged)")
      try expectSuccess(world.shell("rm -r data codes.txt; mlt checkout"))
      #expect(try FileOperations.names(in: world.repository.appending("data")).count == 99)
      #expect(try world.read("codes.txt") != nil && world.read("out/codes.txt") != nil)
    }
  }

  @Test("a purge that was stopped is done again, and until then nobody gets at the bytes by pulling")
  func stopped() throws {
    try withWorld { world in
      try expectSuccess(world.mlt("remote", "add", "origin", "../share"))
      try world.write("raw.txt", "personal data of somebody\n")
      try expectSuccess(world.shell("mlt add raw.txt && mlt push && mlt label add x raw.txt"))
      let stopped = try world.shell(
        "exec 9>.mlt/collect.lock; flock -x 9; mlt label retract x -m gone --purge --force 9>&-")
      #expect(stopped.status == 5, "\(stopped)")
      #expect(try world.json("label", "list")["labels"]?.array?.first?["purged"]?.int == 1)
      try expectSuccess(world.mlt("gc", "--grace", "0"))
      try expectSuccess(world.mlt("fetch", "--all"))
      #expect(try world.mlt("cat", "raw.txt").stderr.contains("were purged"))
      let again = try world.mlt("label", "retract", "x", "--purge", "--force")
      #expect(again.status == 0, "\(again)")
      try expectSuccess(world.mlt("label", "reinstate", "x"))
      // The remote hasn't got it either.
      try expectSuccess(world.mlt("fetch", "--all"))
      #expect(try world.mlt("cat", "raw.txt").stderr.contains("were purged"))
    }
  }
}
