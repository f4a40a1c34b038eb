"""Writes the raw table as a laboratory would hand it over: scikit-learn's wine data with everyday flaws.

The flaws are put in by row number, so that the table is the same each time. clean.py repairs all of them.

usage: python export_raw.py FILE
"""

import csv
import sys
from pathlib import Path

from sklearn.datasets import load_wine

# The three cultivars that scikit-learn numbers from 0.
CULTIVARS = ["Barolo", "Grignolino", "Barbera"]

HEADER = [
    "Sample", "Cultivar", "Alcohol", "Malic acid", "Ash", "Alcalinity of ash", "Magnesium", "Total phenols",
    "Flavanoids", "Nonflavanoid phenols", "Proanthocyanins", "Color intensity", "Hue", "OD280/OD315", "Proline",
]  # fmt: skip

PROLINE = HEADER.index("Proline")
MAGNESIUM = HEADER.index("Magnesium")
HUE = HEADER.index("Hue")


def spelled(cultivar, number):
    """The cultivar as different people type it."""
    if number % 9 == 0:
        return cultivar.upper()
    if number % 13 == 0:
        return cultivar.lower() + " "
    return cultivar


def raw_rows():
    wine = load_wine()
    for number, (measurements, cultivar) in enumerate(zip(wine.data, wine.target), start=1):
        row = [f"W{number:03}", spelled(CULTIVARS[cultivar], number)]
        row += [f"{value:g}" for value in measurements]

        if 60 <= number <= 75:  # typed at a desk with decimal commas
            row[2:] = [value.replace(".", ",") for value in row[2:]]
        if 131 <= number <= 140:  # measured by an instrument that reports grams per litre, not milligrams
            row[PROLINE] = f"{measurements[-1] / 1000:g}"
        if number % 41 == 0:  # not measured
            row[MAGNESIUM] = "n/a"
        if number == 100:
            row[HUE] = ""

        yield row
        if number in (20, 77, 150):  # entered twice
            yield row


def main():
    path = Path(sys.argv[1])
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(HEADER)
        writer.writerows(raw_rows())


if __name__ == "__main__":
    main()
