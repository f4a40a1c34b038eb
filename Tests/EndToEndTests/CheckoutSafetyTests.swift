import MLTBase
import SystemPackage
import TestSupport
import Testing

/// Work that isn't stored survives a checkout, and a checkout stays in the work tree.
@Suite struct CheckoutSafetyTests {
  @Test(
    "content that isn't stored is not overwritten, unless forced",
    arguments: [
      "echo mine > f", "rm f; mkdir f; echo mine > f/x", "rm f; ln -s mine f", "rm f; mkfifo f", "echo mine > d/a",
      "echo mine > d/new",
      "ln -s mine d/new", "mkdir d/deep; echo mine > d/deep/x", "rm -r d; echo mine > d", "rm -r d; ln -s mine d",
      "rm d/a; mkdir d/a; echo mine > d/a/x",
    ])
  func unsaved(_ change: String) throws {
    try withWorld { world in
      try world.write("f", "stored\n")
      try world.write("d/a", "stored too\n")
      try world.write("other", "1\n")
      try expectSuccess(world.mlt("add", "f", "d", "other"))
      try expectSuccess(world.shell(change))
      try world.shell("rm other")
      let look =
        "find f d other -printf '%p %y %l %m\\n' 2> /dev/null | sort; cat f d/a f/x d/new d/deep/x d 2> /dev/null < /dev/null"
      let before = try world.shell("[ -p f ] || { \(look); }").stdout
      let changed = change.contains("d") && !change.hasPrefix("rm f") ? "d" : "f"
      // The file that would be lost is named, not the folder it lies in.
      let lost = ["f/x", "d/deep/x", "d/new", "d/a/x"].first {
        change.hasSuffix("> \($0)") || change.hasSuffix(" \($0)")
      }
      let file = lost ?? (change == "echo mine > d/a" ? "d/a" : changed)
      let all = try world.mlt("checkout")
      #expect(all.status == 4, "\(all)")
      #expect(
        all.stderr.contains("error: '\(file)' has content that isn't stored and would be lost\nhint: "),
        "\(all.stderr)")
      #expect(try world.mlt("checkout", changed).status == 4)
      #expect(try world.shell("[ -p f ] || { \(look); }").stdout == before, "and nothing else is restored either")
      #expect(try world.read("other") == nil)
      try expectSuccess(world.mlt("checkout", "--force"))
      #expect(try world.read("f") == "stored\n")
      #expect(try world.shell("find d | sort").stdout == "d\nd/a\n")
      #expect(try world.read("d/a") == "stored too\n")
    }
  }

  @Test("what is stored gives way without being forced")
  func saved() throws {
    try withWorld { world in
      try world.write("f", "first\n")
      try expectSuccess(world.mlt("add", "f"))
      let lock = try #require(try world.read("mlt.lock"))
      try world.write("f", "second\n")
      try expectSuccess(world.mlt("add", "f"))
      try world.write("mlt.lock", lock)
      try expectSuccess(world.mlt("checkout", "f"))
      #expect(try world.read("f") == "first\n")
    }
  }

  @Test("a link in place of a folder doesn't lead a checkout out of the work tree", arguments: [[], ["--force"]])
  func linkInTheWay(_ options: [String]) throws {
    try withWorld { world in
      let outside = world.folder.appending("outside")
      try FileOperations.createFolder(outside)
      try world.write("g/x", "stored\n")
      try expectSuccess(world.mlt("add", "g/x"))
      try world.shell("rm -r g && ln -s ../outside g")
      let printed = try world.run([World.program.string, "checkout"] + options)
      #expect(printed.status == 4)
      #expect(printed.stderr.contains("error: 'g' is in the way"), "\(printed.stderr)")
      #expect(try FileOperations.names(in: outside).isEmpty)
      #expect(try FileStatus(at: world.repository.appending("g"))?.kind == .symbolicLink)
      try world.shell("rm g")
      try expectSuccess(world.mlt("checkout"))
      #expect(try world.read("g/x") == "stored\n")
    }
  }

  @Test("permissions, links and empty folders come back")
  func exactly() throws {
    try withWorld { world in
      try expectSuccess(
        world.shell(
          "mkdir -p d/empty && echo '#!/bin/sh' > d/tool && chmod +x d/tool && ln -s tool d/link && ln -s ../nowhere d/dangling && : > d/none"
        ))
      try expectSuccess(world.mlt("add", "d"))
      let before = try world.shell("find d -printf '%p %y %l %m\\n' | sort").stdout
      try world.shell("rm -r d")
      try expectSuccess(world.mlt("checkout"))
      #expect(try world.shell("find d -printf '%p %y %l %m\\n' | sort").stdout == before)
      try world.shell("chmod -x d/tool")
      try expectSuccess(world.mlt("checkout", "d"))
      #expect(try world.shell("find d -printf '%p %y %l %m\\n' | sort").stdout == before)
    }
  }
}
