import FileTracing
import Glibc
import MLTBase
import SystemPackage
import TestSupport
import Testing

/// Programs of all makes: what each writes into its folder must be told.
@Suite struct ProgramKindTests {
  struct Make: CustomTestStringConvertible, Sendable {
    var testDescription: String
    var source: String
    var flags: [String] = []
  }

  static let makes: [Make] = [
    Make(
      testDescription: "statically linked",
      source: """
        #include <fcntl.h>
        #include <unistd.h>
        int main(int n, char **a) { chdir(a[1]); return open("out", O_WRONLY|O_CREAT, 0600) < 0; }
        """, flags: ["-static"]),
    Make(
      testDescription: "raw system calls",
      source: """
        #include <fcntl.h>
        #include <sys/syscall.h>
        #include <unistd.h>
        int main(int n, char **a) { syscall(SYS_chdir, a[1]);
          return syscall(SYS_openat, AT_FDCWD, "out", O_WRONLY|O_CREAT, 0600) < 0; }
        """, flags: ["-static"]),
    Make(
      testDescription: "openat2",
      source: """
        #include <fcntl.h>
        #include <linux/openat2.h>
        #include <sys/syscall.h>
        #include <unistd.h>
        int main(int n, char **a) { int d = open(a[1], O_PATH); 
          struct open_how how = {.flags = O_WRONLY|O_CREAT, .mode = 0600, .resolve = RESOLVE_IN_ROOT};
          return syscall(437, d, "/out", &how, sizeof how) < 0; }
        """),
    Make(
      testDescription: "a folder's descriptor",
      source: """
        #include <fcntl.h>
        #include <unistd.h>
        int main(int n, char **a) { int d = open(a[1], O_RDONLY|O_DIRECTORY); chdir("/");
          return openat(d, "out", O_RDWR|O_CREAT, 0600) < 0; }
        """),
    Make(
      testDescription: "threads",
      source: """
        #include <fcntl.h>
        #include <pthread.h>
        #include <stdio.h>
        #include <unistd.h>
        void *work(void *x) { char p[32]; for (int i = 0; i < 50; i++) { snprintf(p, 32, "t%ld-%d", (long)x, i); 
          close(open(p, O_WRONLY|O_CREAT, 0600)); } return 0; }
        int main(int n, char **a) { chdir(a[1]); pthread_t t[8];
          for (long i = 0; i < 8; i++) pthread_create(&t[i], 0, work, (void *)i);
          for (int i = 0; i < 8; i++) pthread_join(t[i], 0);
          return open("out", O_WRONLY|O_CREAT, 0600) < 0; }
        """),
    Make(
      testDescription: "fork, and vfork with exec",
      source: """
        #include <fcntl.h>
        #include <sys/wait.h>
        #include <unistd.h>
        int main(int n, char **a) { chdir(a[1]);
          if (vfork() == 0) { execl("/bin/sh", "sh", "-c", "echo 1 > byvfork", (char *)0); _exit(1); } wait(0);
          if (fork() == 0) { open("out", O_WRONLY|O_CREAT, 0600); _exit(0); } wait(0); return 0; }
        """),
    Make(
      testDescription: "posix_spawn",
      source: """
        #include <spawn.h>
        #include <sys/wait.h>
        #include <unistd.h>
        extern char **environ;
        int main(int n, char **a) { chdir(a[1]); char *v[] = {"sh", "-c", "echo 1 > out", 0}; pid_t p;
          int e = posix_spawn(&p, "/bin/sh", 0, 0, v, environ); wait(0); return e; }
        """),
    Make(
      testDescription: "a file without a name, linked later",
      source: """
        #include <fcntl.h>
        #include <stdio.h>
        #include <unistd.h>
        int main(int n, char **a) { chdir(a[1]); int f = open(".", O_TMPFILE|O_WRONLY, 0600); char p[64];
          if (f < 0) { open("out", O_WRONLY|O_CREAT, 0600); return 0; }  // a file system without such files
          snprintf(p, 64, "/proc/self/fd/%d", f);
          return linkat(AT_FDCWD, p, AT_FDCWD, "out", AT_SYMLINK_FOLLOW) != 0; }
        """),
    Make(
      testDescription: "bad pointers before",
      source: """
        #include <fcntl.h>
        #include <sys/mman.h>
        #include <sys/syscall.h>
        #include <string.h>
        #include <unistd.h>
        int main(int n, char **a) { chdir(a[1]);
          syscall(SYS_openat, AT_FDCWD, (void *)1, O_RDONLY); syscall(SYS_openat, AT_FDCWD, (void *)-1L, O_RDONLY);
          syscall(SYS_openat, 9999, "x", O_WRONLY|O_CREAT, 0600); syscall(437, AT_FDCWD, "x", (void *)8, 24);
          syscall(SYS_execve, (void *)16, 0, 0); syscall(SYS_renameat2, AT_FDCWD, (void *)1, AT_FDCWD, (void *)2, 0);
          syscall(SYS_symlinkat, (void *)1, AT_FDCWD, "l"); syscall(SYS_openat, AT_FDCWD, "", O_RDONLY);
          char *two = mmap(0, 8192, PROT_READ|PROT_WRITE, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0); munmap(two + 4096, 4096);
          memset(two, 'x', 4096); syscall(SYS_openat, AT_FDCWD, two + 4000, O_RDONLY);
          strcpy(two + 4096 - 4, "out"); return open(two + 4096 - 4, O_WRONLY|O_CREAT, 0600) < 0; }
        """),
    Make(
      testDescription: "a name over two pages",
      source: """
        #include <fcntl.h>
        #include <sys/mman.h>
        #include <string.h>
        #include <unistd.h>
        int main(int n, char **a) { chdir(a[1]);
          char *two = mmap(0, 8192, PROT_READ|PROT_WRITE, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0);
          strcpy(two + 4096 - 2, "out"); return open(two + 4096 - 2, O_WRONLY|O_CREAT, 0600) < 0; }
        """),
  ]

