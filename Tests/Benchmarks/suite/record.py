"""What recording a run costs where 10,000 are recorded already, beside `datalad run`."""

from measuring import Case, rounds
from places import run
from report import milliseconds

RUNS = 10_000


def measure(places, report):
    folder = places.recorded("record", RUNS, 50)
    run(places.mlt, "log", "-n", 1, folder=folder)
    took = rounds(
        [
            Case("true", ["/bin/true"], folder),
            Case("mlt", [places.mlt, "run", "-q", "--", "true"], folder),
            Case("compared", [places.mlt, "run", "-q", "--no-trace", "--", "true"], folder),
        ],
        places.rounds(41))
    for name, work in [("mlt", "mlt run -- true"), ("compared", "mlt run --no-trace -- true")]:
        report.add(
            "record", f"{work}, {RUNS:,} runs recorded: more than true",
            took[name].wall_difference(took["true"]) * 1000, "ms", goal=30,
            remark=f"CPU {milliseconds(took[name].cpu)} beside {milliseconds(took['true'].cpu)}; "
            f"{took[name].memory:.0f} MiB")

    # A command with an input and an output, recorded once and skipped from then on.
    hit = ["run", "-q", "--cached", "--", "sh", "-c", "sort raw > sorted"]
    (folder / "raw").write_text("b\na\n")
    run(places.mlt, *hit, folder=folder)
    took = rounds(
        [Case("true", ["/bin/true"], folder), Case("mlt", [places.mlt, *hit], folder)], places.rounds(41))
    report.add(
        "record", f"mlt run --cached, {RUNS:,} runs recorded: a hit, more than true",
        took["mlt"].wall_difference(took["true"]) * 1000, "ms", goal=30,
        remark=f"CPU {milliseconds(took['mlt'].cpu)} beside {milliseconds(took['true'].cpu)}; {took['mlt'].memory:.0f} MiB")

    peer = places.environment_of("datalad")
    if peer is None:
        report.leave_out("record", "datalad run", "datalad isn't installed; --peers installs it")
        return
    # It finds git-annex and git by name.
    datalad = peer / "bin" / "datalad"
    theirs = places.scratch / "record-datalad"
    run(datalad, "create", theirs, folder=places.scratch)
    took = rounds(
        [
            Case("mlt", [places.mlt, "run", "-q", "--", "true"], folder),
            Case("datalad", [datalad, "run", "true"], theirs),
        ],
        places.rounds(7))
    report.add(
        "record", "datalad run true, empty dataset, against mlt run, CPU",
        took["datalad"].cpu_ratio(took["mlt"]), "×",
        remark=f"datalad {milliseconds(took['datalad'].cpu)}, mlt {milliseconds(took['mlt'].cpu)}; "
        f"wall {milliseconds(took['datalad'].wall)} and {milliseconds(took['mlt'].wall)}")
