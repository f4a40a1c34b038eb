#!/bin/sh
# The pipeline as a plain shell script: '--cached' skips what an earlier run stands for, nothing is declared.

set -e

mlt run --cached -- python clean.py
mlt run --cached -- python features.py
mlt run --cached -- python split.py
mlt run --cached -- python train.py
mlt run --cached -- python evaluate.py
