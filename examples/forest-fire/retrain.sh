#!/bin/sh
# What a line of cron runs: trains on all that has come in, measures on the same held-out reports as always, and promotes the
# new model only if it is better than the one in production.
#
# usage: retrain.sh TREES DEPTH

set -eu

mlt run -q -c train --experiment fire -- python train.py "$1" "$2"
mlt run -q -c evaluate --experiment fire --metrics metrics.json -- python evaluate.py
mlt model register fire models/fire.pkl
mlt model promote fire --best metrics.rmse:asc --from "component = 'train' and experiment = 'fire'" --holdout data/holdout.csv --if-better
