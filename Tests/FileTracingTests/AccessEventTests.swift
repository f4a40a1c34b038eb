import FileTracing
import Glibc
import MLTBase
import SystemPackage
import TestSupport
import Testing

@Suite struct AccessEventTests {
  @Test func `A read and a write of one command are told once each, in order`() throws {
    try withTemporaryFolder { folder in
      try write("data", to: folder.appending("in"))
      let recorder = Recorder()
      let result = try runShell("cat in > out; cat in; cat in >> out", in: folder, recorder)
      #expect(result.observation == .observed)
      #expect(result.termination == .exited(0))
      let inPath = folder.appending("in").bytes
      #expect(recorder.kinds.filter { $0 == .read(inPath) }.count == 1)
      #expect(recorder.writes(folder.appending("out")) == [[.created, .truncated]])
      #expect(recorder.barriers.isEmpty)
      #expect(recorder.pid != nil)
    }
  }

  @Test func `A folder opened for reading is listed, each process telling of it three times at most`() throws {
    try withTemporaryFolder { folder in
      try FileOperations.createFolder(folder.appending("d"))
      let recorder = Recorder()
      try runShell("echo d/* d/* d/* d/* > /dev/null; ls d; : > /dev/null; echo later/*", in: folder, recorder)
      let path = folder.appending("d").bytes
      #expect(recorder.kinds.filter { $0 == .listed(path) }.count == 4)
      #expect(Set(recorder.events.filter { $0.kind == .listed(path) }.map(\.process)).count == 2)
      #expect(recorder.kinds.contains(.missed(folder.appending("later").bytes)))
      // One that is opened without O_DIRECTORY, as Go does it.
      let other = Recorder()
      try runProgram(["/usr/bin/perl", "-e", "sysopen(F, '\(folder.string)/d', 0) or die"], in: folder, other)
      #expect(other.kinds.contains(.listed(path)))
    }
  }

  @Test(arguments: [
    ("127.0.0.1", 9, false), ("192.0.2.1", 9, true), ("192.0.2.1", 0, false), ("::1", 9, false),
    ("::ffff:127.0.0.1", 9, false), ("2001:db8::1", 9, true),
  ])
  func `Connections to other machines are told, those to this one aren't`(_ to: (String, Int, Bool)) throws {
    try withTemporaryFolder { folder in
      let (host, port, isElsewhere) = to
      let isSix = host.contains(":")
      let program = try buildC(
        """
        #include <sys/socket.h>
        #include <netinet/in.h>
        #include <arpa/inet.h>
        #include <fcntl.h>
        int main(void) {
          int s = socket(\(isSix ? "AF_INET6" : "AF_INET"), SOCK_DGRAM, 0);
          struct sockaddr_in6 six = {.sin6_family = AF_INET6, .sin6_port = htons(\(port))};
          struct sockaddr_in four = {.sin_family = AF_INET, .sin_port = htons(\(port))};
          inet_pton(AF_INET6, "\(host)", &six.sin6_addr); inet_pton(AF_INET, "\(host)", &four.sin_addr);
          for (int i = 0; i < 2; i++)
            connect(s, \(isSix ? "(struct sockaddr *)&six, sizeof six" : "(struct sockaddr *)&four, sizeof four"));
          connect(s, (struct sockaddr *)&four, 2); connect(s, (void *)1, 16);
          return 0;
        }
        """, in: folder)
      let recorder = Recorder()
      try runProgram([program], in: folder, recorder)
      let told = recorder.kinds.compactMap { if case .connected(let address) = $0 { address } else { nil } }
      #expect(told == (isElsewhere ? [isSix ? "[\(host)]:\(port)" : "\(host):\(port)"] : []))
    }
  }

  @Test func `A file that isn't there at first is missed, and read once it is there`() throws {
    try withTemporaryFolder { folder in
      let recorder = Recorder()
      try runShell("cat f 2>/dev/null; cat f 2>/dev/null; echo x > f; cat f; cat f", in: folder, recorder)
      let path = folder.appending("f").bytes
      let missed = try #require(recorder.place(of: .missed(path)))
      let read = try #require(recorder.place(of: .read(path)))
      #expect(missed < read)
      #expect(recorder.kinds.filter { $0 == .missed(path) || $0 == .read(path) }.count == 2)
    }
  }

  @Test func `Names are followed: renames, links, folders and removals`() throws {
    try withTemporaryFolder { folder in
      try write("a", to: folder.appending("a"))
      let recorder = Recorder()
      try runShell(
        "mkdir d; echo 1 > d/tmp; mv d/tmp d/new; ln a hard; ln -s ../x sym; rm d/new; rmdir d", in: folder, recorder)
      func path(_ name: String) -> [UInt8] { folder.appending(name).bytes }
      let expected: [AccessEvent.Kind] = [
        .createdFolder(path("d")), .write(path("d/tmp"), [.created, .truncated]),
        .renamed(from: path("d/tmp"), to: path("d/new"), exchanged: false),
        .linked(from: path("a"), to: path("hard")), .symlinked(path("sym"), target: bytes("../x")),
        .removed(path("d/new")), .removedFolder(path("d")),
      ]
      #expect(recorder.kinds.filter { expected.contains($0) } == expected)
    }
  }

