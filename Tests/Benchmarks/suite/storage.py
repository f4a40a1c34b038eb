"""What the measurements of storage share: repositories with data, ours and the peers'."""

import dataclasses
import shutil
import sys
import time

from measuring import Case, rounds
from places import run
from report import number


@dataclasses.dataclass
class Peer:
    """One of the programs that `mlt add` is compared with."""

    name: str
    command: list
    #: What gets `data` back where it is gone.
    restoring: list
    #: Where the data lies, as `data`.
    folder: object


CREATED = 2000
CREATION_LIMIT = 60e-6
CREATION_ATTEMPTS = 22
CHECKOUT = ["git", "checkout", "-q", "--", "data"]


def peers(places, report, subject, what, names):
    """Those of the named peers that are installed, each with a repository of its own."""
    for name in names:
        peer = MAKERS[name](places)
        if peer is None:
            report.leave_out(subject, f"{name} of {what}", f"{name.split()[0]} isn't installed; --peers installs it")
        else:
            yield peer


def measure_once(places, command, folder):
    """What a peer takes; once, for the slow ones take minutes and differ by factors."""
    return rounds([Case("peer", command, folder)], 1, warm_up=0, syncs=True)["peer"]


def git_repository(places, name):
    folder = places.scratch / places.unused(name)
    folder.mkdir()
    run("git", "init", "-q", folder=folder)
    return folder


def dvc(places):
    peer = places.environment_of("dvc")
    if peer is None:
        return None
    folder = git_repository(places, "dvc")
    program = peer / "bin" / "dvc"
    run(program, "init", "-q", folder=folder)
    return Peer("dvc add", [program, "add", "-q", "data"], [program, "checkout", "-q", "data.dvc"], folder)


def annex(places):
    if places.program("git-annex") is None:
        return None
    folder = git_repository(places, "annex")
    run("git", "annex", "init", folder=folder)
    return Peer("git annex add", ["git", "annex", "add", "--quiet", "data"], CHECKOUT, folder)


def lfs(places):
    if places.program("git-lfs") is None:
        return None
    folder = git_repository(places, "lfs")
    run("git", "lfs", "install", "--local", folder=folder)
    (folder / ".gitattributes").write_text("data filter=lfs -text\n")
    return Peer("git-lfs, git add", ["git", "add", "data"], CHECKOUT, folder)


def git(places):
    return Peer("git add", ["git", "add", "data"], CHECKOUT, git_repository(places, "git"))


def restic(places):
    program = places.program("restic")
    if program is None:
        return None
    folder = places.scratch / places.unused("restic")
    folder.mkdir()
    run(program, "init", "-q", "-r", "repository", folder=folder)
    of_repository = ["-q", "-r", "repository"]
    return Peer(
        "restic backup", [program, "backup", *of_repository, "data"],
        [program, "restore", *of_repository, "latest", "--target", "."], folder)


MAKERS = {"dvc": dvc, "git-annex": annex, "git-lfs": lfs, "git": git, "restic": restic}


def wait_for_quick_creation(places):
    """Waits until new files are made as quickly as ever.

    For five minutes after a mass removal, as at the end of these measurements, ext4 searches long for the inode of
    each new file: that would be measured, and not the same for all.
    """
    folder = places.scratch / places.unused("creation")
    folder.mkdir()
    for attempt in range(CREATION_ATTEMPTS):
        begin = time.monotonic()
        for number in range(CREATED):
            (folder / f"{attempt}-{number}").touch()
        took = (time.monotonic() - begin) / CREATED
        if took < CREATION_LIMIT:
            return
        print(f"Making a file takes {took * 1e6:.0f} µs; waiting until it is less", file=sys.stderr, flush=True)
        time.sleep(15)
    print("Making files stays slow; so will all figures where files are made", file=sys.stderr)


def adding(places, folder):
    """The case of adding `data` to a store that never saw it."""
    pristine = places.scratch / places.unused("pristine")
    run("cp", "-a", folder / ".mlt", pristine)

    def forget():
        shutil.rmtree(folder / ".mlt")
        run("cp", "-a", pristine, folder / ".mlt")
        for name in ["mlt.lock", ".gitignore"]:
            (folder / name).unlink(missing_ok=True)

    return Case("mlt", [places.mlt, "add", "data"], folder, prepare=forget)


def stored_size(folder):
    """The bytes in a repository's store."""
    sizes = [path.stat().st_size for path in (folder / ".mlt" / "packs").iterdir()]
    if not sizes:
        sys.exit(f"error: there is nothing in the store of {folder}")
    return sum(sizes)


def beside(took):
    """What each case took, for a remark."""
    parts = [f"{name} {number(each.wall)} s (CPU {number(each.cpu)})" for name, each in took.items()]
    return f"{', '.join(parts)}; {took['mlt'].memory:.0f} MiB"


def against(peer, mlt):
    """What a peer and we took, for a remark."""
    return (
        f"wall {number(peer.wall)} s and {number(mlt.wall)}, CPU {number(peer.cpu)} s and {number(mlt.cpu)}; "
        f"{peer.memory:.0f} MiB and {mlt.memory:.0f}")
