internal import Journaling
internal import MLTBase
internal import SystemPackage

/// Signs and checks through `ssh-keygen`, which knows the user's keys, agents and tokens.
///
/// The program is looked for as a shell does, no shell reads its arguments, and no text of others but files' contents
/// and principals of the allowed signers reaches it. Its files live in a folder of their own until this is gone.
final class SSHKeygen {
  static let program = "ssh-keygen"
  /// What signatures are made for, so that none that was made for another purpose counts.
  static let namespace = "mlt"
  /// The most bytes of what the program prints.
  private static let outputLimit = 1 << 20

  private let folder: FilePath
  private let environment: [[UInt8]]
  private var allowed: FilePath?
  private var revoked: FilePath?
  /// Whom keys turned out to belong to, the likely answer for their next signature.
  private var known: [String: String] = [:]

  /// Makes the folder for files.
  init(_ context: ProcessContext) throws(SystemCallError) {
    let temporary = context.environment["TMPDIR"].flatMap { $0.hasPrefix("/") ? FilePath($0) : nil } ?? "/tmp"
    folder = temporary.appending("mlt-sign-" + Hex.encode(FileOperations.randomBytes(16)))
    environment = context.rawEnvironment
    try FileOperations.createFolder(folder, permissions: 0o700)
  }

  deinit {
    try? FileOperations.removeTree(folder)  // a few small files without secrets
  }

  // MARK: Signing

  /// Signs a message with the key in a file, or in an agent if the file is a public key.
  ///
  /// The program asks for passphrases and touches at the terminal, and says on standard error why it can't sign.
  ///
  /// - Returns: the signature in its armour, and the key's fingerprint.
  /// - Throws: ``SigningError``, and `SystemCallError` for the files.
  func sign(_ message: [UInt8], key: FilePath) throws -> (signature: String, key: String) {
    let result = try run(
      ["-q", "-Y", "sign", "-n", Self.namespace, "-f", key.string], input: message, environment, isHeard: true)
    guard result.status == 0 else { throw SigningError.refused(status: result.status) }
    let signature = String(decoding: result.output, as: UTF8.self)
    guard signature.utf8.count <= RunSigned.signatureLimit, let key = try fingerprint(of: signature, over: message)
    else { throw SigningError.unusable }
    return (signature, key)
  }

  // MARK: Checking

  /// Sets whom keys belong to: the texts of a file of allowed signers and of one of revoked keys.
  func allow(_ signers: [UInt8], revoked keys: [UInt8]?) throws(SystemCallError) {
    let path = folder.appending("allowed")
    try FileOperations.replace(path, with: signers, sync: false)
    if let keys {
      let path = folder.appending("revoked")
      try FileOperations.replace(path, with: keys, sync: false)
      revoked = path
    }
    allowed = path
  }

  /// Returns the fingerprint of the key that made a signature; nil if it isn't one of this message.
  private func fingerprint(of signature: String, over message: [UInt8]) throws -> String? {
    let file = try write(signature)
    let result = try check(["check-novalidate", "-n", Self.namespace, "-s", file.string], message)
    return result.status == 0 ? Self.fingerprint(in: result.output) : nil
  }

  /// Returns whose signature one is that claims a key; nil if it isn't one of this message by that key.
  ///
  /// - Parameters:
  ///   - claimed: the fingerprint that the signature is said to be made with.
  ///   - time: when the key must have been valid.
  func signer(
    of signature: String, over message: [UInt8], claiming claimed: String, at time: Timestamp
  ) throws -> RunVerification.Signer? {
    let file = try write(signature)
    // Most signatures of a lineage are those of a few people: the one whom the key belonged to before is asked first.
    if let principal = known[claimed], try verifies(principal, message, file, claimed, time) {
      return .trusted(principal)
    }
    let plain = try check(["check-novalidate", "-n", Self.namespace, "-s", file.string], message)
    guard plain.status == 0, Self.fingerprint(in: plain.output) == claimed else { return nil }
    guard let allowed else { return .unknown }
    let found = try check(
      ["find-principals", "-f", allowed.string, "-s", file.string, "-Overify-time=\(Self.digits(of: time))"], [])
    guard found.status == 0 else { return .unknown }
    for line in String(decoding: found.output, as: UTF8.self).split(separator: "\n") where !line.contains("\0") {
      let principal = String(line)
      guard try verifies(principal, message, file, claimed, time) else { continue }
      known[claimed] = principal
      return .trusted(principal)
    }
    return .unknown
  }

  /// Whether a signature is one that somebody of the allowed signers made of a message with a key.
  private func verifies(
    _ principal: String, _ message: [UInt8], _ signature: FilePath, _ key: String, _ time: Timestamp
  ) throws -> Bool {
    guard let allowed else { return false }
    let result = try check(
      [
        "verify", "-f", allowed.string, "-I", principal, "-n", Self.namespace, "-s", signature.string,
        "-Overify-time=\(Self.digits(of: time))",
      ] + (revoked.map { ["-r", $0.string] } ?? []), message)
    return result.status == 0 && Self.fingerprint(in: result.output) == key
  }

  /// A moment as the program reads it: `YYYYMMDDHHMMSS`.
  private static func digits(of time: Timestamp) -> String {
    String(time.description.filter { $0.isASCII && $0.isNumber }.prefix(14))
  }

  /// The fingerprint at the end of `Good "mlt" signature with ED25519 key SHA256:…`.
  private static func fingerprint(in output: [UInt8]) -> String? {
    String(decoding: output, as: UTF8.self).split { $0 == " " || $0 == "\n" }.last { $0.contains(":") }.map(String.init)
  }

  private func write(_ signature: String) throws(SystemCallError) -> FilePath {
    let path = folder.appending("signature")
    try FileOperations.replace(path, with: Array(signature.utf8), sync: false)
    return path
  }

  /// Starts the program to check something: it needs nothing of the user's, and counts time as journals do.
  private func check(_ arguments: [String], _ input: [UInt8]) throws -> (status: Int32, output: [UInt8]) {
    try run(["-Y"] + arguments, input: input, ["LC_ALL=C", "TZ=UTC"].map { Array($0.utf8) }, isHeard: false)
  }

  // MARK: The program

  private func run(
    _ arguments: [String], input: [UInt8], _ environment: [[UInt8]], isHeard: Bool
  ) throws -> (status: Int32, output: [UInt8]) {
    let files = (input: folder.appending("input"), output: folder.appending("output"))
    try FileOperations.replace(files.input, with: input, sync: false)
    var program = ChildProgram([Self.program] + arguments, environment: environment)
    program.input = .reading(files.input)
    program.output = .writing(files.output)
    if !isHeard { program.error = .writing("/dev/null") }
    // Ctrl-C must end a question for a passphrase.
    program.obeysSignals = true
    let status: CInt
    do throws(SystemCallError) {
      // How it ended mustn't pass for success where nobody learns it.
      status = try program.wait(for: program.start())
    } catch {
      throw SigningError.notStarted(error)
    }
    return (status, try FileOperations.contents(of: files.output, limit: Self.outputLimit) ?? [])
  }
}
