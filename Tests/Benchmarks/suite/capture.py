"""What following a command's files costs: CPU under `mlt run` against the bare command."""

import shutil

from measuring import Case, rounds
from places import run
from report import milliseconds

READER = r"""
#include <fcntl.h>
#include <unistd.h>
/* Reads a file of 512-byte records one by one. */
int main(int count, char **arguments) {
  char record[512];
  int file = open(arguments[1], O_RDONLY);
  if (file < 0) return 1;
  while (read(file, record, sizeof record) == sizeof record) {}
  return close(file);
}
"""
READS = 175_000
FILES = 20_000
PROCESSES = 500


def measure(places, report):
    folder = places.repository("capture")
    imports(places, report, folder)
    reads(places, report, folder)
    processes(places, report, folder)
    archive(places, report)


def compare(places, report, folder, work, command, goal, count, prepare=None):
    took = rounds(
        [
            Case("bare", command, folder),
            Case("mlt", [places.mlt, "run", "-q", "--", *command], folder, prepare=prepare),
        ],
        places.rounds(count))
    report.add(
        "capture", work, took["mlt"].cpu_ratio(took["bare"]), "×", goal=goal,
        remark=f"CPU {milliseconds(took['mlt'].cpu)} beside {milliseconds(took['bare'].cpu)}, "
        f"wall {milliseconds(took['mlt'].wall)} beside {milliseconds(took['bare'].wall)}; "
        f"{took['mlt'].memory:.0f} MiB")


def imports(places, report, folder):
    packages = places.environment_of("science")
    if packages is None:
        report.leave_out("capture", "Python's imports", "numpy, scipy, sympy aren't installed; --peers installs them")
        return
    command = [packages / "bin" / "python", "-c", "import numpy, scipy, scipy.optimize, scipy.stats, sympy"]
    compare(places, report, folder, "Python importing numpy, scipy, sympy", command, 1.05, 9)


def reads(places, report, folder):
    program = places.scratch / "reader"
    source = places.scratch / "reader.c"
    source.write_text(READER)
    run("cc", "-O2", "-o", program, source)
    (folder / "records").write_bytes(bytes(READS * 512))
    run(places.mlt, "add", "records", folder=folder)
    compare(places, report, folder, f"{READS:,} reads of 512 bytes", [program, "records"], 1.1, 15)


def processes(places, report, folder):
    command = ["sh", "-c", f"i=0; while [ $i -lt {PROCESSES} ]; do /bin/true; i=$((i+1)); done"]
    compare(places, report, folder, f"{PROCESSES} processes from a shell", command, 1.2, 15)


def archive(places, report):
    work = f"tar of {FILES:,} files"
    tracked = files(places, "archive")
    run(places.mlt, "add", "data", folder=tracked)
    # For an archive in /dev/null GNU tar doesn't read the files at all.
    command = ["tar", "-cf", "/dev/zero", "data"]
    compare(places, report, tracked, f"{work}, tracked before", command, 1.8, 9)

    new = files(places, "archive-new")
    pristine = places.scratch / "archive-new.mlt"
    run("cp", "-a", new / ".mlt", pristine)

    def forget():
        shutil.rmtree(new / ".mlt")
        run("cp", "-a", pristine, new / ".mlt")

    compare(places, report, new, f"{work}, met for the first time: read, hashed, stored", command, None, 5, forget)


def files(places, name):
    folder = places.repository(name)
    for number in range(FILES):
        path = folder / "data" / f"{number // 200:03}" / f"{number:05}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{number}\n" * 200)
    return folder
