"""What storing costs: `mlt add` beside copying, hashing and the peers."""

import shutil

import data
from measuring import Case, rounds
from places import run
from report import number
from storage import adding, against, beside, measure_once, peers, stored_size, wait_for_quick_creation

GIBIBYTE = 1 << 30


def measure(places, report):
    peak = max([
        one_file(places, report, "2 GiB of random bytes", data.random_file, 2 * GIBIBYTE, 1.3),
        one_file(places, report, "1 GiB of CSV", data.table_file, GIBIBYTE, None),
        many_files(places, report, 100_000, 4096, ["git", "dvc", "restic"]),
        many_files(places, report, 10_000, 102_400, ["dvc", "restic"]),
        a_million(places, report),
    ])
    report.add("add", "memory of all of these", peak, "MiB", goal=300)


def one_file(places, report, what, make, size, goal):
    ours = places.repository(places.unused("add"))
    original = ours / "data"
    make(original, size)
    copy = places.scratch / places.unused("copy")
    took = rounds(
        [
            Case("openssl", ["openssl", "dgst", "-sha256", original], ours),
            Case("sha256sum", ["sha256sum", original], ours),
            Case("cp", ["cp", original, copy], ours, prepare=lambda: copy.unlink(missing_ok=True)),
            adding(places, ours),
        ],
        places.rounds(3), syncs=True)
    mlt = took["mlt"]
    report.add(
        "add", f"mlt add of {what}, against the slower of openssl dgst -sha256 and cp",
        mlt.wall_ratio(took["openssl"], took["cp"]), "×", goal=goal, remark=beside(took))
    report.add("add", f"store of {what}, against the data", stored_size(ours) / size, "×")
    copy.unlink()
    for peer in peers(places, report, "add", what, ["dvc", "git-annex", "git-lfs", "restic"]):
        run("cp", original, peer.folder / "data")
        took = measure_once(places, peer.command, peer.folder)
        is_goal = goal is not None and peer.name == "dvc add"
        report.add(
            "add", f"{peer.name} of {what}, against mlt add", took.wall / mlt.wall, "×", goal=2 if is_goal else None,
            is_least=True, remark=against(took, mlt))
        # A few large files are removed at no cost to what follows, and they take space.
        run("chmod", "-R", "u+w", peer.folder)
        shutil.rmtree(peer.folder)
    shutil.rmtree(ours)
    return mlt.memory


def many_files(places, report, count, size, names):
    what = f"{count:,} files of {size / 1024:.0f} KiB"
    # What the design says of them, it says of so many.
    is_goal = count >= 100_000
    ours = places.repository(places.unused("add"))
    wait_for_quick_creation(places)
    data.folder_of_files(ours / "data", count, size)
    copy = places.scratch / places.unused("copy")
    took = rounds(
        [
            Case("cp -r", ["cp", "-r", ours / "data", copy], ours, prepare=lambda: places.set_aside(copy)),
            adding(places, ours),
        ],
        places.rounds(3), syncs=True)
    mlt = took["mlt"]
    report.add(
        "add", f"mlt add of {what}, against cp -r",
        mlt.wall_ratio(took["cp -r"]), "×",
        goal=1 if is_goal else None, remark=beside(took))
    for peer in peers(places, report, "add", what, names):
        run("cp", "-r", ours / "data", peer.folder / "data")
        took = measure_once(places, peer.command, peer.folder)
        report.add(
            "add", f"{peer.name} of {what}, against mlt add, CPU", took.cpu / mlt.cpu, "×",
            goal=15 if is_goal and peer.name == "dvc add" else None, is_least=True, remark=against(took, mlt))
    return mlt.memory


def a_million(places, report):
    what = "mlt add of 1,000,000 files of 100 bytes"
    if not places.is_large:
        report.leave_out("add", what, "it takes long; --large measures it")
        return 0
    ours = places.repository(places.unused("add"))
    data.folder_of_files(ours / "data", 1_000_000, 100)
    took = rounds([adding(places, ours)], places.rounds(1), warm_up=0, syncs=True)["mlt"]
    report.add(
        "add", what, took.wall, "s",
        remark=f"CPU {number(took.cpu)} s; {took.memory:.0f} MiB; the store has {stored_size(ours) / 2**20:.0f} MiB")
    again = rounds([Case("mlt", [places.mlt, "status"], ours)], places.rounds(1), warm_up=1)["mlt"]
    report.add(
        "add", "mlt status of those", again.wall, "s", remark=f"CPU {number(again.cpu)} s; {again.memory:.0f} MiB")
    return max(took.memory, again.memory)
