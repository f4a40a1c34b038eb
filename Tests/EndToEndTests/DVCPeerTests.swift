import MLTBase
import SystemPackage
import Testing

/// `mlt repro` and `dvc repro` on the same files: the same stages, in the same order, for the same reasons.
@Suite(.enabled(if: DVCPeer.isInstalled, "needs DVC, as Tests/run installs it where there is a network"))
struct DVCPeerTests {
  // MARK: The projects

  /// The style of lecture notes: features, then a training that measures itself, with all that a stage can say of itself.
  private static let training = [
    "data/raw.csv": "x,y\n1,2\n2,4\n3,6\n",
    "params.yaml": "seed: 3\nfeatures: {scale: 2}\ntrain:\n  epochs: 4\n  rate: 0.1\nunused: 1\n",
    "features.py": """
    import re, sys
    scale = int(re.search(r"scale: (\\d+)", open("params.yaml").read())[1])
    with open(sys.argv[2], "w") as out:
        for line in open(sys.argv[1]).readlines()[1:]:
            out.write(",".join(str(int(value) * scale) for value in line.split(",")) + "\\n")

    """,
    "train.py": """
    import json, re, sys
    epochs = int(re.search(r"epochs: (\\d+)", open("params.yaml").read())[1])
    rows = [list(map(int, line.split(","))) for line in open(sys.argv[1])]
    weight = 0.0
    with open("losses.csv", "w") as losses:
        losses.write("epoch,loss\\n")
        for epoch in range(epochs):
            losses.write(f"{epoch},{sum((y - weight * x) ** 2 for x, y in rows) / len(rows):.6f}\\n")
            weight += 0.01 * sum((y - weight * x) * x for x, y in rows) / len(rows)
    json.dump({"weight": weight}, open(sys.argv[2], "w"))

    """,
    "evaluate.py": """
    import json, sys
    model = json.load(open(sys.argv[1]))
    json.dump({"weight": round(model["weight"], 3)}, open("metrics.json", "w"))

    """,
    "dvc.yaml": """
    vars:
      - model_file: models/model.json
    stages:
      train:
        desc: Fits a line, and measures it
        cmd:
          - mkdir -p models
          - python3 train.py data/features.csv ${model_file}
          - python3 evaluate.py ${model_file}
        deps:
          - data/features.csv
          - train.py
          - evaluate.py
        params:
          - seed
          - train.epochs
        outs:
          - ${model_file}
        metrics:
          - metrics.json: {cache: false}
        plots:
          - losses.csv: {cache: false, x: epoch, y: loss, title: Loss}
      features:
        desc: Scales the raw table
        cmd: python3 features.py data/raw.csv data/features.csv
        deps:
          - data/raw.csv
          - features.py
        params:
          - features.scale
        outs:
          - data/features.csv
        meta: {owner: ada}

    """,
  ]

  /// Stages that are made of others, declared the wrong way round, in two files.
  private static let regions = [
    "raw.csv": "n,1\ns,2\nn,3\n",
    "params.yaml": "depths: [1, 2]\nbias: 0.5\nregions:\n  north: {pattern: \"^n\"}\n  south: {pattern: \"^s\"}\n",
    "dvc.yaml": """
    stages:
      fit:
        matrix:
          region: [north, south]
          depth: ${depths}
        cmd: mkdir -p scores && sed 's/$/ ${item.region} ${item.depth}/' parts/${item.region}.csv > scores/${key}.txt
        deps: ["parts/${item.region}.csv"]
        params: [bias]
        outs: ["scores/${key}.txt"]
      prepare:
        foreach: ${regions}
        do:
          cmd: mkdir -p parts && grep ${item.pattern} raw.csv > parts/${key}.csv
          deps: [raw.csv]
          outs: ["parts/${key}.csv"]

    """,
    "report/dvc.yaml": """
    stages:
      report:
        cmd: cat ../scores/*.txt > all.txt
        deps: [../scores/north-1.txt, ../scores/north-2.txt, ../scores/south-1.txt, ../scores/south-2.txt]
        outs: [all.txt]

    """,
  ]

  // MARK: Decisions

  /// An edit of a project, with its name.
  private struct Edit {
    var name: String
    var script: String

    init(_ name: String, _ script: String) { (self.name, self.script) = (name, script) }
  }

  /// Has both tools bring a project up to date after each of some edits, and compares what they did and what they made.
  private func compare(_ files: [String: String], _ edits: [Edit], made: String) throws {
    try withWorld { world in
      let peer = try DVCPeer(world, files: files)
      for edit in [Edit("first", ""), Edit("nothing", "")] + edits {
        try peer.edit(edit.script)
        let theirs = try peer.theirDecisions()
        let ours = try peer.ourDecisions()
        #expect(ours == theirs, "\(edit.name)")
        #expect(!theirs.isEmpty, "\(edit.name)")
        let files = try peer.made(in: world.repository, made)
        #expect(try files == peer.made(in: peer.theirs, made), "\(edit.name)")
      }
    }
  }

