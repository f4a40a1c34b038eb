"""What stages cost beside their commands: `mlt repro` and the hook, beside `dvc repro` and `dvc status`."""

import os
import sys

import projects
from measuring import Case, rounds
from places import run
from report import milliseconds, number
from storage import measure_once

#: Stages, and rounds from scratch.
SIZES = [(10, 9), (1000, 3)]
LARGE = 1000


def measure(places, report):
    peer = places.environment_of("dvc")
    dvc = peer / "bin" / "dvc" if peer else None
    if dvc is None:
        report.leave_out("pipelines", "dvc repro", "dvc isn't installed; --peers installs it")
    for stages, count in SIZES:
        template = projects.pipeline(places.scratch / places.unused("pipeline"), stages)
        ours, from_scratch = scratch(places, report, template, stages, count)
        theirs = None
        if dvc:
            theirs = peer_scratch(places, report, template, stages, dvc, from_scratch)
        up_to_date(places, report, ours, theirs, stages, dvc)
        if stages == LARGE:
            status(places, report, ours, theirs, stages, dvc)
            hook(places, report, ours, theirs, stages, dvc)


def a_stage(measured, bare, stages):
    """What a stage costs more than its command, in seconds of CPU."""
    return (measured.cpu - bare.cpu) / stages


def scratch(places, report, template, stages, count):
    """`mlt repro` in repositories that have run nothing; returns the last of them and what it cost."""
    folder = places.scratch / places.unused("pipeline-mlt")

    def renew():
        places.set_aside(folder)
        projects.copied(template, folder)
        run(places.mlt, "init", folder=folder)

    renew()
    took = rounds(
        [
            Case("bare", ["sh", "-c", projects.bare(stages)], template),
            Case("mlt", [places.mlt, "repro", "-q"], folder, prepare=renew),
            Case("two", [places.mlt, "repro", "-q", "-j", "2"], folder, prepare=renew),
        ],
        places.rounds(count), warm_up=0)
    if not projects.is_made(folder, stages):
        sys.exit("error: mlt repro made less than it should")
    bare, mlt = took["bare"], took["mlt"]
    report.add(
        "pipelines", f"mlt repro of {stages:,} trivial stages from scratch, more than their commands, CPU a stage",
        a_stage(mlt, bare, stages) * 1000, "ms",
        remark=f"wall {number(mlt.wall)} s beside {number(bare.wall)} s, with -j 2 {number(took['two'].wall)} s; "
        f"{mlt.memory:.0f} MiB")
    return folder, (mlt, bare)


def peer_scratch(places, report, template, stages, dvc, from_scratch):
    """`dvc repro` in a repository that has run nothing, once: of a thousand stages it takes minutes."""
    folder = projects.copied(template, places.scratch / places.unused("pipeline-dvc"))
    run(dvc, "init", "-q", folder=folder)
    theirs = measure_once(places, [dvc, "repro", "-q"], folder)
    if not projects.is_made(folder, stages):
        sys.exit("error: dvc repro made less than it should")
    mlt, bare = from_scratch
    report.add(
        "pipelines", f"dvc repro of {stages:,} trivial stages from scratch, against mlt repro, CPU a stage",
        a_stage(theirs, bare, stages) / a_stage(mlt, bare, stages), "×", goal=30, is_least=True,
        remark=f"dvc {milliseconds(a_stage(theirs, bare, stages))}, mlt {milliseconds(a_stage(mlt, bare, stages))}; "
        f"wall {number(theirs.wall)} s and {number(mlt.wall)} s")
    return folder


def up_to_date(places, report, ours, theirs, stages, dvc):
    took = rounds([Case("mlt", [places.mlt, "repro"], ours)], places.rounds(9))
    mlt = took["mlt"]
    report.add(
        "pipelines", f"mlt repro, {stages:,} stages up to date", mlt.wall * 1000, "ms",
        goal=300 if stages == LARGE else None, remark=f"CPU {milliseconds(mlt.cpu)}; {mlt.memory:.0f} MiB")
    if dvc:
        compare(
            places, report, f"dvc repro, {stages:,} stages up to date, against mlt repro",
            Case("mlt", [places.mlt, "repro"], ours), Case("dvc", [dvc, "repro"], theirs))


def compare(places, report, work, mlt, dvc):
    """How many times less CPU ours takes than the peer's."""
    took = rounds([mlt, dvc], places.rounds(3))
    mlt, dvc = took["mlt"], took["dvc"]
    report.add(
        "pipelines", work + ", CPU", dvc.cpu_ratio(mlt), "×", goal=30, is_least=True,
        remark=f"dvc {milliseconds(dvc.cpu)}, mlt {milliseconds(mlt.cpu)}; "
        f"wall {milliseconds(dvc.wall)} and {milliseconds(mlt.wall)}")


def status(places, report, ours, theirs, stages, dvc):
    took = rounds([Case("mlt", [places.mlt, "status"], ours)], places.rounds(9))
    mlt = took["mlt"]
    report.add(
        "pipelines", f"mlt status, {stages:,} stages up to date", mlt.wall * 1000, "ms",
        remark=f"CPU {milliseconds(mlt.cpu)}; {mlt.memory:.0f} MiB")
    if dvc:
        compare(
            places, report, f"dvc status, {stages:,} stages up to date, against mlt status",
            Case("mlt", [places.mlt, "status"], ours), Case("dvc", [dvc, "status"], theirs))


def hook(places, report, ours, theirs, stages, dvc):
    """The check before a commit, with one file staged that a stage reads; a refusal would end the measurement."""
    files = stages * projects.FILES_A_STAGE
    run("git", "add", "-A", folder=ours)
    run("git", "commit", "-q", "-m", "Made", folder=ours)
    for folder in filter(None, [ours, theirs]):
        (folder / "in" / f"{stages // 2:04}" / "0.txt").write_text("another\n")
        run("git", "add", "in", folder=folder)
    took = rounds(
        [Case("mlt", [places.mlt, "hook", "run", "pre-commit"], ours, environment=warning())], places.rounds(21))
    mlt = took["mlt"]
    report.add(
        "pipelines", f"mlt hook run pre-commit, {stages:,} stages, {files:,} files, one staged", mlt.wall * 1000, "ms",
        goal=100, remark=f"CPU {milliseconds(mlt.cpu)}; {mlt.memory:.0f} MiB")
    if dvc:
        compare(
            places, report, "dvc status, which is DVC's hook, against that",
            Case("mlt", [places.mlt, "hook", "run", "pre-commit"], ours, environment=warning()),
            Case("dvc", [dvc, "status"], theirs))


def warning():
    """The environment in which the hook says what it found and lets the commit through."""
    return os.environ | {"MLT_HOOK": "warn"}
