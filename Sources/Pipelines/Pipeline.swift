/// All that a project's pipeline files declare.
public struct Pipeline: Sendable {
  /// How files are read.
  public struct Options: Hashable, Sendable {
    /// The root's own path, if absolute paths that lead into the project are to be known as such.
    public var root: String?
    /// How mappings in commands become options.
    public var argumentStyle: ArgumentStyle

    /// Takes the options.
    public init(root: String? = nil, argumentStyle: ArgumentStyle = ArgumentStyle()) {
      self.root = root
      self.argumentStyle = argumentStyle
    }
  }

  /// The names that pipeline files have, the one that counts first.
  public static let fileNames = ["mlt.yaml", "dvc.yaml"]

  // More than anybody runs; each takes a kilobyte or two.
  private static let stageLimit = 100_000

  /// The files, by folder and name.
  public private(set) var files: [PipelineFile] = []
  /// The stages of all files, in the order in which they are declared.
  public private(set) var stages: [Stage] = []
  /// What is wrong, in the same order; stages and files that aren't named here are as they should be.
  public private(set) var problems: [PipelineProblem] = []

  /// The paths among others that are pipeline files: one in a folder, `mlt.yaml` before `dvc.yaml`.
  public static func files(among paths: some Sequence<String>) -> [String] {
    var found: [String: Int] = [:]
    for path in paths {
      let folder = PipelineFile.folder(of: path)
      let name = folder.isEmpty ? path : String(path.dropFirst(folder.count + 1))
      guard let rank = fileNames.firstIndex(of: name) else { continue }
      found[folder] = min(rank, found[folder] ?? rank)
    }
    return found.sorted { precedes($0.key, $1.key) }.map { folder, rank in
      folder.isEmpty ? fileNames[rank] : folder + "/" + fileNames[rank]
    }
  }

  /// Reads pipeline files and what they name.
  ///
  /// - Parameters:
  ///   - paths: those of ``files(among:)``.
  ///   - project: where texts come from.
  public init(reading paths: [String], of project: any ProjectFiles, options: Options = Options()) {
    let values = ValueFiles(project)
    var budget = TextBudget()
    var stagesLeft = Self.stageLimit
    for path in paths {
      do throws(PipelineProblem) {
        guard let text = try project.text(path) else { throw PipelineProblem(file: path, .missing) }
        var reader = PipelineFileReader(
          path, files: values, options: options, stagesLeft: stagesLeft, budget: budget)
        reader.read(text)
        stages += reader.stages
        files.append(reader.result)
        problems += reader.problems
        (budget, stagesLeft) = (reader.budget, reader.stagesLeft)
      } catch {
        problems.append(error)
      }
    }
  }

  // Folders before what lies in them, names by their bytes.
  private static func precedes(_ left: String, _ right: String) -> Bool {
    let (left, right) = (left.split(separator: "/"), right.split(separator: "/"))
    return left.lexicographicallyPrecedes(right) { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }
}