  @Test("a training pipeline: the same decisions through a sequence of edits")
  func decisions() throws {
    try compare(
      Self.training,
      [
        Edit("dependency changed", "printf '4,8\\n' >> data/raw.csv"),
        Edit("parameter changed", "sed -i 's/epochs: 4/epochs: 5/' params.yaml"),
        Edit("parameter of the stage before changed", "sed -i 's/scale: 2/scale: 3/' params.yaml"),
        Edit("another key of the file changed", "sed -i 's/unused: 1/unused: 2/; s/rate: 0.1/rate: 0.2/' params.yaml"),
        Edit("command changed", "sed -i 's/python3 features.py data/python3  features.py data/' dvc.yaml"),
        Edit("command in a list changed", "sed -i 's/mkdir -p models/mkdir -p  models/' dvc.yaml"),
        Edit("output deleted", "rm data/features.csv"),
        Edit("output modified", "echo '1,1' >> data/features.csv"),
        Edit("last output deleted", "rm models/model.json"),
        Edit("metrics deleted", "rm metrics.json"),
        Edit("plot modified", "echo 9,9 >> losses.csv"),
        Edit("all outputs deleted", "rm -r data/features.csv models metrics.json losses.csv"),
        Edit("parameter as it was", "sed -i 's/epochs: 5/epochs: 4/' params.yaml"),
        Edit("parameter as it was then", "sed -i 's/epochs: 4/epochs: 5/' params.yaml"),
        Edit("dependency touched", "touch data/raw.csv train.py"),
        Edit("dependency copied over itself", "cp data/raw.csv x; mv x data/raw.csv"),
        Edit("code changed", "echo '# again' >> train.py"),
        Edit("code changed, with the same outcome", "echo '# again' >> features.py"),
        Edit("description and meta changed", "sed -i 's/owner: ada/owner: bob/; s/Scales/Multiplies/' dvc.yaml"),
        Edit("variable of the template changed", "sed -i 's,models/model.json,models/line.json,' dvc.yaml"),
        Edit("stages in another order", "python3 -c '\(Self.swap)'"),
        Edit(
          "frozen, and changed",
          "sed -i 's/desc: Scales.*/frozen: true/; s/desc: Mult.*/frozen: true/' dvc.yaml; echo 9,9 >> data/raw.csv"),
        Edit("thawed", "sed -i 's/frozen: true/frozen: false/' dvc.yaml"),
        Edit("a stage that always runs", "sed -i 's/frozen: false/always_changed: true/' dvc.yaml"),
      ], made: "data/* models/* metrics.json losses.csv")
  }

  // Puts the second stage before the first.
  private static let swap = """
    text = open("dvc.yaml").read(); head, rest = text.split("stages:\\n"); \
    a, b = rest.split("  features:\\n"); open("dvc.yaml", "w").write(head + "stages:\\n  features:\\n" + b + a)
    """

  @Test("stages made by foreach and matrix, in two files: the same names, order and decisions")
  func manyOfOne() throws {
    try compare(
      Self.regions,
      [
        Edit("a dependency of all changed, and what one makes of it", "sed -i 's/n,3/n,4/' raw.csv"),
        Edit("one more value of an axis", "sed -i 's/depths: .*/depths: [1, 2, 3]/' params.yaml"),
        Edit("an axis turned round", "sed -i 's/depths: .*/depths: [2, 1]/' params.yaml"),
        Edit("a parameter of all changed", "sed -i 's/bias: 0.5/bias: 0.25/' params.yaml"),
        Edit("a member of the mapping changed", "sed -i 's/\"^s\"/\"^[st]\"/' params.yaml"),
        Edit("one output deleted", "rm scores/south-1.txt"),
        Edit("one output modified", "echo x >> parts/north.csv"),
        Edit("the output in the other file deleted", "rm report/all.txt"),
      ], made: "parts/* scores/* report/all.txt")
  }

  // MARK: Side by side

  @Test("both tools bring the same work tree up to date, and neither is disturbed by the other")
  func together() throws {
    try withWorld { world in
      let peer = try DVCPeer(world, files: Self.training)
      func repro() throws {
        try expectSuccess(peer.dvc("repro", in: world.repository))
        try expectSuccess(world.mlt("repro"))
      }
      try expectSuccess(peer.dvc("init", "--quiet", in: world.repository))
      try repro()
      for edit in ["true", "echo 4,8 >> data/raw.csv", "rm -r models metrics.json", "echo '# again' >> train.py"] {
        try expectSuccess(world.shell(edit))
        try repro()
        #expect(try peer.dvc("status", "--quiet", in: world.repository).status == 0, "\(edit)")
        try expectSuccess(world.mlt("status", "--exit-code"))
        #expect(
          try world.json("repro", "--dry-run")["stages"]?.array?.allSatisfy { $0["state"] == "up to date" } == true)
      }
    }
  }
}
