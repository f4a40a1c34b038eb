"""What sharing costs: `mlt push` and `mlt pull` beside DVC's, rsync and rclone, to a folder and over ssh on loopback."""

import json
import os
import random
import shutil
import subprocess

import data
from dedup import overwrite
from measuring import Case, rounds
from places import run
from report import number
from storage import wait_for_quick_creation
import secure_shell

RUNS = 100_000


def measure(places, report):
    memory = [idle(places, report)]
    for link in [None, places.server]:
        if link is None or link.is_running:
            wait_for_quick_creation(places)
            # The goals are those of the design, for many small files in a folder.
            memory += there_and_back(
                places, report, link, "100,000 files of 4 KiB", lambda path: data.folder_of_files(path, 100_000, 4096),
                is_many=True, files=19, dvc=None if link else 30)
            memory += there_and_back(
                places, report, link, "2 GiB of random bytes", lambda path: data.random_file(path, 2 << 30))
            memory.append(change(places, report, link))
        else:
            report.leave_out("sharing", "over ssh", link.reason)
    report.add("sharing", "memory of mlt in all of these", max(memory), "MiB", goal=300)


def name_remote(places, folder, url, environment):
    run(places.mlt, "remote", "add", "--program", places.mlt, "origin", url, folder=folder, environment=environment)
    # For clones, too.
    run(places.mlt, "remote", "set-program", "--user", "origin", places.mlt, folder=folder)


class Tool:
    """A program that sends `data` somewhere and gets it back."""

    def __init__(self, places, link, what, make):
        self.places = places
        self.link = link
        self.remote = places.scratch / places.unused(f"{self.name}-remote")
        self.folder = self.make_repository(places)
        self.copy = places.scratch / places.unused(f"{self.name}-copy")
        make(self.folder / "data")
        self.environment = dict(os.environ)
        if link:
            self.environment["MLT_SSH"] = str(link.client)
        self.track()

    def make_repository(self, places):
        folder = places.scratch / places.unused(self.name)
        folder.mkdir()
        return folder

    def track(self):
        """Does what comes before the first push."""

    def reset(self):
        """Makes the remote empty again."""
        self.places.set_aside(self.remote)
        self.remote.mkdir()

    def reset_copy(self):
        """Makes the place empty that the data comes back to."""
        self.places.set_aside(self.copy)

    def pushing(self):
        return Case(self.name, self.push, self.folder, self.reset, self.environment)

    def pulling(self):
        return Case(self.name, self.pull, self.copy, self.reset_copy, self.environment)

    def written(self):
        """The files at the remote, and their bytes."""
        return f"{self.count():,} files, {self.size() / 2**20:.1f} MiB"

    def count(self):
        return len(self._sizes())

    def size(self):
        return sum(self._sizes())

    def _sizes(self):
        return [
            os.path.getsize(os.path.join(folder, name))
            for folder, _, names in os.walk(self.remote) for name in names
        ]

    def remove(self, is_many):
        """Ends; many files are only moved away."""
        for folder in [self.folder, self.copy, self.remote]:
            if is_many:
                self.places.set_aside(folder)
            else:
                shutil.rmtree(folder, ignore_errors=True)


class Mlt(Tool):
    name = "mlt"

    def make_repository(self, places):
        return places.repository(places.unused(self.name))

    def track(self):
        mlt = self.places.mlt
        run(mlt, "add", "data", folder=self.folder)
        self.push = [mlt, "push"]
        self.pull = [mlt, "pull"]

    @property
    def url(self):
        return f"{self.link.url}{self.remote}" if self.link else str(self.remote)

    def reset(self):
        super().reset()
        (self.folder / ".mltconfig").unlink(missing_ok=True)
        name_remote(self.places, self.folder, self.url, self.environment)
        run("git", "add", "-A", folder=self.folder)
        run("git", "commit", "-q", "--allow-empty", "-m", "Data", folder=self.folder)

    def reset_copy(self):
        super().reset_copy()
        run("git", "clone", "-q", self.folder, self.copy)


class Dvc(Tool):
    name = "dvc"

    @staticmethod
    def reason(places, link):
        return None if places.environment_of("dvc") else "dvc isn't installed; --peers installs it"

    def track(self):
        self.program = self.places.environment_of("dvc") / "bin" / "dvc"
        run("git", "init", "-q", folder=self.folder)
        run(self.program, "init", "-q", folder=self.folder)
        url = f"{self.link.url}{self.remote}" if self.link else self.remote
        run(self.program, "remote", "add", "-d", "origin", url, folder=self.folder)
        if self.link:
            run(self.program, "remote", "modify", "origin", "keyfile", self.link.key, folder=self.folder)
        run(self.program, "add", "-q", "data", folder=self.folder)
        run("git", "add", "-A", folder=self.folder)
        run("git", "commit", "-q", "-m", "Data", folder=self.folder)
        self.push = [self.program, "push", "-q"]
        self.pull = [self.program, "pull", "-q"]

    def reset(self):
        super().reset()
        shutil.rmtree(os.environ["DVC_SITE_CACHE_DIR"], ignore_errors=True)

    def reset_copy(self):
        super().reset_copy()
        shutil.rmtree(os.environ["DVC_SITE_CACHE_DIR"], ignore_errors=True)
        run("git", "clone", "-q", self.folder, self.copy)


class Rsync(Tool):
    name = "rsync"

    @staticmethod
    def reason(places, link):
        return None if places.program("rsync") else "rsync isn't installed; --peers installs it"

    def track(self):
        options = ["-e", self.link.client] if self.link else []
        where = f"{self.link.host}:{self.remote}/" if self.link else f"{self.remote}/"
        self.push = ["rsync", "-a", *options, "data", where]
        self.pull = ["rsync", "-a", *options, f"{where}data", "."]

    def reset_copy(self):
        super().reset_copy()
        self.copy.mkdir()


