"""How long a review of ten thousand outputs takes."""

from measuring import Case, rounds
from places import run
from report import milliseconds

# Each chain of runs ends in one that writes two files, which nobody reads.
CHAINS = 5_000
DEPTH = 5
OUTPUTS = 2 * CHAINS
FLAGGED = 500


def measure(places, report):
    folder = places.recorded("review", CHAINS * DEPTH, DEPTH)
    last = [line.split()[0] for line in run(
        places.mlt, "log", "--oneline", "-c", f"step-{DEPTH - 1}", "-n", FLAGGED * 2, folder=folder).splitlines()]
    run(places.mlt, "flag", "-m", "bench", *last[::2], folder=folder)
    took = rounds(
        [
            Case("review", [places.mlt, "review"], folder),
            Case("count", [places.mlt, "review", "--method", "count"], folder),
            Case("log", [places.mlt, "log", "-n", "1"], folder),
        ],
        places.rounds(7))
    report.add(
        "review", f"mlt review, {OUTPUTS:,} outputs, {2 * FLAGGED:,} of them flagged, among {CHAINS * DEPTH:,} runs",
        took["review"].wall * 1000, "ms", goal=1000,
        remark=f"CPU {milliseconds(took['review'].cpu)}; {took['review'].memory:.0f} MiB")
    report.add(
        "review", "mlt review --method count (mltrace's rule) on these", took["count"].wall * 1000, "ms",
        remark=f"CPU {milliseconds(took['count'].cpu)}")
    report.add("review", "mlt log -n 1 on these", took["log"].wall * 1000, "ms")