  @Test func `Relative paths are those of the process at that moment`() throws {
    try withTemporaryFolder { folder in
      try write("1", to: folder.appending("top"))
      let recorder = Recorder()
      try runShell(
        "mkdir -p a/b; (cd a/b; echo 1 > ./deep; cat ../../top; echo 2 > .././/mid); echo 3 > flat", in: folder,
        recorder)
      for name in ["a/b/deep", "a/mid", "flat"] { #expect(recorder.writes(folder.appending(name)).count == 1) }
      #expect(recorder.didRead(folder.appending("top")))
    }
  }

  @Test func `Two dots after a symbolic link are left as they are`() throws {
    try withTemporaryFolder { folder in
      let recorder = Recorder()
      try runShell("mkdir -p x/y real; ln -s x/y link; echo 1 > link/../f; echo 2 > real/../g", in: folder, recorder)
      #expect(recorder.writes(folder.appending("g")).count == 1)
      #expect(recorder.kinds.contains(.write(folder.bytes + bytes("/link/../f"), [.created, .truncated])))
    }
  }

  @Test func `A path through an open descriptor is the file's own`() throws {
    try withTemporaryFolder { folder in
      try write("1", to: folder.appending("f"))
      let recorder = Recorder()
      try runShell(
        "exec 5<f; cat /proc/self/fd/5; exec 6>g; echo x > /dev/fd/6; cat /dev/stdin < f", in: folder, recorder)
      #expect(recorder.didRead(folder.appending("f")))
      #expect(recorder.writes(folder.appending("g")).count == 1)
      #expect(
        !recorder.kinds.contains { if case .read(let path) = $0 { path.starts(with: bytes("/proc/")) } else { false } })
    }
  }

  @Test func `Pipelines and many short children are all followed`() throws {
    try withTemporaryFolder { folder in
      let recorder = Recorder()
      try runShell(
        "i=0; while [ $i -lt 500 ]; do cat /dev/null > o$i; /bin/true; i=$((i+1)); done; ls | sort | head -3 > list",
        in: folder, recorder)
      for index in 0..<500 { #expect(recorder.writes(folder.appending("o\(index)")).count == 1) }
      #expect(recorder.writes(folder.appending("list")).count == 1)
      #expect(recorder.kinds.filter { $0 == .executed(bytes("/bin/true"), isPrivileged: false) }.count == 500)
    }
  }

  @Test func `Fifty thousand opens are all told`() throws {
    try withTemporaryFolder { folder in
      let program = try buildC(
        """
        #include <fcntl.h>
        #include <stdio.h>
        #include <unistd.h>
        int main(int n, char **a) { char p[64]; chdir(a[1]);
          for (int i = 0; i < 50000; i++) { snprintf(p, 64, "f%d", i % 25000); close(open(p, O_WRONLY|O_CREAT|O_TRUNC, 0600));
            if (i % 2) { snprintf(p, 64, "none%d", i); open(p, O_RDONLY); } } }
        """, in: folder)
      try FileOperations.createFolder(folder.appending("many"))
      let recorder = Recorder()
      let result = try runProgram([program, folder.appending("many").string], in: folder, recorder)
      #expect(result.droppedEvents == 0)
      let missed = recorder.kinds.count {
        if case .missed(let path) = $0 { path.starts(with: folder.bytes) } else { false }
      }
      let written = recorder.kinds.count { if case .write = $0 { true } else { false } }
      #expect(missed == 25_000)
      #expect(written == 25_000)
    }
  }

  @Test func `The spool is gone afterwards, and so is the keeper`() throws {
    try withTemporaryFolder { folder in
      try runShell("true", in: folder)
      #expect(try FileOperations.names(in: folder).isEmpty)
    }
  }

  @Test func `Times go on and every event names its process`() throws {
    try withTemporaryFolder { folder in
      let recorder = Recorder()
      try runShell("echo 1 > a; (echo 2 > b); cat a b > c", in: folder, recorder)
      #expect(zip(recorder.events, recorder.events.dropFirst()).allSatisfy { $0.time <= $1.time })
      #expect(recorder.events.allSatisfy { $0.process > 0 })
      #expect(Set(recorder.events.map(\.process)).count >= 3)
    }
  }

  @Test(.enabled(if: access("/dev/shm", W_OK) == 0, "needs the file system for shared memory"))
  func `Files in shared memory are files like others`() throws {
    let folder = FilePath("/dev/shm/mlt-test-" + Hex.encode(FileOperations.randomBytes(6)))
    try FileOperations.createFolder(folder)
    defer { removeTree(folder) }
    let recorder = Recorder()
    try runShell("echo 1 > a; mv a b; ln b c; ln -s b d; cat c > /dev/null; rm b", in: folder, recorder)
    let path = { (name: String) in folder.appending(name).bytes }
    #expect(recorder.kinds.contains(.write(path("a"), [.created, .truncated])))
    #expect(recorder.kinds.contains(.read(path("c"))))
    #expect(recorder.kinds.contains { if case .renamed(path("a"), path("b"), _) = $0 { true } else { false } })
    #expect(!recorder.kinds.contains { "\($0)".contains("/dev/null") })
  }

  @Test(arguments: [(0, 0), (1, 1)])
  func `Cutting a file by its name asks for what is left of it, and emptying it doesn't`(
    _ size: Int, _ questions: Int
  ) throws {
    try withTemporaryFolder { folder in
      try write("old", to: folder.appending("f"))
      let recorder = Recorder()
      #if arch(x86_64)
        let number = 76
      #else
        let number = 45
      #endif
      // The system call itself, with something in the arguments that it hasn't got.
      try runShell("perl -e 'my $f = \"f\"; syscall(\(number), $f, \(size), 5) == 0 or die'", in: folder, recorder)
      #expect(recorder.kinds.contains(.truncated(folder.appending("f").bytes)))
      #expect(recorder.barriers.count == questions)
    }
  }
}
