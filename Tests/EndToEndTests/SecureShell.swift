import Glibc
import MLTBase
import SystemPackage
import TestSupport
import Testing

/// A server of OpenSSH's on this machine's loopback, run by the current user, and what a client needs to get in.
struct SecureShell {
  /// Where it listens.
  let port: Int
  /// What `MLT_SSH` is to name: `ssh` with the key and the known host of this server.
  let client: FilePath
  private let server: World.Running

  private static let program = "$(command -v sshd || echo /usr/sbin/sshd)"

  /// Starts a server with keys of its own, all of it in a folder of the world's.
  ///
  /// - Parameter patience: in milliseconds, how long it may take to listen.
  init(_ world: World, patience: Int = 60_000) throws {
    let place = world.folder.appending("ssh")
    try FileOperations.createFolder(place)
    client = place.appending("client")
    // Between the choice of a port and its use somebody else may take it.
    for _ in 0..<5 {
      let port = try Self.freePort()
      try expectSuccess(
        world.shell(
          """
          set -e
          rm -f *
          for key in host user; do ssh-keygen -q -t ed25519 -N '' -f $key; done
          cat > server.conf <<END
          ListenAddress 127.0.0.1
          Port \(port)
          HostKey $PWD/host
          AuthorizedKeysFile $PWD/user.pub
          PidFile none
          StrictModes no
          UsePAM no
          PasswordAuthentication no
          KbdInteractiveAuthentication no
          PermitRootLogin yes
          END
          echo "[127.0.0.1]:\(port) $(cut -d ' ' -f 1,2 host.pub)" > known
          cat > client.conf <<END
          IdentityFile $PWD/user
          IdentitiesOnly yes
          UserKnownHostsFile $PWD/known
          GlobalKnownHostsFile none
          StrictHostKeyChecking yes
          BatchMode yes
          LogLevel ERROR
          END
          printf '#!/bin/sh\\nexec ssh -F "%s" "$@"\\n' "$PWD/client.conf" > client
          chmod +x client
          """, in: place))
      let server = try world.start(["/bin/sh", "-c", "exec \(Self.program) -D -e -f server.conf"], in: place)
      for _ in 0..<patience / 5 {
        let said = String(decoding: try FileOperations.contents(of: server.stderr) ?? [], as: UTF8.self)
        if said.contains("Server listening on ") {
          self.port = port
          self.server = server
          return
        }
        if kill(server.process, 0) != 0 || waitpid(server.process, nil, WNOHANG) != 0 { break }
        usleep(5000)
      }
      kill(server.process, SIGKILL)
      _ = waitpid(server.process, nil, 0)
    }
    throw NeverHappened(fact: "a server of ssh's that listens")
  }

  /// A port of the loopback that nobody uses.
  private static func freePort() throws -> Int {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    guard descriptor >= 0 else { throw SystemCallError("make socket", "loopback", Errno(rawValue: errno)) }
    defer { close(descriptor) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let code = withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
        bind(descriptor, pointer, length) == 0 ? getsockname(descriptor, pointer, &length) : -1
      }
    }
    guard code == 0 else { throw SystemCallError("bind socket", "loopback", Errno(rawValue: errno)) }
    return Int(UInt16(bigEndian: address.sin_port))
  }

  /// Ends the server.
  func stop() throws {
    kill(server.process, SIGTERM)
    _ = try server.wait()
  }
}

/// Whether a server can be started here, and lets the current user in.
let canServeSecureShell =
  (try? withTemporaryFolder { folder in
    let world = try World(in: folder, git: false, initialized: false)
    let server = try SecureShell(world, patience: 5000)
    defer { try? server.stop() }
    return try world.run([server.client.string, "-p", "\(server.port)", "--", "127.0.0.1", "true"]).status == 0
  }) ?? false
