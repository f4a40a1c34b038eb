"""Data to store, the same on every machine."""

import random

MEBIBYTE = 1 << 20
DIGITS = bytes(ord("0") + byte % 10 for byte in range(256))
SITES = bytes(b"ABCDEFGH"[byte % 8] for byte in range(256))
ROW = 64
PER_FOLDER = 1000


def random_file(path, size, seed=1):
    """A file that no compressor makes smaller."""
    source = random.Random(seed)
    with open(path, "wb") as file:
        for _ in range(0, size, MEBIBYTE):
            file.write(source.randbytes(MEBIBYTE))


def table_file(path, size, seed=2):
    """Rows of comma-separated values: a number, a time, a site, some measurements."""
    source = random.Random(seed)
    rows = MEBIBYTE // ROW
    template = b"00000000,2024-01-01T00:00:00Z,station-A,0.00000,-0.0000,ok,1000\n"
    with open(path, "wb") as file:
        for block in range(size // MEBIBYTE):
            text = bytearray(template * rows)
            numbers = b"".join(b"%08d" % number for number in range(block * rows, (block + 1) * rows))
            for column in range(8):
                text[column::ROW] = numbers[column::8]
            # The columns of digits that differ from row to row.
            varying = [24, 27, 42, 43, 44, 45, 46, 51, 52, 53, 54, 59, 60]
            noise = source.randbytes(rows * len(varying)).translate(DIGITS)
            for place, column in enumerate(varying):
                text[column::ROW] = noise[place * rows:(place + 1) * rows]
            text[38::ROW] = source.randbytes(rows).translate(SITES)
            file.write(text)


def folder_of_files(folder, count, size, seed=3):
    """A folder of files of random bytes, a thousand in each folder below it."""
    source = random.Random(seed)
    for number in range(count):
        if number % PER_FOLDER == 0:
            below = folder / f"{number // PER_FOLDER:04}"
            below.mkdir(parents=True)
        with open(f"{below}/{number:07}.bin", "wb", buffering=0) as file:
            file.write(source.randbytes(size))
