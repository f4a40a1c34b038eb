"""How much the store grows when little changed."""

import random

import data
from measuring import cost
from places import run
from report import number
from storage import stored_size

SIZE = 1 << 30
CHANGE = 1 << 20


def measure(places, report):
    for what, make in [("random bytes", data.random_file), ("CSV", data.table_file)]:
        ours = places.repository(places.unused("dedup"))
        make(ours / "data", SIZE)
        run(places.mlt, "add", "data", folder=ours)
        source = random.Random(4)
        for change in [overwrite, insert]:
            before = stored_size(ours)
            change(ours / "data", source)
            took = cost([places.mlt, "add", "data"], ours)
            report.add(
                "dedup", f"store grows, 1 MiB {change.__doc__} in 1 GiB of {what}",
                (stored_size(ours) - before) / 2**20, "MiB", goal=4,
                remark=f"adding again: wall {number(took.wall)} s, CPU {number(took.cpu)}; {took.memory:.0f} MiB")
        (ours / "data").unlink()


def overwrite(path, source):
    """changed"""
    with open(path, "r+b") as file:
        file.seek(SIZE // 2 + 12_345)
        file.write(source.randbytes(CHANGE))


def insert(path, source):
    """inserted"""
    whole = path.with_name("whole")
    path.rename(whole)
    with open(whole, "rb") as old, open(path, "wb") as new:
        left = SIZE // 3
        while left > 0:
            left -= new.write(old.read(min(left, 16 << 20)))
        new.write(source.randbytes(CHANGE))
        while bytes_ := old.read(16 << 20):
            new.write(bytes_)
    whole.unlink()
