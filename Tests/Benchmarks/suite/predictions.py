"""How long it takes to log predictions, and to find one of ten million by its key."""

import sqlite3
import sys

from measuring import Case, cost, rounds
from places import run
from report import milliseconds, number

ROWS = 10_000_000
DAYS = 365
KEY = "cust-04711000"


def measure(places, report):
    folder = places.repository("predictions")
    size = write_log(folder / "scores.csv", ROWS)
    logged = cost([places.mlt, "record", "log", "scores.csv"], folder)
    report.add(
        "predictions", f"mlt record log, {ROWS:,} rows, {size / 1e6:,.0f} MB of CSV, stored", logged.wall, "s",
        remark=f"CPU {number(logged.cpu)} s; {logged.memory:.0f} MiB")
    report.add("predictions", "memory of that", logged.memory, "MiB", goal=300)
    database(folder / "scores.csv", folder / "scores.sqlite", report)
    python = [sys.executable, "-c", scan("scores.csv")]
    took = rounds(
        [
            Case("mlt", [places.mlt, "trace", "--key", KEY], folder),
            Case("grep", ["grep", "-m", "1", f",{KEY},", "scores.csv"], folder),
            Case("python", python, folder),
            Case("sqlite", [sys.executable, "-c", ask("scores.sqlite")], folder),
        ],
        places.rounds(5))
    mlt = took["mlt"]
    report.add(
        "predictions", f"mlt trace --key, one of {ROWS:,} rows", mlt.wall * 1000, "ms", goal=100,
        remark=f"CPU {milliseconds(mlt.cpu)}; {mlt.memory:.0f} MiB; grep {milliseconds(took['grep'].wall)}, Python's csv "
        f"{milliseconds(took['python'].wall)}, Python's sqlite3 with an index {milliseconds(took['sqlite'].wall)}")
    many(places, report)


def many(places, report):
    """Daily files, of which one has the key."""
    folder = places.repository("daily-predictions")
    (folder / "daily").mkdir()
    for day in range(DAYS):
        write_log(folder / "daily" / f"{day:03}.csv", 1000, first=day * 1000)
    logged = cost(["sh", "-c", 'exec "$0" record log daily/*.csv', places.mlt], folder)
    report.add(
        "predictions", f"mlt record log, {DAYS} daily files of 1,000 rows", logged.wall * 1000, "ms",
        remark=f"CPU {milliseconds(logged.cpu)}; {logged.memory:.0f} MiB")
    key = f"cust-{200_500:08}"
    took = rounds([Case("mlt", [places.mlt, "trace", "--key", key], folder)], places.rounds(11))["mlt"]
    report.add(
        "predictions", f"mlt trace --key in {DAYS} daily files", took.wall * 1000, "ms", goal=100,
        remark=f"CPU {milliseconds(took.cpu)}; {took.memory:.0f} MiB")


def write_log(path, count, first=0):
    """Writes a table of predictions, and returns its size in bytes."""
    regions = ["north", "south", "east", "west"]
    with open(path, "w", buffering=1 << 20) as file:
        file.write("time,key,model,age,income,region,score\n")
        for row in range(first, first + count):
            second = row // 50
            # Keys in an order of their own; 7919 is prime, so that each comes once.
            key = row * 7919 % count if first == 0 and count > 1000 else row
            file.write(
                f"2026-11-{1 + second // 86400 % 28:02}T{second // 3600 % 24:02}:{second // 60 % 60:02}:{second % 60:02}Z,"
                f"cust-{key:08},v3,{row % 70 + 18},{row * 37 % 90000},{regions[row % 4]},{row * 31 % 1000 / 1000:.3f}\n")
    return path.stat().st_size


def database(log, path, report):
    """The same rows in SQLite with an index of keys."""
    code = (
        "import csv, sqlite3\n"
        f"database = sqlite3.connect({str(path)!r})\n"
        "database.execute('CREATE TABLE rows (time, key, model, age, income, region, score)')\n"
        f"rows = csv.reader(open({str(log)!r}))\n"
        "next(rows)\n"
        "database.executemany('INSERT INTO rows VALUES (?, ?, ?, ?, ?, ?, ?)', rows)\n"
        "database.execute('CREATE INDEX keys ON rows (key)')\n"
        "database.commit()\n")
    made = cost([sys.executable, "-c", code], log.parent)
    report.add(
        "predictions", f"the same rows into SQLite {sqlite3.sqlite_version} by Python, with an index", made.wall, "s",
        remark=f"CPU {number(made.cpu)} s; {path.stat().st_size / 1e6:,.0f} MB beside the CSV")


def ask(path):
    return (
        "import sqlite3\n"
        f"assert sqlite3.connect({path!r}).execute('SELECT * FROM rows WHERE key = ?', ({KEY!r},)).fetchone()\n")


def scan(path):
    return (
        "import csv\n"
        f"assert any(row[1] == {KEY!r} for row in csv.reader(open({path!r})))\n")
