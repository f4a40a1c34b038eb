import MLTBase
import SystemPackage
import TestSupport
import Testing

/// What the hook says of declared stages, against what is staged.
@Suite struct HookStageTests {
  /// A repository with hooks and two stages, both up to date, all committed.
  private func prepare(_ world: World) throws {
    try world.write(
      "mlt.yaml",
      """
      stages:
        sum:
          cmd: sh src/sum.sh
          deps: [raw.txt, src/sum.sh]
          outs: [sum.txt]
        report:
          cmd: sh src/report.sh
          deps: [sum.txt, src/report.sh]
          params: [style]
          outs: [report.txt]
          metrics: [lines.json: {cache: false}]

      """)
    try world.write("params.yaml", "style: plain\nother: 1\n")
    try world.write("src/lib.sh", "twice() { cat \"$1\" \"$1\"; }\n")
    try world.write("src/sum.sh", ". src/lib.sh; twice raw.txt > sum.txt\n")
    try world.write(
      "src/report.sh", "grep style params.yaml | cat sum.txt - > report.txt; wc -l < sum.txt > lines.json\n")
    try world.write("raw.txt", "1\n2\n")
    try expectSuccess(
      world.shell("mlt hook install && mlt add raw.txt && mlt repro && git add -A && git commit -qm made"))
  }

  @Test("a stage that was changed and not run again is refused by its name, and passes after repro")
  func code() throws {
    try withWorld { world in
      try prepare(world)
      try world.write("src/sum.sh", "cat raw.txt > sum.txt\n")
      let refused = try world.shell("git commit -qam simpler")
      #expect(refused.status == 1)
      #expect(
        refused.stderr == """
          error: stage 'sum' is out of date, and 1 stage after it: code src/sum.sh modified
          hint: run 'mlt repro sum', then 'git add mlt.lock' and those outputs that git keeps
          hint: 'git commit --no-verify' commits all the same; 'mlt help hook' tells more

          """)
      try expectSuccess(world.mlt("repro"))
      let unstaged = try world.shell("git add src && git commit -qm simpler")
      #expect(unstaged.stderr.contains("error: 'mlt.lock' isn't staged, though run "), "\(unstaged)")
      #expect(!unstaged.stderr.contains("error: stage 'sum'"), "\(unstaged)")
      // The report was made anew of it: its metrics belong to it.
      let part = try world.shell("git add mlt.lock && git commit -qm simpler")
      #expect(
        part.stderr.hasPrefix("error: stage 'report' is out of date: output lines.json modified\n"), "\(part.stderr)")
      try expectSuccess(world.shell("git add lines.json && git commit -qm simpler"))
    }
  }

  @Test(
    "commands, parameters, data and code that nobody declared count, each with its reason",
    arguments: [
      (
        "sed -i 's/sh src.sum/sh -e src\\/sum/' mlt.yaml",
        "stage 'sum' is out of date, and 1 stage after it: command changed"
      ),
      ("sed -i s/plain/bold/ params.yaml", "stage 'report' is out of date: parameter style: \"plain\" → \"bold\""),
      (
        "echo 3 >> raw.txt; mlt add raw.txt",
        "stage 'sum' is out of date, and 1 stage after it: dependency raw.txt modified"
      ),
      ("echo '# more' >> src/lib.sh", "stage 'sum' is out of date, and 1 stage after it: code src/lib.sh modified"),
      (
        "printf '  new: {cmd: echo, deps: [raw.txt], outs: [x]}\\n' >> mlt.yaml",
        "stage 'new' is out of date: never run"
      ),
      ("printf '  new: [\\n' >> mlt.yaml", "the pipeline, as it is staged, can't be read: 'mlt.yaml', line 13"),
    ])
  func reasons(_ change: String, _ words: String) throws {
    try withWorld { world in
      try prepare(world)
      let refused = try world.shell("\(change); git commit -qam change")
      #expect(refused.status == 1)
      #expect(refused.stderr.hasPrefix("error: \(words)"), "\(refused.stderr)")
    }
  }

  @Test(
    "what no stage stands on passes: another parameter, a text, a comment, a stage that is gone",
    arguments: [
      "sed -i 's/other: 1/other: 2/' params.yaml", "echo text > README; git add README", "echo '# comment' >> mlt.yaml",
      "sed -i '/  report:/,$d' mlt.yaml; mlt rm report.txt; git rm -q --cached lines.json",
      "printf '  always: {cmd: date}\\n' >> mlt.yaml",
    ])
  func passing(_ change: String) throws {
    try withWorld { world in
      try prepare(world)
      try expectSuccess(world.shell("\(change); git commit -qam change"))
    }
  }

  @Test("what was out of date before isn't held against a commit that leaves it alone")
  func before() throws {
    try withWorld { world in
      try prepare(world)
      try expectSuccess(
        world.shell(
          """
          set -e
          echo '# other' >> src/report.sh; MLT_HOOK=off git commit -qam unsound
          echo 3 > README; git add README; git commit -qm readme
          echo '# comment' >> mlt.yaml; git commit -qam comment
          """))
      #expect(try world.shell("echo '# again' >> src/report.sh; git commit -qam again").status == 1)
    }
  }

  @Test("what a run found where neither git nor the lock file keeps anything counts as it lies there")
  func unkept() throws {
    try withWorld { world in
      try prepare(world)
      let outside = world.folder.appending("outside.txt").string
      try world.write(
        "mlt.yaml",
        """
        stages:
          copy:
            cmd: cat \(outside) local.txt > copy.txt
            deps: [\(outside), local.txt]
            outs: [copy.txt: {cache: false}]

        """)
      try expectSuccess(
        world.shell(
          """
          set -e
          echo 1 > ../outside.txt; echo 2 > local.txt; printf 'local.txt\\ncopy.txt\\n' >> .gitignore
          mlt rm sum.txt report.txt; git rm -qf lines.json; mlt repro; git add -A; git commit -qm copy
          """))
      try expectSuccess(world.shell("echo 3 >> local.txt && git commit -q --allow-empty -m none"))
      let refused = try world.shell("echo '# comment' >> mlt.yaml; sed -i 's/cat/cat -u/' mlt.yaml; git commit -qam u")
      #expect(refused.stderr.hasPrefix("error: stage 'copy' is out of date: command changed"), "\(refused)")
    }
  }

  @Test("a merge of two sides that each were up to date is refused if together they aren't")
  func merging() throws {
    try withWorld { world in
      try prepare(world)
      try expectSuccess(
        world.shell(
          """
          set -e
          git checkout -q -b data; echo 3 >> raw.txt; mlt add raw.txt; mlt repro; git add -A; git commit -qm data
          git checkout -q main; echo text > README; git add README; git commit -qm readme
          git merge -q -m data data
          git checkout -q -b params HEAD~1; sed -i s/plain/bold/ params.yaml; mlt repro; git add -A; git commit -qm params
          git checkout -q -b more HEAD~1; echo more >> README; git commit -qam more; git merge -q -m params params
          """))
    }
  }
}
