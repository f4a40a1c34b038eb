import MLTBase
import ObjectStorage
import SystemPackage
import TestSupport
import Testing

/// Trees that were made to do harm when they are written to a folder.
@Suite struct HostileTreeTests {
  private func refused(
    _ entries: (ObjectWriter) throws -> [TreeEntry], below parents: [String] = []
  ) throws -> StorageError? {
    try withTemporaryFolder { folder in
      let store = try makeStore(in: folder)
      let writer = store.begin()
      let good = TreeEntry(mode: .file, content: try writer.addBytes([1]), size: 1, name: Array("Agood".utf8))
      var tree = try Tree(entries: [good] + entries(writer))
      for parent in parents.reversed() {
        let id = try writer.addTree(tree)
        tree = try Tree(
          entries: [
            TreeEntry(mode: .tree, content: id, size: tree.size, count: tree.count, name: Array(parent.utf8))
          ])
      }
      let id = try writer.addTree(tree)
      try writer.finish()
      let target = folder.appending("out")
      do {
        try store.restoreTree(id, to: target)
      } catch let error as StorageError {
        // Refused before anything was written.
        #expect(try FileStatus(at: target) == nil)
        return error
      }
      return nil
    }
  }

  @Test("reserved names are refused in any case of letters", arguments: [".git", ".mlt", ".GIT", ".Mlt"])
  func reserved(name: String) throws {
    let error = try refused({ writer in
      [TreeEntry(mode: .file, content: try writer.addBytes([2]), size: 1, name: Array(name.utf8))]
    })
    #expect(error == .unsafeEntry(Array(name.utf8), .reservedName))
    let below = try refused(
      { writer in
        let empty = try writer.addTree(Tree(entries: []))
        return [TreeEntry(mode: .tree, content: empty, size: 0, count: 0, name: Array(name.utf8))]
      }, below: ["a", "b"])
    #expect(below == .unsafeEntry(Array("a/b/\(name)".utf8), .reservedName))
  }

  @Test(
    "links that lead out are refused",
    arguments: ["/etc/passwd", "../../../x", "a/../../../../x", "..//../..", "b/..", "./../../../x/"])
  func linksOut(target: String) throws {
    let error = try refused(
      { writer in
        let bytes = Array(target.utf8)
        return [
          TreeEntry(mode: .link, content: try writer.addBytes(bytes), size: Int64(bytes.count), name: [0x6C])
        ]
      }, below: ["a", "b"])
    #expect(error == .unsafeEntry(Array("a/b/l".utf8), .linkLeadsOut))
  }

  @Test("links that stay inside are made", arguments: ["x", "./x/y", "../x", "../../x/y", "x..", "../.."])
  func linksInside(target: String) throws {
    let error = try refused(
      { writer in
        let bytes = Array(target.utf8)
        return [
          TreeEntry(mode: .link, content: try writer.addBytes(bytes), size: Int64(bytes.count), name: [0x6C])
        ]
      }, below: ["a", "b"])
    #expect(error == nil)
  }

  @Test("targets that can't be a path are refused", arguments: [[], [0x61, 0, 0x62]] as [[UInt8]])
  func linkTargets(target: [UInt8]) throws {
    let error = try refused({ writer in
      [TreeEntry(mode: .link, content: try writer.addBytes(target), size: 0, name: [0x6C])]
    })
    #expect(error == .unsafeEntry([0x6C], .linkTarget))
  }

  /// A chain of trees that each name the next one twice.
  private func doubling(_ levels: Int, from bottom: Tree, _ writer: ObjectWriter) throws -> ContentID {
    var tree = bottom
    for _ in 0..<levels {
      let id = try writer.addTree(tree)
      tree = try Tree(
        entries: ["a", "b"].map {
          TreeEntry(mode: .tree, content: id, size: tree.size, count: tree.count, name: Array($0.utf8))
        })
    }
    return try writer.addTree(tree)
  }

