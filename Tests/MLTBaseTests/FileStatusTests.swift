import Glibc
import MLTBase
import SystemPackage
import TestSupport
import Testing

@Suite struct FileStatusTests {
  @Test("each kind of file is told apart, and a link is followed only if asked")
  func kinds() throws {
    try withTemporaryFolder { folder in
      let (file, link, fifo) = (folder.appending("file"), folder.appending("link"), folder.appending("fifo"))
      try FileOperations.replace(file, with: [1, 2, 3])
      #expect(symlink("file", link.string) == 0)
      #expect(mkfifo(fifo.string, 0o600) == 0)
      #expect(try FileStatus(at: folder)?.kind == .directory)
      #expect(try FileStatus(at: file)?.kind == .regular)
      #expect(try FileStatus(at: file)?.size == 3)
      #expect(try FileStatus(at: link)?.kind == .symbolicLink)
      #expect(try FileStatus(at: link, followingLinks: true) == FileStatus(at: file))
      #expect(try FileStatus(at: fifo)?.kind == .special)
      #expect(try FileStatus(at: "/dev/null")?.kind == .special)
    }
  }

  @Test("nothing at the path is nil, and a link that leads nowhere is there until it is followed")
  func missing() throws {
    try withTemporaryFolder { folder in
      let (file, link) = (folder.appending("file"), folder.appending("link"))
      try FileOperations.replace(file, with: [])
      #expect(symlink("nowhere", link.string) == 0)
      #expect(try FileStatus(at: folder.appending("none")) == nil)
      #expect(try FileStatus(at: file.appending("below")) == nil)
      #expect(try FileStatus(at: link) != nil)
      #expect(try FileStatus(at: link, followingLinks: true) == nil)
    }
  }

  @Test("a path that can't be looked at is an error")
  func refused() throws {
    try withTemporaryFolder { folder in
      let long = folder.appending(String(repeating: "a", count: 300))
      #expect(throws: SystemCallError("look at", long, .fileNameTooLong)) { try FileStatus(at: long) }
      let circle = folder.appending("circle")
      #expect(symlink("circle", circle.string) == 0)
      #expect(throws: SystemCallError("look at", circle, .tooManySymbolicLinkLevels)) {
        try FileStatus(at: circle, followingLinks: true)
      }
    }
  }

  @Test("times are nanoseconds, before 1970 too", arguments: [(0, 7), (1_700_000_000, 123_456_789), (-5, 999_999_999)])
  func times(seconds: Int, nanoseconds: Int) throws {
    try withTemporaryFolder { folder in
      let file = folder.appending("file")
      try FileOperations.replace(file, with: [])
      let time = timespec(tv_sec: seconds, tv_nsec: nanoseconds)
      #expect(utimensat(AT_FDCWD, file.string, [time, time], 0) == 0)
      #expect(try FileStatus(at: file)?.modified == Int64(seconds) * 1_000_000_000 + Int64(nanoseconds))
    }
  }

  @Test("an open file's status is that of its path, and its permissions are the bits that chmod sets")
  func open() throws {
    try withTemporaryFolder { folder in
      let file = folder.appending("file")
      try FileOperations.replace(file, with: [1])
      #expect(chmod(file.string, 0o4751) == 0)
      let descriptor = try FileDescriptor.open(file, .readOnly)
      let status = try descriptor.closeAfter { try FileStatus(of: descriptor, path: file) }
      #expect(try FileStatus(at: file) == status)
      #expect(status.permissions == 0o4751)
      #expect(status.isExecutable)
    }
  }
}