class Rclone(Tool):
    name = "rclone"

    @staticmethod
    def reason(places, link):
        return None if places.program("rclone") else "rclone isn't installed; --peers installs it"

    def track(self):
        where = self.remote
        if self.link:
            # To compare checksums it would start a program at the other side for each file.
            where = (
                f":sftp,host={self.link.host},port={self.link.port},user={self.link.user},key_file={self.link.key},"
                f"disable_hashcheck=true:{self.remote}")
        # A single file has its own verb.
        verb = "copy" if (self.folder / "data").is_dir() else "copyto"
        self.push = ["rclone", "-q", verb, "data", f"{where}/data"]
        self.pull = ["rclone", "-q", verb, f"{where}/data", "data"]

    def reset_copy(self):
        super().reset_copy()
        self.copy.mkdir()


PEERS = [Dvc, Rsync, Rclone]


def tools(places, report, link, what, make):
    chosen = [Mlt(places, link, what, make)]
    for peer in PEERS:
        reason = peer.reason(places, link)
        if reason:
            report.leave_out("sharing", f"{peer.name}, {what}{over(link)}", reason)
        else:
            chosen.append(peer(places, link, what, make))
    return chosen


def over(link):
    return " over ssh" if link else ""


def remark(took, name):
    mine, theirs = took["mlt"], took[name]
    return (
        f"wall {number(theirs.wall)} s and {number(mine.wall)}, CPU {number(theirs.cpu)} s and {number(mine.cpu)}; "
        f"{theirs.memory:.0f} MiB and {mine.memory:.0f}")


def there_and_back(places, report, link, what, make, is_many=False, files=None, dvc=None):
    """Measures a first push, and a pull into a new clone; `files` and `dvc` are goals."""
    all_tools = tools(places, report, link, what, make)
    pushed = rounds([tool.pushing() for tool in all_tools], places.rounds(1), warm_up=0, syncs=True)
    written = {tool.name: tool.written() for tool in all_tools}
    pulled = rounds([tool.pulling() for tool in all_tools], places.rounds(1), warm_up=0, syncs=True)
    for tool in all_tools:
        run("diff", "-r", all_tools[0].folder / "data", tool.copy / "data")
    report.add(
        "sharing", f"files on the remote after mlt push of {what}{over(link)}", all_tools[0].count(), "", goal=files,
        remark="; ".join(f"{name}: {text}" for name, text in written.items()))
    for tool in all_tools[1:]:
        goal = dvc if tool.name == "dvc" else None
        for verb, took in [("push", pushed), ("pull", pulled)]:
            report.add(
                "sharing", f"{tool.name}'s {verb} of {what}{over(link)}, against mlt {verb}, CPU",
                took[tool.name].cpu / took["mlt"].cpu, "×", goal=goal, is_least=True, remark=remark(took, tool.name))
    for tool in all_tools:
        tool.remove(is_many)
    return [pushed["mlt"].memory, pulled["mlt"].memory]


def change(places, report, link):
    """Measures a push after a small change of a large file."""
    what = "1 MiB changed in 1 GiB"
    all_tools = tools(places, report, link, what, lambda path: data.random_file(path, 1 << 30))
    memory = []
    for tool in all_tools:
        tool.reset()
        run(*tool.push, folder=tool.folder, environment=tool.environment)
        before = tool.size()
        overwrite(tool.folder / "data", random.Random(5))
        if tool.name in ("mlt", "dvc"):
            run(tool.places.mlt if tool.name == "mlt" else tool.program, "add", "data", folder=tool.folder)
        took = rounds(
            [Case(tool.name, tool.push, tool.folder, environment=tool.environment)], 1, warm_up=0, syncs=True)[tool.name]
        mine = tool.name == "mlt"
        if mine:
            memory.append(took.memory)
        report.add(
            "sharing", f"remote grows, {tool.name}'s push of {what}{over(link)}", (tool.size() - before) / 2**20, "MiB",
            goal=4 if mine else None,
            remark=f"wall {number(took.wall)} s, CPU {number(took.cpu)}; {took.memory:.0f} MiB")
        tool.remove(is_many=False)
    return max(memory)


def idle(places, report):
    """Measures a push that has nothing to send, in a long history."""
    memory = []
    for link in [None, places.server]:
        if link is not None and not link.is_running:
            continue
        folder = places.recorded(places.unused("history"), RUNS, 50)
        remote = places.scratch / places.unused("history-remote")
        remote.mkdir()
        environment = dict(os.environ)
        if link:
            environment["MLT_SSH"] = str(link.client)
        url = f"{link.url}{remote}" if link else remote
        name_remote(places, folder, url, environment)
        case = Case("mlt", [places.mlt, "push"], folder, environment=environment)
        first = rounds([case], 1, warm_up=0)["mlt"]
        # What ssh takes to do nothing.
        bare = Case("bare", [link.client, link.host, "true"] if link else ["/bin/true"], folder)
        both = rounds([bare, case], places.rounds(11))
        took = both["mlt"]
        said = run(places.mlt, "push", "--json", folder=folder, environment=environment)
        if json.loads(said)["bytes_sent"] != 0:
            raise SystemExit("error: a second push sent something")
        report.add(
            "sharing", f"mlt push with nothing to do among {RUNS:,} runs{over(link)}", took.wall * 1000, "ms",
            goal=300,
            remark=f"{'ssh' if link else 'true'} alone {both['bare'].wall * 1000:.0f} ms; CPU {took.cpu * 1000:.0f} ms; "
            f"{took.memory:.0f} MiB; the first: {number(first.wall)} s, {first.memory:.0f} MiB")
        memory += [took.memory, first.memory]
    return max(memory)
