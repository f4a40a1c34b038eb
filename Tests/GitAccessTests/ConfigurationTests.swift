import GitAccess
import Glibc
import MLTBase
import SystemPackage
import TestSupport
import Testing

@Suite struct ConfigurationTests {
  @Test("a higher level wins over a lower one, and a later line over an earlier one")
  func levels() throws {
    try withTemporaryFolder { folder in
      let files = try write(
        folder, user: "[a]\nx = user\ny = user\nz = user\n", shared: "[a]\nx = shared\nY = shared\n",
        local: "[A]\nx = first\nX = local\n")
      let configuration = try Configuration(files: files.reversed())
      #expect(try configuration.string("a.x") == "local")
      #expect(try configuration.string("A.Y") == "shared")
      #expect(try configuration.string("a.z") == "user")
      #expect(try configuration.string("a.none") == nil)
      #expect(try configuration.strings("a.x") == ["user", "shared", "first", "local"])
      #expect(
        configuration.entries.map { "\($0.key)=\($0.value ?? "-") \($0.level)" } == [
          "a.x=user user", "a.x=shared shared", "a.x=first local", "a.x=local local", "a.y=user user",
          "a.y=shared shared", "a.z=user user",
        ])
    }
  }

  @Test("missing files are empty")
  func missing() throws {
    try withTemporaryFolder { folder in
      let configuration = try Configuration(files: [(.user, folder.pushing("no/such/file"))])
      #expect(configuration.entries.isEmpty)
    }
  }

  @Test("subsections keep their case")
  func subsections() throws {
    let text = "[remote \"Share.One\"]\nurl = /a\n[remote \"b\"]\nurl = /b\n[remote]\ndefault = b\n"
    try withConfiguration(text) { configuration throws in
      #expect(try configuration.string("remote.Share.One.url") == "/a")
      #expect(try configuration.string("Remote.Share.One.URL") == "/a")
      #expect(try configuration.string("remote.share.one.url") == nil)
    }
  }

  @Test(
    "whole numbers take git's suffixes",
    arguments: [
      ("1", 1), ("-7", -7), ("2k", 2048), ("3M", 3 << 20), ("1g", 1 << 30), ("", nil), ("k", nil), ("1x", nil),
      ("1.5", nil), ("9223372036854775807", Int.max), ("9223372036854775808", nil), ("9007199254740992k", nil),
    ] as [(String, Int?)])
  func integers(text: String, expected: Int?) throws {
    try withConfiguration("[a]\nx = \(text)\n") { configuration throws in
      if let expected {
        #expect(try configuration.int("a.x") == expected)
      } else {
        #expect(throws: GitError.invalidValue(key: "a.x", value: text, expected: .integer)) {
          try configuration.int("a.x")
        }
      }
    }
  }

  @Test(
    "sizes take the suffixes of 1024",
    arguments: [
      ("0", 0), ("64MiB", 64 << 20), ("64 MiB", 64 << 20), ("64m", 64 << 20), ("1KB", 1024), ("2tib", 2 << 40),
      ("12b", 12), ("-1", nil), ("64XiB", nil), ("8388608TiB", nil), ("iB", nil),
    ] as [(String, Int?)])
  func sizes(text: String, expected: Int?) throws {
    try withConfiguration("[a]\nx = \(text)\n") { configuration throws in
      if let expected {
        #expect(try configuration.size("a.x") == expected)
      } else {
        #expect(throws: GitError.invalidValue(key: "a.x", value: text, expected: .size)) {
          try configuration.size("a.x")
        }
      }
    }
  }

  @Test(
    "flags take git's words",
    arguments: [
      ("x = true", true), ("x = Yes", true), ("x = on", true), ("x = 1", true), ("x", true), ("x = false", false),
      ("x = no", false), ("x = OFF", false), ("x = 0", false), ("x =", false), ("x = maybe", nil),
    ] as [(String, Bool?)])
  func flags(line: String, expected: Bool?) throws {
    try withConfiguration("[a]\n\(line)\n") { configuration throws in
      if let expected {
        #expect(try configuration.bool("a.x") == expected)
      } else {
        #expect(throws: GitError.invalidValue(key: "a.x", value: "maybe", expected: .boolean)) {
          try configuration.bool("a.x")
        }
      }
    }
  }

  @Test("what isn't set has no value of any kind")
  func unset() throws {
    try withConfiguration("") { configuration throws in
      #expect(try configuration.int("a.x") == nil)
      #expect(try configuration.bool("a.x") == nil)
      #expect(try configuration.size("a.x") == nil)
    }
  }

  @Test("quotes, comments and long lines are read as git reads them")
  func syntax() throws {
    let text = "# note\n[a]\n x = \" two  words \" ; note\n y = one \\\n two\n z = a\\tb\\\"c\\\\\n"
    try withConfiguration(text) { configuration throws in
      #expect(try configuration.string("a.x") == " two  words ")
      #expect(try configuration.string("a.y") == "one two" || configuration.string("a.y") == "one  two")
      #expect(try configuration.string("a.z") == "a\tb\"c\\")
    }
  }

  @Test("a malformed file is named with its line", arguments: [("[a\nx = 1\n", 1), ("[a]\nx = 1\n[b]\n= 2\n", 4)])
  func malformed(text: String, line: Int) throws {
    try withTemporaryFolder { folder in
      let file = folder.appending("config")
      try FileOperations.replace(file, with: bytes(text))
      let error = #expect(throws: GitError.self) { try Configuration(files: [(.local, file)]) }
      guard case .malformedConfiguration(file, let found, _) = error else {
        Issue.record("another error: \(String(describing: error))")
        return
      }
      #expect(found == line)
    }
  }

  @Test("any bytes are a configuration or an error", arguments: (1...4) as ClosedRange<UInt64>)
  func anyBytes(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    let alphabet = Array("[]\"a.=x\\\n #;k1\0".utf8) + [0xFF]
    try withTemporaryFolder { folder in
      let file = folder.appending("config")
      for _ in 0..<100 {
        let text = (0..<Int.random(in: 0...60, using: &generator)).map { _ in
          alphabet[Int.random(in: 0..<alphabet.count, using: &generator)]
        }
        try FileOperations.replace(file, with: text, sync: false)
        do {
          _ = try Configuration(files: [(.local, file)]).entries
        } catch let error as GitError {
          #expect(!error.description.isEmpty)
        }
      }
    }
  }

  @Test("a shared file can't bring in other files, a user's can")
  func includes() throws {
    try withTemporaryFolder { folder in
      try FileOperations.replace(folder.appending("other"), with: bytes("[a]\nx = included\n"))
      let include = "[include]\npath = other\n"
      let files = try write(folder, user: include, shared: include, local: "")
      #expect(try Configuration(files: [files[0]]).string("a.x") == "included")
      #expect(try Configuration(files: [files[1]]).string("a.x") == nil)
    }
  }

  @Test("what a shared file includes isn't even opened", arguments: ["include", "includeIf \"gitdir:/\""])
  func includedPipe(section: String) throws {
    try withTemporaryFolder { folder in
      // Whoever opens it to read waits for somebody to write.
      #expect(mkfifo(folder.appending("pipe").string, 0o600) == 0)
      let files = try write(folder, user: "", shared: "[\(section)]\npath = pipe\n[a]\nx = own\n", local: "")
      #expect(try Configuration(files: files).string("a.x") == "own")
    }
  }

  @Test("a shared file must be a file of its own, and no larger than anybody would write")
  func untrusted() throws {
    try withTemporaryFolder { folder in
      let file = folder.appending("shared")
      func expect(_ errno: Errno, _ comment: Comment) throws {
        #expect(throws: GitError.system(SystemCallError("read", file, errno)), comment) {
          try Configuration(files: [(.shared, file)])
        }
      }
      #expect(mkfifo(file.string, 0o600) == 0)
      try expect(.invalidArgument, "a pipe")
      try FileOperations.remove(file)
      #expect(symlink("other", file.string) == 0)
      try expect(.tooManySymbolicLinkLevels, "a link")
      try FileOperations.replace(file, with: bytes(String(repeating: "#\n", count: 1 << 19) + "#"))
      try expect(.fileTooLarge, "too large")
    }
  }

  @Test("values that a file includes don't hinder setting one in it")
  func settingIncluded() throws {
    try withTemporaryFolder { folder in
      let file = folder.appending("config")
      try FileOperations.replace(folder.appending("other"), with: bytes("[a]\nx = 1\nx = 2\n"))
      try FileOperations.replace(file, with: bytes("[include]\npath = other\n[a]\nx = 3\n"))
      try Configuration.set("a.x", "4", in: file)
      #expect(try Configuration(files: [(.local, file)]).strings("a.x") == ["1", "2", "4"])
    }
  }

  @Test(
    "a set value reads back as it is, whatever it holds", arguments: ["", "a b", " #;\"\\ ", "line\nbreak", "é\t酒"])
  func setting(value: String) throws {
    try withTemporaryFolder { folder in
      let file = folder.pushing("new/folder/config")
      try Configuration.set("section.Sub Section.name", value, in: file)
      try Configuration.set("section.other", "kept", in: file)
      let configuration = try Configuration(files: [(.local, file)])
      #expect(try configuration.string("section.Sub Section.name") == value)
      #expect(try configuration.string("section.other") == "kept")
      #expect(try FileOperations.names(in: file.removingLastComponent()).map(\.string) == ["config"])
    }
  }

  @Test("setting and unsetting leave comments and other lines as they are")
  func editing() throws {
    try withTemporaryFolder { folder in
      let file = folder.appending("config")
      try FileOperations.replace(file, with: bytes("# note\n[a]\n\tx = 1 ; why\n\ty = 2\n"))
      try Configuration.set("A.X", "3", in: file)
      var text = String(decoding: try #require(try FileOperations.contents(of: file)), as: UTF8.self)
      #expect(text.hasPrefix("# note\n[a]\n"))
      #expect(text.contains("\ty = 2\n"))
      #expect(try Configuration(files: [(.local, file)]).strings("a.x") == ["3"])
      #expect(try Configuration.unset("a.x", in: file))
      #expect(try !Configuration.unset("a.x", in: file))
      text = String(decoding: try #require(try FileOperations.contents(of: file)), as: UTF8.self)
      #expect(text == "# note\n[a]\n\ty = 2\n")
    }
  }

  @Test("several values are added and removed together, and not lost by setting one")
  func severalValues() throws {
    try withTemporaryFolder { folder in
      let file = folder.appending("config")
      try Configuration.add("a.x", "1", in: file)
      try Configuration.add("a.x", "2", in: file)
      #expect(try Configuration(files: [(.local, file)]).strings("a.x") == ["1", "2"])
      #expect(throws: GitError.severalValues(key: "a.x", file: file)) { try Configuration.set("a.x", "3", in: file) }
      #expect(try Configuration.unset("a.x", in: file))
      #expect(try Configuration(files: [(.local, file)]).entries.isEmpty)
    }
  }

  @Test(
    "what is no key is refused",
    arguments: ["", "a", ".", "a.", ".x", "a..x", "a.1x", "a.x_y", "a b.x", "a_b.x", "a.sub\n.x", "a.x\0", "é.x"])
  func invalidKeys(key: String) throws {
    try withTemporaryFolder { folder in
      let file = folder.appending("config")
      let configuration = try Configuration(files: [(.local, file)])
      #expect(throws: GitError.invalidKey(key)) { try configuration.string(key) }
      #expect(throws: GitError.invalidKey(key)) { try Configuration.set(key, "1", in: file) }
      #expect(throws: GitError.invalidKey(key)) { try Configuration.unset(key, in: file) }
      #expect(try FileStatus(at: file) == nil)
    }
  }

  @Test("a value with a zero byte is refused")
  func zeroByte() throws {
    try withTemporaryFolder { folder in
      let file = folder.appending("config")
      #expect(throws: GitError.invalidValue(key: "a.x", value: "1\u{0}2", expected: .text)) {
        try Configuration.set("a.x", "1\u{0}2", in: file)
      }
    }
  }

  @Test("a file that another process is writing is said to be locked, and stays as it is")
  func locked() throws {
    try withTemporaryFolder { folder in
      let file = folder.appending("config")
      try FileOperations.replace(file, with: bytes("[a]\nx = 1\n"))
      try FileOperations.replace(folder.appending("config.lock"), with: [])
      #expect(throws: GitError.locked(file)) { try Configuration.set("a.x", "2", in: file) }
      #expect(throws: GitError.locked(file)) { try Configuration.unset("a.x", in: file) }
      #expect(try Configuration(files: [(.local, file)]).string("a.x") == "1")
    }
  }

  private func withConfiguration(_ text: String, _ body: (Configuration) throws -> Void) throws {
    try withTemporaryFolder { folder in
      let file = folder.appending("config")
      try FileOperations.replace(file, with: bytes(text), sync: false)
      try body(try Configuration(files: [(.local, file)]))
    }
  }

  private func write(
    _ folder: FilePath, user: String, shared: String, local: String
  ) throws -> [(Configuration.Level, FilePath)] {
    try zip(Configuration.Level.allCases, [user, shared, local]).map { level, text in
      let file = folder.appending("\(level)")
      try FileOperations.replace(file, with: bytes(text), sync: false)
      return (level, file)
    }
  }
}