  @Test(
    "trees that multiply one another's empty folders are refused, however many they come to", arguments: [24, 40, 200])
  func folders(levels: Int) throws {
    try withTemporaryFolder { folder in
      let store = try makeStore(in: folder)
      let writer = store.begin()
      let id = try doubling(levels, from: Tree(entries: []), writer)
      try writer.finish()
      #expect(throws: StorageError.tooManyFolders(id, limit: 1 << 20)) {
        try store.restoreTree(id, to: folder.appending("out"))
      }
      #expect(try FileStatus(at: folder.appending("out")) == nil)
    }
  }

  @Test("the same trees in places where they may be are made in each")
  func shared() throws {
    try withTemporaryFolder { folder in
      let store = try makeStore(in: folder)
      let writer = store.begin()
      let file = TreeEntry(mode: .file, content: try writer.addBytes([1]), size: 1, name: Array("f".utf8))
      let id = try doubling(5, from: Tree(entries: [file]), writer)
      try writer.finish()
      let out = folder.appending("out")
      try store.restoreTree(id, to: out)
      let made = try FolderIdentity.identify(out)
      #expect(made.content == id)
      #expect(made.count == 32)
    }
  }

  @Test("a tree whose entry says less of a folder than the folder itself is refused")
  func understated() throws {
    try withTemporaryFolder { folder in
      let store = try makeStore(in: folder)
      let writer = store.begin()
      let file = TreeEntry(mode: .file, content: try writer.addBytes([1]), size: 1, name: Array("f".utf8))
      let child = try writer.addTree(Tree(entries: [file]))
      let entry = TreeEntry(mode: .tree, content: child, size: 1, count: 0, name: Array("d".utf8))
      let id = try writer.addTree(Tree(entries: [entry]))
      try writer.finish()
      let damage = Corruption.Damage.tree(.figures(Array("d".utf8)))
      #expect(throws: StorageError.corrupt(Corruption(pack: nil, object: id, damage: damage))) {
        try store.restoreTree(id, to: folder.appending("out"))
      }
      #expect(try FileStatus(at: folder.appending("out")) == nil)
    }
  }

  @Test(
    "a link that stays inside from a deep place is refused in a higher one, whichever comes first", arguments: [0, 1])
  func linkDepths(order: Int) throws {
    try withTemporaryFolder { folder in
      let store = try makeStore(in: folder)
      let writer = store.begin()
      let target = Array("../../x".utf8)
      let link = TreeEntry(
        mode: .link, content: try writer.addBytes(target), size: Int64(target.count), name: [0x6C])
      func entry(_ tree: Tree, _ name: String) throws -> TreeEntry {
        let id = try writer.addTree(tree)
        return TreeEntry(mode: .tree, content: id, size: tree.size, count: tree.count, name: Array(name.utf8))
      }
      let holder = try Tree(entries: [link])
      let inner = try entry(holder, "c")
      let deep = try Tree(entries: [entry(Tree(entries: [inner]), "b")])
      let root = try Tree(entries: [entry(deep, "deep"), entry(Tree(entries: [entry(holder, "m")]), "n")])
      let fine = try writer.addTree(root)
      let high = order == 0 ? "z" : "0"
      let bad = try writer.addTree(Tree(entries: root.entries + [entry(holder, high)]))
      try writer.finish()
      try store.restoreTree(fine, to: folder.appending("fine"))
      #expect(throws: StorageError.unsafeEntry(Array("\(high)/l".utf8), .linkLeadsOut)) {
        try store.restoreTree(bad, to: folder.appending("out"))
      }
    }
  }

  @Test("links may lead out where the caller allows it")
  func allowed() throws {
    try withTemporaryFolder { folder in
      let store = try makeStore(in: folder)
      let writer = store.begin()
      let target = Array("/elsewhere".utf8)
      let link = TreeEntry(
        mode: .link, content: try writer.addBytes(target), size: Int64(target.count), name: [0x6C])
      let id = try writer.addTree(Tree(entries: [link]))
      try writer.finish()
      try store.restoreTree(id, to: folder.appending("out"), allowingLinksOut: true)
      #expect(try FileOperations.linkTargetBytes(folder.pushing("out/l")) == target)
    }
  }
}
