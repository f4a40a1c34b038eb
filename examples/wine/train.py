"""Trains a random forest that tells the cultivar from the measurements: a candidate for release."""

import csv
import json
from pathlib import Path

import joblib
import numpy as np
from sklearn.ensemble import RandomForestClassifier

PARAMS = "params.json"
TRAIN = "data/train.csv"
MODEL = Path("models/candidate.pkl")


def main():
    with open(PARAMS) as file:
        params = json.load(file)

    with open(TRAIN, newline="") as file:
        rows = list(csv.DictReader(file))
    names = [name for name in rows[0] if name not in ("sample", "cultivar")]
    measurements = np.array([[float(row[name]) for name in names] for row in rows])
    cultivars = np.array([row["cultivar"] for row in rows])

    forest = RandomForestClassifier(
        n_estimators=params["trees"],
        max_depth=params["depth"],
        random_state=params["seed"],
        criterion="gini",
    )
    forest.fit(measurements, cultivars)

    MODEL.parent.mkdir(exist_ok=True)
    joblib.dump({"forest": forest, "names": names}, MODEL)
    print(f"{params['trees']} trees of depth {params['depth']} trained with {len(rows)} wines")


if __name__ == "__main__":
    main()
