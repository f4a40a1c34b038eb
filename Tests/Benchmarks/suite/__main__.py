"""The benchmarks' command line: chooses subjects, runs them, prints the table.

Everything is measured in interleaved rounds (each case once, then all again), so that a machine that grows busy
makes every case slow alike; figures are medians, and ratios are taken within a round.
"""

import argparse
import json
import os
import pathlib
import shutil
import sys
import tempfile

import add
import capture
import dedup
import imports
import measuring
import pipelines
import predictions
import record
import restore
import review
import runs
import secure_shell
import sharing
import start
import status
import trace
from places import Places
from report import Report

SUBJECTS = {
    "start": start, "record": record, "capture": capture, "trace": trace, "predictions": predictions, "imports": imports,
    "runs": runs, "review": review, "pipelines": pipelines, "add": add, "restore": restore, "status": status, "dedup": dedup,
    "sharing": sharing,
}


def main():
    parser = argparse.ArgumentParser(prog="Tests/Benchmarks/run")
    parser.add_argument("subjects", nargs="*", metavar="SUBJECT", help=f"{', '.join(SUBJECTS)} (default: all)")
    parser.add_argument("--repeat", type=int, help="rounds for every measurement (default: as many as each needs)")
    parser.add_argument("--json", type=pathlib.Path, metavar="FILE", help="write the figures to FILE too")
    parser.add_argument("--folder", type=pathlib.Path, help="where scratch repositories are made")
    parser.add_argument("--keep", action="store_true", help="leave the scratch repositories for a look around")
    parser.add_argument("--peers", action="store_true", help="install the peers that are missing")
    parser.add_argument("--large", action="store_true", help="measure what takes long, too")
    options = parser.parse_args()
    unknown = [name for name in options.subjects if name not in SUBJECTS]
    if unknown:
        parser.error(f"unknown subject '{unknown[0]}'; there are {', '.join(SUBJECTS)}")

    chosen = options.subjects or list(SUBJECTS)
    # Before this process begins to adopt what others leave behind.
    server = secure_shell.Server() if "sharing" in chosen else None
    measuring.adopt_orphans()
    scratch = pathlib.Path(tempfile.mkdtemp(prefix="mlt-benchmarks-", dir=options.folder))
    places = Places(
        mlt=pathlib.Path(os.environ["MLT"]).resolve(), root=pathlib.Path.cwd(), scratch=scratch,
        installs_peers=options.peers, repeat=options.repeat, is_large=options.large,
        server=server)
    report = Report(measuring.machine())
    try:
        for name in chosen:
            print(f"Measuring {name}", file=sys.stderr, flush=True)
            SUBJECTS[name].measure(places, report)
    finally:
        if server:
            server.stop()
        if options.keep:
            print(f"The scratch repositories are in {scratch}", file=sys.stderr)
        else:
            shutil.rmtree(scratch, ignore_errors=True)
    report.machine["load at the end"] = measuring.load()
    print(report.table())
    if options.json:
        options.json.write_text(json.dumps(report.json(), indent=2) + "\n")


main()
