internal import Glibc
internal import Journaling
internal import LineageIndexing
internal import MLTBase
internal import SystemPackage

/// Learns what a run stood on from the files of the environment that it opened.
struct EnvironmentProbe {
  private let index: LineageIndex?
  private let variables: [String: String]
  private let root: FilePath
  private let context: ProcessContext

  /// Takes the index for what is remembered between runs, the environment variables to record, by name, the work tree's
  /// root, and what the run was started in.
  init(index: LineageIndex?, variables: [String: String], root: FilePath, context: ProcessContext) {
    self.index = index
    self.root = root
    self.context = context
    self.variables = variables
  }

  /// Returns the environment of a run that opened `files` and started `programs`.
  func environment(files: Set<[UInt8]>, programs: Set<[UInt8]>) -> RunEnvironment {
    var environment = RunEnvironment()
    environment.variables = variables
    environment.machine = Machine.facts()
    environment.packages = PackageProbe().packages(of: files)
    environment.folders = PackageProbe().folders(of: files).map { folder in
      let prefix = root.bytes + [0x2F]
      return PathText.encode(folder.starts(with: prefix) ? Array(folder.dropFirst(prefix.count)) : folder)
    }.sorted()
    environment.interpreters = interpreters(of: programs)
    return environment
  }

  // MARK: Interpreters

  private static let versioned = ["python", "pypy", "R", "Rscript", "julia", "node", "ruby", "perl"]

  private func interpreters(of programs: Set<[UInt8]>) -> [RunEnvironment.Interpreter] {
    var found: [String: RunEnvironment.Interpreter] = [:]
    for program in programs.union(programs.compactMap(Self.scriptInterpreter)) {
      guard let path = FilePath(bytes: program), let real = FileOperations.resolved(path) else { continue }
      guard let stem = Self.interpreterName(path) else { continue }
      found[path.string] = RunEnvironment.Interpreter(
        name: stem, version: version(of: real, invokedAs: path), path: path.string,
        isNamed: ProgramSearch.place(
          path.lastComponent?.string ?? "", path: context.environment["PATH"], directory: context.directory) == path)
    }
    return found.values.sorted { ($0.name, $0.path) < ($1.name, $1.path) }
  }

  /// The name of the interpreter that a program is, without the version in it; nil if it isn't one.
  static func interpreterName(_ program: FilePath) -> String? {
    let name = program.lastComponent?.string ?? ""
    let stem = String(name.reversed().drop { $0.isNumber || $0 == "." }.reversed())
    return versioned.contains(stem) ? stem : nil
  }

  /// The program that a script's first line names (execve(2)): the kernel starts it without a call to be seen.
  static func scriptInterpreter(_ program: [UInt8]) -> [UInt8]? {
    guard let path = FilePath(bytes: program),
      let descriptor = try? FileDescriptor.open(path, .readOnly, options: [.closeOnExec])
    else { return nil }
    defer { try? descriptor.close() }  // only read from
    var buffer = [UInt8](repeating: 0, count: 256)
    guard let count = try? buffer.withUnsafeMutableBytes({ try descriptor.read(into: $0) }), count > 2,
      buffer.starts(with: "#!".utf8)
    else { return nil }
    let line = buffer[2..<count].prefix { $0 != UInt8(ascii: "\n") }.drop { $0 == UInt8(ascii: " ") }
    return Array(line.prefix { $0 != UInt8(ascii: " ") })
  }

  /// Whether a file is a binary of the system's kind: a script of an interpreter's name could do anything.
  private func isBinary(_ path: FilePath) -> Bool {
    guard let descriptor = try? FileDescriptor.open(path, .readOnly, options: [.closeOnExec]) else { return false }
    defer { try? descriptor.close() }  // only read from
    var start = [UInt8](repeating: 0, count: 4)
    let count = try? start.withUnsafeMutableBytes { try descriptor.read(into: $0) }
    return count == 4 && start == [0x7F] + Array("ELF".utf8)
  }

  /// Asks an interpreter for its version, once for each state of its file.
  func version(of real: FilePath, invokedAs path: FilePath) -> String {
    guard let status = try? FileStatus(at: real, followingLinks: true), status.kind == .regular, isBinary(real) else {
      return ""
    }
    let key = "interpreter:\(real.string):\(status.inode):\(status.modified):\(status.size)"
    if let known = (try? index?.memo(key)) ?? nil { return String(decoding: known, as: UTF8.self) }
    let output = ShortCommand.output(of: [real.string, "--version"]) ?? ""
    let version =
      output.split { !($0.isNumber || $0 == "." || $0.isLetter || $0 == "+") }
      // Node calls its versions v20.1.0.
      .map { $0.first == "v" ? $0.dropFirst() : $0 }.first { $0.first?.isNumber == true && $0.contains(".") }.map(
        String.init) ?? ""
    // A version that can't be remembered is asked for again next time; nothing is lost.
    try? index?.setMemo(key, Array(version.utf8))
    return version
  }
}

/// What is known of the machine without starting anything.
enum Machine {
  static func facts() -> [String: String] {
    var facts = kind()
    var name = utsname()
    if uname(&name) == 0 { facts["kernel"] = text(of: name.release) }
    facts["cpu"] = value(of: "model name\t:", in: "/proc/cpuinfo")
    facts["cores"] = String(sysconf(Int32(_SC_NPROCESSORS_ONLN)))
    facts["memory"] = String(sysconf(Int32(_SC_PHYS_PAGES)) * sysconf(Int32(_SC_PAGESIZE)))
    let graphics: FilePath = "/proc/driver/nvidia/gpus"
    let models = ((try? FileOperations.names(in: graphics)) ?? []).compactMap { card in
      value(of: "Model:", in: graphics.appending(card).appending("information").string)
    }
    if !models.isEmpty { facts["gpu"] = models.joined(separator: ", ") }
    return facts
  }

  /// What programs depend on most: architecture and system, with its libraries.
  static func kind() -> [String: String] {
    var facts: [String: String] = [:]
    var name = utsname()
    if uname(&name) == 0 { facts["architecture"] = text(of: name.machine) }
    facts["os"] = value(of: "PRETTY_NAME=", in: "/etc/os-release")
    return facts
  }

  private static func text<Field>(of field: Field) -> String {
    withUnsafeBytes(of: field) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
  }

  private static func value(of key: String, in path: String) -> String? {
    // The kernel's files claim no size; their first page has what is wanted.
    guard let descriptor = try? FileDescriptor.open(FilePath(path), .readOnly, options: [.closeOnExec]) else {
      return nil
    }
    defer { try? descriptor.close() }  // nothing was written
    var buffer = [UInt8](repeating: 0, count: 4096)
    guard let count = try? buffer.withUnsafeMutableBytes({ try descriptor.read(into: $0) }) else { return nil }
    for line in String(decoding: buffer[..<count], as: UTF8.self).split(separator: "\n") where line.hasPrefix(key) {
      let value = line.dropFirst(key.count).drop { $0 == " " || $0 == "\t" }
      return value.hasPrefix("\"") ? String(value.dropFirst().prefix { $0 != "\"" }) : String(value)
    }
    return nil
  }
}
