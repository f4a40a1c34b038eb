import FileTracing
import Glibc
import MLTBase
import SystemPackage
import TestSupport
import Testing

@Suite struct PrivilegesTests {
  @Test(.enabled(if: getuid() == 0, "only root can give a program to another group"))
  func `A program that changes the user is told by its path and by its name`() throws {
    try withTemporaryFolder { folder in
      let tool = folder.appending("tool")
      try FileOperations.replace(tool, with: bytes("x"), permissions: FilePermissions(rawValue: 0o755), sync: false)
      #expect(!Privileges.needsPrivileges(program: tool.bytes, path: nil))
      #expect(!Privileges.needsPrivileges(program: bytes("tool"), path: folder.string))
      try requireSuccess(chown(tool.string, 0, getgid() == 1 ? 2 : 1), "chown")
      try requireSuccess(chmod(tool.string, 0o2755), "chmod")
      #expect(Privileges.needsPrivileges(program: tool.bytes, path: nil))
      #expect(Privileges.needsPrivileges(program: bytes("tool"), path: "/nowhere:" + folder.string))
      #expect(!Privileges.needsPrivileges(program: bytes("tool"), path: "/nowhere"))
    }
  }

  @Test(arguments: [[], bytes("/nowhere/x"), bytes("a\0b"), bytes("/tmp")])
  func `What isn't a program needs nothing`(_ program: [UInt8]) {
    #expect(!Privileges.needsPrivileges(program: program, path: ""))
  }

  @Test(.enabled(if: getuid() == 0 && isInstalled("setpriv"), "only root can give up its privileges"))
  func `Without privileges a command is followed too, and what it can't gain is told`() throws {
    try withTemporaryFolder { folder in
      let tool = folder.appending("tool")
      try FileOperations.replace(
        tool, with: bytes("#!/bin/sh\nexit 0\n"), permissions: FilePermissions(rawValue: 0o755), sync: false)
      try requireSuccess(chown(tool.string, 0, 1), "chown")
      try requireSuccess(chmod(tool.string, 0o2755), "chmod")
      let driver = try Driver(
        "echo 1 > out; ./tool", in: folder, before: ["setpriv", "--bounding-set=-all", "--inh-caps=-all"])
      #expect(driver.process.wait() == 0)
      #expect(driver.lines().contains("observation observed"))
      #expect(driver.lines().contains("write \(folder.appending("out").string) 3"))
      #expect(driver.lines().contains("executed \(tool.string) true"))
    }
  }
}
