"""Trains a forest on all reports that have come in.

usage: python train.py TREES DEPTH
"""

import csv
import subprocess
import sys
from pathlib import Path

import joblib
from sklearn.ensemble import RandomForestRegressor

REPORTS = Path("data/reports")
MODEL = "models/fire.pkl"
INPUTS = ["month", "temperature", "humidity", "wind", "rain", "dryness", "cleared"]


def rows():
    for path in sorted(REPORTS.glob("*.csv")):
        with path.open(newline="") as file:
            yield from csv.DictReader(file)


def main():
    trees, depth = int(sys.argv[1]), int(sys.argv[2])
    # Any program can say what it was run with: no library, only a command.
    subprocess.run(["mlt", "param", f"trees={trees}", f"depth={depth}"], check=True)

    reports = list(rows())
    forest = RandomForestRegressor(n_estimators=trees, max_depth=depth, random_state=0)
    forest.fit([[float(row[name]) for name in INPUTS] for row in reports], [float(row["burned"]) for row in reports])

    Path(MODEL).parent.mkdir(exist_ok=True)
    joblib.dump({"forest": forest, "inputs": INPUTS}, MODEL)
    print(f"trained on {len(reports)} reports")


if __name__ == "__main__":
    main()
