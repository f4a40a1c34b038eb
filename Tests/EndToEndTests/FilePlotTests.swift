import MLTBase
import SystemPackage
import TestSupport
import Testing

/// What pipeline files declare to be drawn, and how it differs between commits.
@Suite struct FilePlotTests {
  private func withPlots(_ body: (World) throws -> Void) throws {
    try withWorld { world in
      try world.write(
        "mlt.yaml",
        """
        stages:
          evaluate:
            cmd: ./evaluate
            plots:
            - classes.csv: {cache: false, template: confusion, x: actual, y: predicted}
            - loss.tsv: {cache: false, x: epoch, y: loss}
        plots:
        - losses:
            title: Both
            x: epoch
            y: {loss.tsv: [loss, val_loss]}
        - roc.json: {x: fpr, y: tpr}
        """)
      try world.write("classes.csv", "actual,predicted\ncat,cat\ncat,dog\ndog,dog\ndog,dog\n")
      try world.write("loss.tsv", "epoch\tloss\tval_loss\n1\t0.5\t0.75\n2\t0.25\t0.5\n")
      try world.write("roc.json", #"{"roc": [{"fpr": 0, "tpr": 0}, {"fpr": 0.5, "tpr": 1}, {"fpr": 1, "tpr": 1}]}"#)
      try expectSuccess(world.shell("git add . && git commit -qm one"))
      try world.write("classes.csv", "actual,predicted\ncat,cat\ncat,cat\ndog,dog\ndog,dog\n")
      try world.write("loss.tsv", "epoch\tloss\tval_loss\n1\t0.25\t0.5\n2\t0.125\t0.25\n")
      try body(world)
    }
  }

  private func plots(_ json: JSON) throws -> [String: JSON] {
    let plots = try #require(json["plots"]?.array)
    return Dictionary(plots.compactMap { plot in plot["id"]?.string.map { ($0, plot) } }, uniquingKeysWith: { $1 })
  }

  @Test("all that is declared is drawn, with the columns, titles and templates that are declared")
  func show() throws {
    try withPlots { world in
      let json = try world.json(in: nil, "plot", "show")
      #expect(json["format"]?.int == 1 && json["versions"] == nil)
      let plots = try plots(json)
      #expect(plots.keys.sorted() == ["classes.csv", "loss.tsv", "losses", "roc.json"])
      #expect(plots["classes.csv"]?["kind"]?.string == "matrix" && plots["losses"]?["title"]?.string == "Both")
      let points = try #require(plots["losses"]?["points"]?.array)
      #expect(points.map { $0["series"]?.string } == ["loss", "loss", "val_loss", "val_loss"])
      #expect(points.map { $0["y"]?.double } == [0.25, 0.125, 0.5, 0.25] && points[1]["x"]?.double == 2)
      let text = try world.mlt("plot", "show", "classes.csv").stdout
      #expect(text.contains("predicted") && text.contains("columns: actual, rows: predicted"), "\(text)")
      let plain = try world.mlt("plot", "show", environment: ["LC_ALL": "C", "COLUMNS": "40"])
      #expect(plain.status == 0 && plain.stdout.utf8.allSatisfy { $0 < 0x80 }, "\(plain)")
      try expectSuccess(world.mlt("plot", "show", "losses", "--svg", "a.svg", "--html", "a.html"))
      #expect(try world.read("a.svg")?.contains(">val_loss</text>") == true)
      #expect(try world.read("a.html")?.contains("<td>val_loss</td>") == true)
    }
  }

  @Test("what is asked for counts more than what is declared")
  func options() throws {
    try withPlots { world in
      func plot(_ arguments: String...) throws -> JSON {
        let printed = try world.run([World.program.string, "plot", "show"] + arguments + ["--json"])
        try expectSuccess(printed)
        return try #require(try JSON(parsing: printed.stdout)["plots"]?.array?.first)
      }
      let other = try plot("loss.tsv", "-y", "val_loss", "--title", "T", "--x-label", "X", "--y-label", "Y")
      #expect(other["points"]?.array?.map { $0["y"]?.double } == [0.5, 0.25])
      #expect([other["title"], other["x_label"], other["y_label"]].map { $0?.string } == ["T", "X", "Y"])
      let shares = try plot("classes.csv", "-t", "confusion_normalized", "-x", "predicted", "-y", "actual")
      #expect(shares["points"]?.array?.map { $0["value"]?.double } == [1, 0, 0, 1])
      try world.write("weights.csv", "name,weight\na,1\nb,3\nc,2\n")
      let bars = try plot("weights.csv", "--template", "bar_horizontal_sorted")
      #expect(bars["kind"]?.string == "bars" && bars["points"]?.array?.map { $0["y"]?.string } == ["b", "c", "a"])
      try world.write("plain.csv", "1,5\n2,7\n")
      let plain = try plot("plain.csv", "--no-header", "-y", "1")
      #expect(plain["points"]?.array?.map { $0["y"]?.double } == [5, 7])
      let smooth = try plot("plain.csv", "--no-header", "-t", "smooth")
      #expect(smooth["points"]?.array?.last?["y"]?.double.map { $0 > 6 && $0 < 7 } == true)
    }
  }

  @Test("commits and the work tree are told apart in one picture")
  func diff() throws {
    try withPlots { world in
      let json = try world.json(in: nil, "plot", "diff")
      #expect(json["versions"]?.array?.map(\.string) == ["HEAD", "workspace"])
      let plots = try plots(json)
      let loss = try #require(plots["loss.tsv"]?["points"]?.array)
      #expect(loss.map { $0["series"]?.string } == ["HEAD", "HEAD", "workspace", "workspace"])
      #expect(loss.map { $0["y"]?.double } == [0.5, 0.25, 0.25, 0.125])
      #expect(plots["losses"]?["points"]?.array?.first?["series"]?.string == "HEAD  loss")
      #expect(plots["classes.csv"]?["points"]?.array?.count == 8)
      try expectSuccess(world.shell("git commit -qam two"))
      let two = try world.json(in: nil, "plot", "diff", "HEAD~1", "HEAD", "loss.tsv")
      #expect(try self.plots(two)["loss.tsv"]?["points"]?.array?.count == 4)
      let three = try world.json(in: nil, "plot", "diff", "HEAD~1", "main", "workspace", "--targets", "roc.json")
      #expect(try self.plots(three)["roc.json"]?["points"]?.array?.count == 9)
      // A file that is gone now can be named as well, and a revision behind it.
      try expectSuccess(world.shell("git rm -q roc.json"))
      let gone = try world.json(in: nil, "plot", "diff", "HEAD~1", "roc.json", "HEAD")
      #expect(try self.plots(gone)["roc.json"]?["points"]?.array?.count == 6)
      // Behind '--' nothing is a revision.
      let plain = try world.mlt("plot", "diff", "--", "main")
      #expect(plain.status == 3 && plain.stderr.contains("no plot or file 'main'"), "\(plain)")
      #expect(try world.mlt("plot", "diff", "nothing").status == 3)
    }
  }

  @Test("what one commit hasn't got is drawn for the others and told")
  func missing() throws {
    try withPlots { world in
      try world.write("new.csv", "v\n1\n2\n")
      let printed = try world.mlt("plot", "diff", "--targets", "new.csv")
      #expect(printed.status == 0 && printed.stdout.contains("workspace"), "\(printed)")
      #expect(printed.stderr == "mlt: 'new.csv' isn't in HEAD and is drawn for the others\n")
      // The files that remain are drawn, and the exit status tells that one wasn't.
      try expectSuccess(world.shell("rm roc.json"))
      let rest = try world.mlt("plot", "show")
      #expect(rest.status == 1 && rest.stdout.contains("Both"), "\(rest)")
      #expect(rest.stderr.hasPrefix("warning: there is no file 'roc.json'\nhint: "), "\(rest.stderr)")
    }
  }

  @Test("files that mlt keeps are read from its store, folders file by file, pictures as they are")
  func stored() throws {
    try withPlots { world in
      try world.write("figures/a.csv", "v\n1\n2\n")
      try world.write("figures/b.png", "one")
      try world.write("figures/notes", "x")
      try expectSuccess(world.mlt("add", "figures"))
      try expectSuccess(world.shell("git add . && git commit -qm figures"))
      try world.write("figures/a.csv", "v\n3\n4\n")
      try world.write("figures/b.png", "two")
      let plots = try plots(try world.json(in: nil, "plot", "diff", "--targets", "figures"))
      #expect(plots.keys.sorted() == ["figures/a.csv", "figures/b.png"])
      #expect(plots["figures/a.csv"]?["points"]?.array?.map { $0["y"]?.double } == [1, 2, 3, 4])
      try expectSuccess(world.mlt("plot", "diff", "--targets", "figures/b.png", "--html", "b.html"))
      let page = try #require(try world.read("b.html"))
      #expect(page.contains("base64,b25l\" alt=\"HEAD\"") && page.contains("base64,dHdv\" alt=\"workspace\""))
      let text = try world.mlt("plot", "show", "figures/b.png")
      #expect(text.stdout == "figures/b.png\n  figures/b.png  image/png, 3 B\n  pictures are shown by '--html FILE'\n")
      try expectSuccess(world.shell("rm -r figures/a.csv"))
      let gone = try world.json(in: nil, "plot", "show", "figures/a.csv")
      #expect(try self.plots(gone)["figures/a.csv"]?["points"]?.array?.map { $0["y"]?.double } == [1, 2])
    }
  }

  @Test("files that DVC keeps are read from its cache", arguments: DVCFixture.Layout.allCases)
  func keptByDVC(layout: DVCFixture.Layout) throws {
    try withWorld { world in
      let fixture = try DVCFixture(world, layout)
      _ = try fixture.file("out/loss.csv", "v\n1\n2\n")
      try world.write("dvc.yaml", "plots:\n- out/loss.csv\n")
      try expectSuccess(world.shell("git add . && git commit -qm one"))
      _ = try fixture.file("out/loss.csv", "v\n3\n4\n")
      let points = try plots(try world.json(in: nil, "plot", "diff"))["out/loss.csv"]?["points"]?.array
      #expect(points?.map { $0["y"]?.double } == [1, 2, 3, 4])
      // So are those that the work tree hasn't got.
      try expectSuccess(world.shell("rm out/loss.csv"))
      let here = try plots(try world.json(in: nil, "plot", "show"))["out/loss.csv"]?["points"]?.array
      #expect(here?.map { $0["y"]?.double } == [3, 4])
      // Bytes that aren't what DVC noted are none.
      try world.write(fixture.place(try fixture.md5("v\n1\n2\n")), "v\n8\n9\n")
      let damaged = try world.mlt("plot", "diff")
      #expect(damaged.status == 1 && damaged.stderr.contains("in HEAD is neither in the store nor in DVC's cache"))
    }
  }

  @Test("what can't be drawn is said with what can be done")
  func problems() throws {
    try withPlots { world in
      func problem(_ arguments: String...) throws -> Printed {
        try world.run([World.program.string, "plot", "show"] + arguments)
      }
      let column = try problem("loss.tsv", "-y", "los")
      #expect(column.status == 3 && column.stderr.contains("hint: it has 'epoch', 'loss', 'val_loss'"), "\(column)")
      let file = try problem("los.tsv")
      #expect(file.status == 3 && file.stderr.contains("did you mean 'loss.tsv'?"), "\(file)")
      let template = try problem("loss.tsv", "-t", "lines")
      #expect(template.status == 2 && template.stderr.contains("there are linear, simple"), "\(template)")
      try world.write(".dvc/plots/own.json", "{}")
      let own = try problem("loss.tsv", "-t", "own")
      #expect(own.status == 2 && own.stderr.contains("'own' is written for Vega (.dvc/plots/own.json)"), "\(own)")
      let outside = try problem("../x.csv")
      #expect(outside.status == 2 && outside.stderr.contains("outside the work tree"), "\(outside)")
      let classes = try problem("classes.csv", "-t", "linear")
      #expect(classes.status == 2 && classes.stderr.contains("has no numbers: its first value is 'cat'"), "\(classes)")
      try world.write("ragged.csv", "a,b\n1,2\n3\n4,5\n")
      #expect(try problem("ragged.csv").stderr.contains("row 2 has 1 cell and the first 2"))
      try world.write("strange.csv", "\u{1B}[31m,b\nx\u{7}y,2\n")
      for column in ["c", "\u{1B}[31m"] {
        let strange = try problem("strange.csv", "-y", column)
        #expect(strange.status != 0 && !strange.stderr.contains { $0 == "\u{1B}" || $0 == "\u{7}" }, "\(strange)")
      }
      try world.write("empty.csv", "")
      #expect(try problem("empty.csv").stderr.contains("'empty.csv' has no rows"))
      try expectSuccess(world.shell("mkfifo pipe.csv"))
      #expect(try problem("pipe.csv").stderr.contains("it is a device, socket or pipe"))
    }
    try withWorld { world in
      let nothing = try world.mlt("plot", "show")
      #expect(nothing.status == 3 && nothing.stderr.contains("no pipeline file declares a plot"), "\(nothing)")
    }
    try withWorld(git: false) { world in
      try world.write("a.csv", "v\n1\n2\n")
      #expect(try world.mlt("plot", "show", "a.csv").status == 0)
      let diff = try world.mlt("plot", "diff", "a.csv")
      #expect(diff.status != 0 && diff.stderr.contains("git"), "\(diff)")
    }
  }

  @Test("a metric called as a subcommand can be drawn, and templates are listed")
  func names() throws {
    try withWorld { world in
      try expectSuccess(world.mlt("run", "start", "-c", "c"))
      let runs = try #require(try world.json(in: nil, "runs")["runs"]?.array)
      let id = try #require(runs.first?["id"]?.string)
      try expectSuccess(world.mlt("metric", "--run", id, "show=1"))
      try expectSuccess(world.mlt("metric", "--run", id, "show=2", "--step", "1"))
      try expectSuccess(world.mlt("run", "end", id))
      for arguments in [["runs", "show"], ["--", "show"]] {
        let printed = try world.run([World.program.string, "plot"] + arguments)
        #expect(printed.status == 0 && printed.stdout.hasPrefix("show\n"), "\(printed)")
      }
      let json = try world.json(in: nil, "plot", "runs", "show")
      #expect(json["plots"]?.array?.first?["points"]?.array?.map { $0["y"]?.double } == [1, 2])
      #expect(try world.mlt("plot", "templates").stdout.split(separator: "\n").count == 9)
      #expect(try world.mlt("plot", "show", "--json", "--svg", "x").status == 2)
    }
  }
}
