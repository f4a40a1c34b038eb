"""How long it takes to begin: the version, and the state of a small repository beside `dvc status`."""

from measuring import Case, rounds
from places import run
from report import milliseconds


def measure(places, report):
    folder = places.repository("start")
    (folder / "data").mkdir()
    for index in range(20):
        (folder / "data" / f"part-{index}.csv").write_text(f"{index}\n" * 1000)
    run(places.mlt, "add", "data", folder=folder)
    count = places.rounds(41)

    cases = [
        Case("true", ["/bin/true"], folder), Case("git", ["git", "--version"], folder),
        Case("version", [places.mlt, "--version"], folder), Case("help", [places.mlt, "log", "--help"], folder),
        Case("status", [places.mlt, "status"], folder),
    ]
    took = rounds(cases, count)
    beside = f"true {milliseconds(took['true'].wall)}, git --version {milliseconds(took['git'].wall)}"
    for name, work, goal in [
        ("version", "mlt --version", 12), ("help", "mlt log --help", 12), ("status", "mlt status, 20 files", 12)
    ]:
        report.add(
            "start", work, took[name].wall * 1000, "ms", goal=goal,
            remark=f"CPU {milliseconds(took[name].cpu)}; {beside}; {took[name].memory:.0f} MiB")

    peer = places.environment_of("dvc")
    if peer is None:
        report.leave_out("start", "dvc status", "dvc isn't installed; --peers installs it")
        return
    dvc = peer / "bin" / "dvc"
    # A repository of its own with the same files: mlt's is in the way of neither.
    theirs = places.scratch / "start-dvc"
    run("git", "clone", "-q", folder, theirs)
    run("cp", "-r", folder / "data", theirs / "data")
    run(dvc, "init", "-q", folder=theirs)
    run(dvc, "add", "-q", "data", folder=theirs)
    took = rounds(
        [Case("mlt", [places.mlt, "status"], folder), Case("dvc", [dvc, "status"], theirs)], places.rounds(9))
    report.add(
        "start", "dvc status against mlt status, CPU", took["dvc"].cpu_ratio(took["mlt"]), "×", goal=30,
        is_least=True,
        remark=f"dvc {milliseconds(took['dvc'].cpu)}, mlt {milliseconds(took['mlt'].cpu)}; "
        f"wall {milliseconds(took['dvc'].wall)} and {milliseconds(took['mlt'].wall)}")
