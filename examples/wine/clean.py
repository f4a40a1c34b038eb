"""Repairs the raw table: names, numbers, units, repeated and incomplete rows."""

import csv
import re

RAW = "data/raw/wine.csv"
CLEAN = "data/clean.csv"

# No wine has less than this much proline in mg/l: a smaller number is in g/l.
LEAST_PROLINE = 10


def column_name(title):
    """'OD280/OD315' becomes 'od280_od315'."""
    return re.sub(r"[^a-z0-9]+", "_", title.lower()).strip("_")


def number(text):
    """A number written with a decimal point or comma, or None where nothing was measured."""
    text = text.strip().replace(",", ".")
    return None if text in ("", "n/a") else float(text)


def cleaned(raw):
    row = {column_name(title): text for title, text in raw.items()}
    sample, cultivar = row.pop("sample"), row.pop("cultivar")
    measurements = {name: number(text) for name, text in row.items()}
    if measurements["proline"] is not None and measurements["proline"] < LEAST_PROLINE:
        measurements["proline"] = round(measurements["proline"] * 1000)
    return {"sample": sample, "cultivar": cultivar.strip().capitalize(), **measurements}


def main():
    with open(RAW, newline="") as file:
        rows = [cleaned(raw) for raw in csv.DictReader(file)]

    unique = {row["sample"]: row for row in rows}
    complete = [row for row in unique.values() if None not in row.values()]

    with open(CLEAN, "w", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=complete[0], lineterminator="\n")
        writer.writeheader()
        writer.writerows(complete)

    repeated, incomplete = len(rows) - len(unique), len(unique) - len(complete)
    print(f"{len(rows)} rows read, {repeated} repeated and {incomplete} incomplete ones left out: {len(complete)} rows")


if __name__ == "__main__":
    main()
