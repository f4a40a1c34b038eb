import SystemPackage
import Testing

extension World {
  /// A folder or file beside the repository.
  func place(_ name: String) -> FilePath { folder.appending(name) }

  /// Makes the clone `a`, which has pushed a file and a run to `share`, and `b`, which knows of nothing.
  func prepareSharing() throws {
    try expectSuccess(
      shell(
        """
        set -e
        git init -q --bare -b main hub.git; git clone -q hub.git a 2>&1; cd a; git checkout -q -b main
        mlt init; mlt remote add origin ../share
        seq 20000 > f; mlt add f; mlt run --no-trace -i f -o sum -- sh -c 'wc -l < f > sum'
        git add -A; git commit -qm one; git push -q origin main; mlt push
        git clone -q ../hub.git ../b; cd ../b; mlt init
        """, in: folder))
  }
}
