"""Writes a month of fire reports as a forest service would send it: made up, and the same each time.

A report is a day at a station: the weather, how dry the ground is, and how much burned. From July on the ground of three
stations is another than before (the undergrowth has been cleared), so that what was learned in spring fits less well.

usage: python season.py YEAR-MONTH FILE        a month's reports
       python season.py --holdout FILE         reports of the whole year that nobody trains on
"""

import csv
import math
import random
import sys
from pathlib import Path

STATIONS = ["Arouca", "Lamego", "Montesinho", "Seia", "Tondela"]
CLEARED = {"Arouca", "Seia", "Tondela"}
COLUMNS = ["station", "month", "day", "temperature", "humidity", "wind", "rain", "dryness", "cleared", "burned"]


def report(draw, station, month, day):
    season = math.cos((month - 7.5) / 12 * 2 * math.pi)  # 1 in July and August, -1 in January
    temperature = 14 + 9 * season + draw.gauss(0, 3)
    humidity = min(100, max(12, 62 - 20 * season + draw.gauss(0, 10)))
    wind = max(0, draw.gauss(4, 2))
    rain = max(0, draw.gauss(0, 3) - 2 * season)
    dryness = max(0, 40 + 35 * season - 2 * rain + draw.gauss(0, 6))
    cleared = int(month >= 7 and station in CLEARED)
    fuel = dryness * (0.35 if cleared else 1)
    burned = max(0, 0.04 * fuel * (1 + wind / 4) + 0.08 * temperature - 0.02 * humidity + draw.gauss(0, 0.8))
    return [
        station, month, day, round(temperature, 1), round(humidity), round(wind, 1), round(rain, 1), round(dryness, 1),
        cleared, round(burned, 2),
    ]  # fmt: skip


def month_rows(month):
    draw = random.Random(month)
    return [report(draw, station, month, day) for day in range(1, 29) for station in STATIONS]


def holdout_rows():
    draw = random.Random(1000)
    return [report(draw, draw.choice(STATIONS), draw.randrange(1, 13), draw.randrange(1, 29)) for _ in range(400)]


def main():
    wanted, path = sys.argv[1], Path(sys.argv[2])
    rows = holdout_rows() if wanted == "--holdout" else month_rows(int(wanted.split("-")[1]))
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows(rows)


if __name__ == "__main__":
    main()
