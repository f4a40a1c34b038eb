"""Measures the model on the reports that nobody trains on."""

import csv
import json

import joblib
import numpy as np

MODEL = "models/fire.pkl"
HOLDOUT = "data/holdout.csv"
METRICS = "metrics.json"


def main():
    model = joblib.load(MODEL)
    with open(HOLDOUT, newline="") as file:
        reports = list(csv.DictReader(file))
    predicted = model["forest"].predict([[float(row[name]) for name in model["inputs"]] for row in reports])
    error = predicted - np.array([float(row["burned"]) for row in reports])

    with open(METRICS, "w") as file:
        json.dump({"rmse": round(float(np.sqrt(np.mean(error**2))), 4)}, file)
        file.write("\n")


if __name__ == "__main__":
    main()