  @Test(arguments: makes) func `What a program writes is told`(_ make: Make) throws {
    try withTemporaryFolder { folder in
      let work = folder.appending("work")
      try FileOperations.createFolder(work)
      let program = try buildC(make.source, in: folder, flags: make.flags)
      let recorder = Recorder()
      let result = try runProgram([program, work.string], in: folder, recorder)
      #expect(result.termination == .exited(0))
      let names = try FileOperations.names(in: work).map(\.string)
      #expect(names.contains("out"))
      for name in names {
        let writes = recorder.writes(work.appending(name))
        #expect(writes.count == 1)
        #expect(writes.first?.contains(.created) == true)
      }
    }
  }

  #if arch(x86_64)
    /// Whether the kernel has the table of 32-bit calls; without it the call fails or ends the program.
    private static let has32BitCalls =
      (try? withTemporaryFolder { folder in
        let source = #"int main() { int r; __asm__("int $0x80" : "=a"(r) : "a"(20)); return r <= 0; }"#
        return try spawn([buildC(source, in: folder)]).wait() == 0
      }) ?? false

    @Test(.enabled(if: has32BitCalls, "the kernel has no 32-bit calls"))
    func `Calls through the 32-bit table are followed, in a program without any library`() throws {
      try withTemporaryFolder { folder in
        let program = try buildC(
          """
          #include <sys/mman.h>
          #include <string.h>
          #include <unistd.h>
          int main(int n, char **a) { chdir(a[1]); char *low = mmap(0, 4096, 3, MAP_PRIVATE|MAP_ANONYMOUS|MAP_32BIT, -1, 0);
            strcpy(low, "out"); long r;
            __asm__ volatile("int $0x80" : "=a"(r) : "a"(5L), "b"(low), "c"(0101L), "d"(0600L) : "memory", "r8", "r9", "r10", "r11");
            return (int)r < 0; }
          """, in: folder)
        let recorder = Recorder()
        let result = try runProgram([program, folder.string], in: folder, recorder)
        #expect(result.termination == .exited(0))
        #expect(recorder.writes(folder.appending("out")) == [[.created]])
      }
    }

