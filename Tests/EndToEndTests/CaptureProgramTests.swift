import MLTBase
import SystemPackage
import Testing

/// Programs of all makes, through `mlt run`.
@Suite struct CaptureProgramTests {
  @Test("a statically linked program is followed")
  func staticallyLinked() throws {
    try withWorld { world in
      try world.write("in", "1\n")
      let program = try world.compile(
        """
        #include <stdio.h>
        int main(void) { FILE *i = fopen("in", "r"), *o = fopen("out", "w"); fputc(fgetc(i), o); return fclose(o); }
        """, flags: ["-static"])
      let run = try world.recordCommand([program])
      #expect(run.inputPaths == ["in"])
      #expect(run.outputPaths == ["out"])
    }
  }

  @Test("a program that makes its own system calls is followed")
  func rawCalls() throws {
    try withWorld { world in
      try world.write("in", "1\n")
      let program = try world.compile(
        """
        #include <fcntl.h>
        #include <sys/syscall.h>
        #include <unistd.h>
        int main(void) {
          char b[2];
          int i = syscall(SYS_openat, AT_FDCWD, "in", O_RDONLY), o = syscall(SYS_openat, AT_FDCWD, "tmp", O_WRONLY|O_CREAT, 0644);
          syscall(SYS_write, o, b, syscall(SYS_read, i, b, 2));
          return syscall(SYS_renameat2, AT_FDCWD, "tmp", AT_FDCWD, "out", 0);
        }
        """, flags: ["-static"])
      let run = try world.recordCommand([program])
      #expect(run.inputPaths == ["in"])
      #expect(run.outputPaths == ["out"])
      #expect(run.outputs["out"]?["id"] == contentID("1\n"))
    }
  }

  @Test("five hundred short children are followed, each with its files")
  func children() throws {
    try withWorld { world in
      try world.write("in", "1\n")
      let run = try world.record("i=0; while [ $i -lt 500 ]; do i=$((i+1)); cat in > out.$i; done")
      #expect(run.inputPaths == ["in"])
      let names = (1...500).map { "out.\($0)" }.sorted()
      #expect(run.outputPaths == names)
      #expect(run.hazards == [])
    }
  }

  private static func has(_ program: String) -> Bool {
    ["/usr/bin/", "/usr/local/bin/", "/bin/"].contains { ((try? FileStatus(at: FilePath($0 + program))) ?? nil) != nil }
  }

  @Test("strace within a run works, and what it traces is followed", .enabled(if: has("strace"), "needs strace"))
  func strace() throws {
    try withWorld { world in
      try world.write("in", "1\n")
      let run = try world.record("strace -f -e trace=openat -o log.txt sh -c 'cat in > out'")
      #expect(run.inputPaths == ["in"])
      #expect(run.outputPaths == ["log.txt", "out"])
      #expect(try world.read("log.txt")?.contains("\"in\"") == true)
    }
  }

  @Test("gdb within a run works, and what it debugs is followed", .enabled(if: has("gdb"), "needs gdb"))
  func gdb() throws {
    try withWorld { world in
      try world.write("in", "1\n")
      let run = try world.record("gdb -nx -batch -ex run --args sh -c 'cat in > out' > /dev/null 2>&1")
      #expect(run.inputPaths == ["in"])
      #expect(run.outputPaths == ["out"])
    }
  }

  @Test("the component is the script's own name unless one is given")
  func component() throws {
    try withWorld { world in
      try world.write("steps/train_model.sh", "true\n")
      #expect(try world.recordCommand(["sh", "steps/train_model.sh"]).json["component"] == "train_model")
      #expect(try world.recordCommand(["true"], options: ["-c", "given"]).json["component"] == "given")
    }
  }

  @Test("credentials in arguments, parameters and URLs aren't recorded, and the command gets them")
  func credentials() throws {
    try withWorld { world in
      let run = try world.recordCommand(
        ["sh", "-c", "printf '%s' \"$2\" > out", "sh", "--api-token", "s3cr3t-value-1"],
        options: ["-p", "db_password=hunter22", "-i", "https://user:letmein@example.invalid/data"])
      #expect(try world.read("out") == "s3cr3t-value-1")
      let journal = try world.shell("cat .mlt/journal/*/* | cat; mlt show --json \(run.id)").stdout
      for secret in ["s3cr3t-value-1", "hunter22", "letmein"] {
        #expect(!journal.contains(secret), "\(secret) was recorded")
      }
      #expect(journal.contains("[redacted]"))
    }
  }
}
