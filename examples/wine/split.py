"""Splits the wines into a training and a test table, each with the same share of every cultivar."""

import csv

from sklearn.model_selection import train_test_split

FEATURES = "data/features.csv"
TRAIN = "data/train.csv"
TEST = "data/test.csv"

TEST_SHARE = 0.25
SEED = 2024


def write(path, rows):
    with open(path, "w", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=rows[0], lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def main():
    with open(FEATURES, newline="") as file:
        rows = list(csv.DictReader(file))

    cultivars = [row["cultivar"] for row in rows]
    train, test = train_test_split(rows, test_size=TEST_SHARE, random_state=SEED, stratify=cultivars)
    write(TRAIN, train)
    write(TEST, test)
    print(f"{len(train)} wines to train with, {len(test)} to test with")


if __name__ == "__main__":
    main()
