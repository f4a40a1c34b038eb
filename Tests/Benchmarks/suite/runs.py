"""How long it takes to log metrics, and to find the best of many runs, beside MLflow's client on its SQLite store."""

import os
import random
import sqlite3
import statistics

from measuring import Case, cost, rounds
from places import run
from report import milliseconds, number

RUNS = 100_000
METRICS = 20
#: MLflow needs a quarter of an hour to sort 100,000 by a metric; with --large it is given it.
PEER_RUNS = 10_000
CALLS = 50
POINTS = 1_000_000
PEER_CALLS = 500
PEER_POINTS = 20_000
PEER_BATCH = 1_000


def measure(places, report):
    peer = places.environment_of("mlflow")
    if peer is None:
        report.leave_out("runs", "MLflow", "it isn't installed; --peers installs it")
    ours = leaderboard(places, report)
    calls, rate = logging(places, report)
    if peer is not None:
        python = peer / "bin" / "python"
        peer_leaderboard(places, report, python, ours)
        peer_logging(places, report, python, calls, rate)


def leaderboard(places, report):
    """Returns what sorting by a metric took."""
    folder = places.recorded("runs", RUNS, 1, 0, 1, 1, METRICS)
    made = cost([places.mlt, "log", "-n", "1"], folder)
    size = sum(file.stat().st_size for file in (folder / ".mlt").rglob("*") if file.is_file())
    report.add(
        "runs", f"making the index of {RUNS:,} runs with {METRICS} metrics each", made.wall, "s",
        remark=f"CPU {number(made.cpu)} s; {made.memory:.0f} MiB; {size / RUNS:,.0f} bytes a run with its index")
    some = "metrics.`metric-3` > 0.5 and params.rate = '0.3'"
    cases = {
        "sorted by a metric": ["--sort", "metrics.metric-7:desc"],
        "sorted by two metrics": ["--sort", "metrics.metric-7:desc", "--sort", "metrics.metric-8"],
        "sorted by a parameter": ["--sort", "params.seed:desc"],
        "chosen and sorted by metrics": ["--filter", some, "--sort", "metrics.metric-7:desc"],
        "chosen by what few match": ["--filter", "metrics.`metric-3` > 0.9999"],
        "the latest": [],
    }
    took = rounds(
        [Case(name, [places.mlt, "runs", *options], folder) for name, options in cases.items()], places.rounds(7))
    for name in cases:
        report.add(
            "runs", f"mlt runs, {name}, of {RUNS:,} with {METRICS} metrics", took[name].wall * 1000, "ms", goal=200,
            remark=f"CPU {milliseconds(took[name].cpu)}; {took[name].memory:.0f} MiB")
    return took["sorted by a metric"]


def peer_leaderboard(places, report, python, ours):
    """Runs in MLflow's own tables, put there by SQL: its client would need long."""
    count = RUNS if places.is_large else PEER_RUNS
    folder = places.scratch / "mlflow-runs"
    folder.mkdir()
    database = folder / "mlflow.db"
    run(python, "-c", "import mlflow; mlflow.MlflowClient().search_experiments()", folder=folder, environment=settings(folder))
    fill(database, count)
    search = cost([python, "-c", SEARCH], folder, settings(folder))
    report.add(
        "runs", f"MLflow's search_runs, sorted by a metric, of {count:,} with {METRICS} metrics", search.wall * 1000, "ms",
        remark=f"{search.wall / ours.wall:,.0f} times ours for {RUNS:,}; CPU {number(search.cpu)} s, start included; {search.memory:.0f} MiB; "
        f"{database.stat().st_size / count:,.0f} bytes a run")
    start = cost([python, "-c", "import mlflow"], folder, settings(folder))
    report.add("runs", "of that, the start of MLflow's client", start.wall * 1000, "ms")


