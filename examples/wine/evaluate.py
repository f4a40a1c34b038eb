"""Measures the candidate on wines that it hasn't seen, and releases it with its figures."""

import csv
import json

import joblib
import numpy as np
from sklearn.metrics import accuracy_score, f1_score, recall_score

CANDIDATE = "models/candidate.pkl"
MODEL = "models/wine.pkl"
TEST = "data/test.csv"
METRICS = "metrics.json"


def main():
    model = joblib.load(CANDIDATE)
    forest, names = model["forest"], model["names"]

    with open(TEST, newline="") as file:
        rows = list(csv.DictReader(file))
    measurements = np.array([[float(row[name]) for name in names] for row in rows])
    cultivars = [row["cultivar"] for row in rows]
    predicted = forest.predict(measurements)

    recall = recall_score(cultivars, predicted, labels=forest.classes_, average=None)
    metrics = {
        "wines": len(rows),
        "accuracy": round(accuracy_score(cultivars, predicted), 4),
        "macro_f1": round(f1_score(cultivars, predicted, average="macro"), 4),
        "recall": {cultivar: round(share, 4) for cultivar, share in zip(forest.classes_, recall)},
    }
    with open(METRICS, "w") as file:
        json.dump(metrics, file, indent=2)
        file.write("\n")
    joblib.dump({**model, "metrics": metrics}, MODEL)
    print(f"accuracy {metrics['accuracy']}, macro F1 {metrics['macro_f1']}")


if __name__ == "__main__":
    main()
