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
