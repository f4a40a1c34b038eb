"""Runs commands and tells what they cost."""

import ctypes
import dataclasses
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time


@dataclasses.dataclass
class Cost:
    """What one run of a command took, everything that it started included."""

    wall: float
    cpu: float
    #: The largest resident size of any one process, in MiB.
    memory: float


def adopt_orphans():
    """Makes this process the parent of its descendants' orphans.

    The keeper that follows a command's files isn't waited for by the program that started it; its cost is only seen
    by whoever becomes its parent.
    """
    set_child_subreaper = 36
    if ctypes.CDLL(None, use_errno=True).prctl(set_child_subreaper, 1, 0, 0, 0) != 0:
        sys.exit("error: this system doesn't tell what a command's detached processes cost")


def cost(command, folder, environment=None):
    """Runs a command to its end and to that of everything it started; it must succeed."""
    # A file, not a pipe: what goes on in the background may hold it open after the command's end.
    with open(os.devnull, "r+b") as null, tempfile.TemporaryFile() as errors:
        begin = time.monotonic()
        process = subprocess.Popen(command, cwd=folder, env=environment, stdin=null, stdout=null, stderr=errors)
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.monotonic() - begin
        process.returncode = os.waitstatus_to_exitcode(status)
        errors.seek(0)
        if process.returncode != 0:
            text = errors.read().decode(errors="replace").strip()
            sys.exit(f"error: {' '.join(map(str, command))} ended with {process.returncode}: {text}")
    usages = [usage]
    while True:
        try:
            usages.append(os.wait4(-1, 0)[2])
        except ChildProcessError:
            break
    return Cost(
        wall=wall, cpu=sum(each.ru_utime + each.ru_stime for each in usages),
        memory=max(each.ru_maxrss for each in usages) / 1024)


@dataclasses.dataclass
class Case:
    """One of the commands that are measured against each other."""

    name: str
    command: list
    folder: object
    #: Called before each run, and not measured.
    prepare: object = None
    environment: dict = None


@dataclasses.dataclass
class Measured:
    """The costs of a case, one per round."""

    costs: list

    @property
    def wall(self):
        return statistics.median(each.wall for each in self.costs)

    @property
    def cpu(self):
        return statistics.median(each.cpu for each in self.costs)

    @property
    def memory(self):
        return max(each.memory for each in self.costs)

    def cpu_ratio(self, other):
        """The median of the rounds' ratios: what disturbed a round disturbed both."""
        return statistics.median(mine.cpu / theirs.cpu for mine, theirs in zip(self.costs, other.costs))

    def wall_ratio(self, *others):
        """As `cpu_ratio`, of the time that passes; to the slowest of several."""
        return statistics.median(
            mine.wall / max(each.wall for each in theirs)
            for mine, *theirs in zip(self.costs, *(other.costs for other in others)))

    def wall_difference(self, other):
        return statistics.median(mine.wall - theirs.wall for mine, theirs in zip(self.costs, other.costs))


def rounds(cases, count, warm_up=1, syncs=False):
    """Measures cases in turn, `count` times; returns what they took by name.

    With `syncs` what one case wrote is on the disk before the next begins: needed where they write much.
    """
    # What was made for the measurement is on its way to the disk; whoever syncs first would wait for it all.
    os.sync()
    measured = {case.name: Measured([]) for case in cases}
    for number in range(-warm_up, count):
        for case in cases:
            if case.prepare:
                case.prepare()
            if syncs:
                os.sync()
            result = cost(case.command, case.folder, case.environment)
            if number >= 0:
                measured[case.name].costs.append(result)
    return measured


def load():
    return " ".join(f"{each:.1f}" for each in os.getloadavg())


def machine():
    """What the figures were taken on."""
    model = next(
        (line.split(":", 1)[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")),
        platform.machine())
    memory = next(int(line.split()[1]) for line in open("/proc/meminfo") if line.startswith("MemTotal"))
    return {
        "processor": f"{os.cpu_count()} × {model}", "memory": f"{memory / 2**20:.0f} GiB",
        "kernel": platform.release(), "Python": platform.python_version(), "load at the start": load(),
    }