    @Test func `Calls of the x32 kind are refused and told`() throws {
      try withTemporaryFolder { folder in
        let program = try buildC(
          """
          #include <errno.h>
          #include <unistd.h>
          int main() { return !(syscall(0x40000000 + 2, "/etc/passwd", 0) == -1 && errno == ENOSYS); }
          """, in: folder)
        let recorder = Recorder()
        #expect(try runProgram([program], in: folder, recorder).termination == .exited(0))
        #expect(recorder.kinds.contains(.elsewhere(.foreignCallRefused)))
      }
    }
  #endif

  @Test func `io_uring is refused and told, so that programs use calls that can be followed`() throws {
    try withTemporaryFolder { folder in
      let program = try buildC(
        """
        #include <errno.h>
        #include <unistd.h>
        int main() { char p[256] = {0}; return !(syscall(425, 8, p) == -1 && errno == ENOSYS); }
        """, in: folder)
      let recorder = Recorder()
      #expect(try runProgram([program], in: folder, recorder).termination == .exited(0))
      #expect(recorder.kinds.contains(.elsewhere(.ioUringRefused)))
    }
  }

  @Test func `Two files that exchange their names are told as one change`() throws {
    try withTemporaryFolder { folder in
      try write("a", to: folder.appending("a"))
      try write("b", to: folder.appending("b"))
      let program = try buildC(
        """
        #include <fcntl.h>
        #include <stdio.h>
        #include <unistd.h>
        int main(int n, char **a) { chdir(a[1]); return renameat2(AT_FDCWD, "a", AT_FDCWD, "b", RENAME_EXCHANGE) != 0; }
        """, in: folder)
      let recorder = Recorder()
      try runProgram([program, folder.string], in: folder, recorder)
      let expected = AccessEvent.Kind.renamed(
        from: folder.appending("a").bytes, to: folder.appending("b").bytes, exchanged: true)
      #expect(recorder.kinds.contains(expected))
    }
  }

  @Test func `Paths as long as the system takes are told whole`() throws {
    try withTemporaryFolder { folder in
      let program = try buildC(
        """
        #include <fcntl.h>
        #include <string.h>
        #include <sys/stat.h>
        #include <unistd.h>
        int main(int n, char **a) { chdir(a[1]); char p[4096] = ""; 
          for (int i = 0; i < 18; i++) { char s[202]; memset(s, 'd', 200); s[200] = 0; strcat(p, s); mkdir(p, 0700); strcat(p, "/"); }
          strcat(p, "out"); return open(p, O_WRONLY|O_CREAT, 0600) < 0; }
        """, in: folder)
      let recorder = Recorder()
      #expect(try runProgram([program, folder.string], in: folder, recorder).termination == .exited(0))
      let longest = recorder.kinds.map { if case .write(let path, _) = $0 { path.count } else { 0 } }.max() ?? 0
      #expect(longest == folder.bytes.count + 18 * 201 + 4)
    }
  }

  @Test(.enabled(if: isInstalled("strace"), "strace isn't installed"))
  func `strace works inside`() throws {
    try withTemporaryFolder { folder in
      let recorder = Recorder()
      let result = try runShell("strace -f -o trace cat /dev/null && echo 1 > out", in: folder, recorder)
      #expect(result.termination == .exited(0))
      #expect(recorder.writes(folder.appending("trace")).count == 1)
    }
  }

  @Test(.enabled(if: isInstalled("gdb"), "gdb isn't installed"))
  func `gdb works inside`() throws {
    try withTemporaryFolder { folder in
      let result = try runShell(
        "gdb -nx -batch -ex 'set startup-with-shell off' -ex run --args /bin/cat /dev/null > out 2>&1; grep -q 'exited normally' out",
        in: folder)
      #expect(result.termination == .exited(0))
    }
  }
}
