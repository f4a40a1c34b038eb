internal import Journaling
internal import Lineage
internal import LineageIndexing
internal import MLTBase

/// Recorded commands as a shell script.
enum RerunScript {
  /// The script, its commands in the order of the plans.
  static func text(of plans: [RerunPlan]) -> String {
    var lines = [
      "#!/bin/sh", "#", "# The commands of \(Formatting.count(plans.count, "run")), as 'mlt rerun' would run them.",
      "# Start it in the work tree's root.", "", "set -e",
    ]
    for plan in plans {
      let run = plan.run
      var about = "# \(Formatting.firstLine(run.component)), run \(run.id.short)"
      if let commit = run.git?.commit { about += ", at commit \(commit.prefix(10))" }
      if run.git?.isDirty == true { about += " with changes that weren't committed" }
      lines += ["", about]
      for doubt in plan.doubts { lines.append("# \(RerunText.text(of: doubt))") }
      for obstacle in plan.obstacles { lines.append("# \(RerunText.text(of: obstacle))") }
      var command = Formatting.command(run.command)
      let up = run.directory == "." ? "" : String(repeating: "../", count: run.directory.split(separator: "/").count)
      if let input = run.streams.input { command += " < " + Formatting.command([up + input]) }
      if let output = run.streams.output {
        command += (run.streams.isAppending ? " >> " : " > ") + Formatting.command([up + output])
      }
      lines.append(run.directory == "." ? command : "(cd \(Formatting.command([run.directory])) && \(command))")
    }
    return lines.joined(separator: "\n") + "\n"
  }
}
