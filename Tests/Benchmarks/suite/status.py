"""How long it takes to find that nothing changed: `mlt status` beside `git status` on the same files."""

import data
from measuring import Case, rounds
from places import run
from report import milliseconds
from storage import git_repository


def measure(places, report):
    for count, size in [(100_000, 4096), (10_000, 102_400)]:
        files(places, report, count, size)


def files(places, report, count, size):
    ours = places.repository(places.unused("status"))
    data.folder_of_files(ours / "data", count, size)
    run(places.mlt, "add", "data", folder=ours)
    # A repository of its own over the same files, so that each tool reads the status of the same inodes.
    theirs = git_repository(places, "status-git")
    at_ours = ["git", "--git-dir", theirs / ".git", "--work-tree", ours]
    run(*at_ours, "add", "-f", "data", folder=ours)
    run(*at_ours, "commit", "-q", "-m", "Data", folder=ours)
    took = rounds(
        [
            Case("git", [*at_ours, "status", "--untracked-files=normal", "--", "data"], ours),
            Case("mlt", [places.mlt, "status"], ours),
        ],
        places.rounds(9))
    mlt, git = took["mlt"], took["git"]
    report.add(
        "status", f"mlt status, {count:,} files, nothing changed, against git status", mlt.wall_ratio(git), "×",
        goal=1 if count >= 100_000 else None,
        remark=f"wall {milliseconds(mlt.wall)} beside {milliseconds(git.wall)}, "
        f"CPU {milliseconds(mlt.cpu)} beside {milliseconds(git.cpu)}; {mlt.memory:.0f} MiB")
    report.add("status", f"memory of mlt status, {count:,} files", mlt.memory, "MiB", goal=300)
