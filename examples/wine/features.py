"""Adds what a taster would look at: ratios between the measurements."""

import csv

CLEAN = "data/clean.csv"
FEATURES = "data/features.csv"

RATIOS = {
    "flavanoid_share": ("flavanoids", "total_phenols"),
    "color_by_hue": ("color_intensity", "hue"),
    "alcalinity_by_ash": ("alcalinity_of_ash", "ash"),
}


def with_ratios(row):
    ratios = {name: round(float(row[above]) / float(row[below]), 4) for name, (above, below) in RATIOS.items()}
    return {**row, **ratios}


def main():
    with open(CLEAN, newline="") as file:
        rows = [with_ratios(row) for row in csv.DictReader(file)]

    with open(FEATURES, "w", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=rows[0], lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)

    print(f"{len(rows)} rows, {len(RATIOS)} columns added")


if __name__ == "__main__":
    main()
