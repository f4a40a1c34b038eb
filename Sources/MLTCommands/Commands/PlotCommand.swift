internal import ArgumentParser

/// `mlt plot`: what isn't the name of a subcommand is a metric.
struct PlotCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "plot",
    abstract: "Draw metrics of runs, or files, in the terminal or as SVG or HTML",
    usage: """
      mlt plot [<options>] <metric> ... [<run> ...]
             mlt plot show [<options>] [<plot or file> ...]
             mlt plot diff [<options>] [<revision> ...] [--] [<plot or file> ...]
             mlt plot templates
      """,
    discussion: """
      Metrics of runs ('mlt help plot runs' tells all about it):

        mlt plot loss
        mlt plot f1 --experiment wine --html f1.html
        mlt plot --scatter params.depth metrics.f1

      Files, as 'plots' in 'mlt.yaml' or 'dvc.yaml' say, and how they differ between commits:

        mlt plot show
        mlt plot show classes.csv --template confusion -x actual -y predicted
        mlt plot diff main --html plots.html

      A metric that is called as a subcommand is drawn by 'mlt plot runs NAME'.
      """,
    subcommands: [
      PlotRunsCommand.self, PlotShowCommand.self, PlotDiffCommand.self, PlotTemplatesCommand.self,
    ],
    defaultSubcommand: PlotRunsCommand.self)
}
