"""What getting data back costs: `mlt checkout` after the data is gone, beside copying it."""

import shutil

import data
from measuring import Case, rounds
from places import run
from storage import against, beside, measure_once, peers, wait_for_quick_creation


def measure(places, report):
    peak = max(
        many_files(places, report, 100_000, 4096),
        many_files(places, report, 10_000, 102_400),
        one_file(places, report),
    )
    report.add("restore", "memory of all of these", peak, "MiB", goal=300)


def many_files(places, report, count, size):
    what = f"{count:,} files of {size / 1024:.0f} KiB"
    ours = places.repository(places.unused("restore"))
    original = places.scratch / places.unused("original")
    wait_for_quick_creation(places)
    data.folder_of_files(original, count, size)
    run("cp", "-r", original, ours / "data")
    run(places.mlt, "add", "data", folder=ours)
    copy = places.scratch / places.unused("copy")
    took = rounds(
        [
            Case("cp -r", ["cp", "-r", original, copy], ours, prepare=lambda: places.set_aside(copy)),
            Case(
                "mlt", [places.mlt, "checkout", "data"], ours, prepare=lambda: places.set_aside(ours / "data")),
        ],
        places.rounds(3), syncs=True)
    report.add(
        "restore", f"mlt checkout of {what}, against cp -r", took["mlt"].wall_ratio(took["cp -r"]), "×",
        remark=beside(took))
    run("diff", "-r", original, ours / "data")
    for peer in peers(places, report, "restore", what, ["git", "dvc", "restic"]):
        run("cp", "-r", original, peer.folder / "data")
        run(*peer.command, folder=peer.folder)
        places.set_aside(peer.folder / "data")
        theirs = measure_once(places, peer.restoring, peer.folder)
        report.add(
            "restore", f"{peer.name.split()[0]} getting {what} back, against mlt checkout, CPU",
            theirs.cpu / took["mlt"].cpu, "×", remark=against(theirs, took["mlt"]))
    return took["mlt"].memory


def one_file(places, report):
    ours = places.repository(places.unused("restore"))
    original = places.scratch / places.unused("original")
    data.random_file(original, 2 << 30)
    run("cp", original, ours / "data")
    run(places.mlt, "add", "data", folder=ours)
    copy = places.scratch / places.unused("copy")
    took = rounds(
        [
            Case("openssl", ["openssl", "dgst", "-sha256", original], ours),
            Case("cp", ["cp", original, copy], ours, prepare=lambda: copy.unlink(missing_ok=True)),
            Case(
                "mlt", [places.mlt, "checkout", "data"], ours,
                prepare=lambda: (ours / "data").unlink(missing_ok=True)),
        ],
        places.rounds(3), syncs=True)
    report.add(
        "restore", "mlt checkout of 2 GiB of random bytes, against the slower of openssl dgst -sha256 and cp",
        took["mlt"].wall_ratio(took["openssl"], took["cp"]), "×", remark=beside(took))
    run("cmp", original, ours / "data")
    original.unlink()
    copy.unlink()
    shutil.rmtree(ours)
    return took["mlt"].memory
