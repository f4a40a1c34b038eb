import Glibc
import MLTBase
import SystemPackage
import Testing

extension World {
  /// A history with most of what there is to tell: a folder, a replaced file, a file outside of the work tree, names that aren't text, a nested,
  /// a failed and a removing run, a URI, parameters, and a remote's URL with a password.
  func makeVariedHistory() throws {
    try write("data/raw.csv", "id,price\n1,2\n2,\n3,4\n")
    try write("clean.sh", "grep -v ',$' data/raw.csv > data/clean.csv\n")
    try write(
      "train.sh",
      "mkdir -p models/parts && cp data/clean.csv models/parts/a && wc -l < data/clean.csv > models/parts/b\n")
    try expectSuccess(
      shell(
        """
        set -e
        git remote add origin https://ada:hunter2pass@git.example.invalid/team/fruit.git
        mlt add data/raw.csv
        git add -A; git commit -qm Scripts
        mlt component describe clean --owner ada@example.invalid --description 'Drops rows without a price'
        mlt run -c clean -- sh clean.sh
        mlt run -c train -p rate=0.1 --tag stage=prod --note 'a note' -- sh "$PWD/train.sh"
        ! mlt run -c failing -- sh -c 'cat data/clean.csv > partial.csv; exit 3'
        mlt run -c outer -- sh -c 'mlt run -c inner -- sh -c "cat data/clean.csv >> all.csv"'
        mlt run -c append -- sh -c 'cat data/clean.csv >> all.csv'
        mlt run -c outside -- sh -c 'cp data/clean.csv "../out side.csv"; API_TOKEN=sesame1234 true'
        mlt run -c back -i 's3://bucket/raw/x.csv?X-Amz-Signature=0pen5esame&versionId=7' -- cp "$PWD/../out side.csv" back.csv
        mlt run -c odd -- sh -c 'printf "12345678 odd" > "$(printf "data/\\377 b%%.txt")"'
        mlt run -c remove -- rm back.csv
        """))
  }

  /// What of the machine and of secrets must not be told of ``makeVariedHistory()``.
  var unspeakable: [String] { [folder.string, "hunter2pass", "sesame1234", "0pen5esame"] }

  /// The id of the last run of a component.
  func run(ofComponent component: String) throws -> String {
    try #require(try json("log", "-c", component)["runs"]?[0]?["id"]?.string)
  }

  /// Runs `mlt export` and returns what it prints.
  func export(_ arguments: String..., in place: FilePath? = nil) throws -> String {
    let printed = try run([World.program.string, "export"] + arguments, in: place)
    try expectSuccess(printed)
    return printed.stdout
  }
}

/// The reference validators of exported documents (`Tests/Validators`).
enum Validators {
  private static let python = getenv("MLT_TEST_VALIDATORS").map { String(cString: $0) } ?? ""

  /// Whether they are there, which `Tests/run` installs.
  static let areInstalled = !python.isEmpty && access(python, X_OK) == 0

  /// Holds a document against the validators of its form.
  static func expectValid(
    _ form: String, _ path: FilePath, _ more: String..., world: World, _ location: SourceLocation = #_sourceLocation
  ) throws {
    let script = World.project.appending("Tests/Validators/validate").string
    let printed = try world.run([python, script, form, path.string] + more)
    #expect(printed.status == 0, "\(printed.stdout)\(printed.stderr)", sourceLocation: location)
  }
}

extension JSON {
  /// An element of a list.
  subscript(place: Int) -> JSON? {
    guard let list = array, list.indices.contains(place) else { return nil }
    return list[place]
  }
}
