"""How long a trace takes in a long history, and how it grows with the answer."""

from measuring import Case, cost, rounds
from places import run
from report import milliseconds, number

RUNS = 1_000_000
DEPTH = 50
CHAIN = 100_000
LADDER = 1_000


def measure(places, report):
    history(places, report)
    chain(places, report)
    ladder(places, report)


def last_run(places, folder):
    return run(places.mlt, "log", "--oneline", "-n", 1, folder=folder).split()[0]


def history(places, report):
    folder = places.recorded("history", RUNS, DEPTH)
    made = cost([places.mlt, "log", "-n", "1"], folder)
    report.add(
        "trace", f"making the index of {RUNS:,} runs", made.wall, "s",
        remark=f"CPU {number(made.cpu)} s; {made.memory:.0f} MiB")
    final = last_run(places, folder)
    took = rounds(
        [
            Case("true", ["/bin/true"], folder), Case("trace", [places.mlt, "trace", final], folder),
            Case("status", [places.mlt, "status"], folder),
        ],
        places.rounds(21))
    report.add(
        "trace", f"mlt trace, {DEPTH} deep among {RUNS:,} runs", took["trace"].wall * 1000, "ms", goal=50,
        remark=f"CPU {milliseconds(took['trace'].cpu)}; {took['trace'].memory:.0f} MiB")
    report.add(
        "trace", f"mlt status among {RUNS:,} runs", took["status"].wall * 1000, "ms",
        remark=f"CPU {milliseconds(took['status'].cpu)}; {took['status'].memory:.0f} MiB")
    report.add(
        "trace", "memory of all of these", max(made.memory, took["trace"].memory, why(places, report, folder)), "MiB",
        goal=300)


def why(places, report, folder):
    # The last steps of the last two chains: a component comes several times in one.
    step = (DEPTH - 1) % 20
    runs = run(
        places.mlt, "log", "--oneline", "-c", f"step-{step}", "-n", len(range(step, DEPTH, 20)) + 1, folder=folder).splitlines()
    bad, good = runs[0].split()[0], runs[-1].split()[0]
    took = rounds([Case("why", [places.mlt, "why", bad, good], folder)], places.rounds(7))["why"]
    report.add(
        "trace", f"mlt why, {DEPTH} deep among {RUNS:,} runs, no contents read", took.wall * 1000, "ms", goal=500,
        remark=f"CPU {milliseconds(took.cpu)}; {took.memory:.0f} MiB")
    return took.memory


def chain(places, report):
    folder = places.recorded("chain", CHAIN, CHAIN)
    growth(places, report, folder, "a chain", [CHAIN // 8, CHAIN // 4, CHAIN // 2, CHAIN], runs_per_level=1)


def ladder(places, report):
    folder = places.recorded("ladder", 2 * LADDER, LADDER, 0, 1, 2)
    growth(places, report, folder, "a ladder two wide,", [LADDER // 4, LADDER // 2, LADDER], runs_per_level=2)


def growth(places, report, folder, what, depths, runs_per_level):
    final = last_run(places, folder)
    cases = [
        Case(str(depth), [places.mlt, "trace", final, "--depth", str(depth)], folder) for depth in depths
    ]
    took = rounds(cases, places.rounds(2), warm_up=0)
    for depth in depths:
        each = took[str(depth)]
        report.add(
            "trace", f"{what} {depth:,} deep, CPU", each.cpu, "s",
            remark=f"{number(each.cpu / depth / runs_per_level * 1e6)} µs a run; wall {number(each.wall)} s")
    whole, quarter = took[str(depths[-1])], took[str(depths[-3])]
    report.add(
        "trace", f"{what} {depths[-1]:,} deep against {depths[-3]:,}, CPU", whole.cpu / quarter.cpu, "×",
        goal=depths[-1] / depths[-3] * 1.25, remark="linear growth is 4 ×")
    report.add("trace", f"{what} {depths[-1]:,} deep, memory", whole.memory, "MiB", goal=300)