def logging(places, report):
    """Returns the seconds of a call, and how many points go in a second."""
    folder = places.repository("logging")
    loop = f"for i in $(seq {CALLS}); do \"$0\" metric loss=0.$i --step $i; done"
    calls = cost([places.mlt, "run", "-q", "-c", "calls", "--", "sh", "-c", loop, places.mlt], folder)
    report.add(
        "runs", "mlt metric, a call each from a shell loop", calls.wall / CALLS * 1000, "ms",
        remark=f"CPU {milliseconds(calls.cpu / CALLS)} a call, the run's own included")
    (folder / "points.txt").write_text("".join(f"loss=0.{step} step={step}\n" for step in range(POINTS)))
    batch = cost(
        [places.mlt, "run", "-q", "-c", "batch", "--", "sh", "-c", '"$0" metric - < points.txt', places.mlt], folder)
    report.add(
        "runs", f"mlt metric -, {POINTS:,} points on standard input", POINTS / batch.wall, "a second", goal=100_000,
        is_least=True, remark=f"CPU {number(batch.cpu)} s; {batch.memory:.0f} MiB")
    return calls.wall / CALLS, POINTS / batch.wall


def peer_logging(places, report, python, our_call, our_rate):
    folder = places.scratch / "mlflow-logging"
    folder.mkdir()
    environment = settings(folder)

    def seconds(statement):
        return cost([python, "-c", ONE_RUN + statement], folder, environment).wall

    # The first makes the tables.
    seconds("pass")
    start = statistics.median(seconds("pass") for _ in range(3))
    report.add(
        "runs", "MLflow's client, a call each from a shell loop", start * 1000, "ms",
        remark=f"{start / our_call:,.0f} times ours: start, a run and no more")
    single = max(seconds(f"for step in range({PEER_CALLS}): client.log_metric(run, 'loss', 0.5, step=step)") - start, 1e-3)
    report.add(
        "runs", "MLflow's client, a call each within one process", single / PEER_CALLS * 1000, "ms",
        remark=f"{single / PEER_CALLS / our_call:.2f} times ours, which starts a program each")
    many = max(seconds(
        f"for at in range(0, {PEER_POINTS}, {PEER_BATCH}): client.log_batch("
        f"run, metrics=[Metric('loss', 0.5, 0, step) for step in range(at, at + {PEER_BATCH})])") - start, 1e-3)
    report.add(
        "runs", f"MLflow's client, in batches of {PEER_BATCH:,}", PEER_POINTS / many, "a second",
        remark=f"ours: {our_rate * many / PEER_POINTS:,.0f} times as many")


def settings(folder):
    return {
        **os.environ, "MLFLOW_TRACKING_URI": f"sqlite:///{folder}/mlflow.db", "MLFLOW_DISABLE_TELEMETRY": "true",
    }


ONE_RUN = """
import mlflow
from mlflow.entities import Metric
client = mlflow.MlflowClient()
run = client.create_run('0').info.run_id
"""

SEARCH = """
import mlflow
runs = mlflow.MlflowClient().search_runs(['0'], order_by=['metrics.metric_7 DESC'], max_results=20)
assert len(runs) == 20
"""


def fill(path, count):
    """Puts runs into the tables that MLflow made."""
    chance = random.Random(1)
    database = sqlite3.connect(path)
    for number in range(count):
        name = f"{number:032x}"
        start = 1_700_000_000_000 + number * 1000
        database.execute(
            "INSERT INTO runs (run_uuid, name, source_type, source_name, entry_point_name, user_id, status, start_time, end_time,"
            " source_version, lifecycle_stage, artifact_uri, experiment_id)"
            " VALUES (?, ?, 'LOCAL', '', '', 'ada', 'FINISHED', ?, ?, '', 'active', '', 0)",
            (name, f"try-{number}", start, start + 500))
        values = [(f"metric_{index}", chance.random(), start, name) for index in range(METRICS)]
        for table in ["metrics", "latest_metrics"]:
            database.executemany(
                f"INSERT INTO {table} (key, value, timestamp, step, is_nan, run_uuid) VALUES (?, ?, ?, 10, 0, ?)", values)
        database.executemany(
            "INSERT INTO params (key, value, run_uuid) VALUES (?, ?, ?)",
            [("rate", f"0.{number % 10}", name), ("seed", str(number), name)])
    database.commit()
    database.close()
