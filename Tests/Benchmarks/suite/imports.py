"""How long it takes to take over what MLflow has tracked, and how much room that needs."""

import os
import sqlite3

from measuring import cost
from places import run
from report import number

RUNS = 10_000
PARAMS, METRICS, POINTS, TAGS = 10, 5, 10, 5
BEGAN = 1_700_000_000_000


def measure(places, report):
    folder = places.scratch / "mlflow"
    folder.mkdir()
    write_database(folder / "mlflow.db")
    write_files(folder / "mlruns")
    what = f"{RUNS:,} runs with {PARAMS} parameters, {METRICS} metrics of {POINTS} values, {TAGS} tags"
    for name, store in [("SQLite", folder / "mlflow.db"), ("file store", folder / "mlruns")]:
        repository = places.repository(f"imports-{store.name}")
        taken = cost([places.mlt, "import", "mlflow", store], repository)
        size = tree_size(repository / ".mlt" / "journal") + tree_size(repository / ".mlt" / "packs")
        index = (repository / ".mlt" / "index.sqlite").stat().st_size
        theirs = tree_size(store) if store.is_dir() else store.stat().st_size
        report.add(
            "imports", f"mlt import mlflow, {name}, {what}", taken.wall, "s",
            remark=f"CPU {number(taken.cpu)} s; {taken.memory:.0f} MiB; {size / RUNS:,.0f} bytes a run (index: {index / RUNS:,.0f}; "
            f"MLflow's own: {theirs / RUNS:,.0f})")
        again = cost([places.mlt, "import", "mlflow", store], repository)
        report.add(
            "imports", f"the same again, nothing new, {name}", again.wall, "s",
            remark=f"CPU {number(again.cpu)} s; {again.memory:.0f} MiB")
        run(places.mlt, "fsck", folder=repository)


def tree_size(folder):
    """The disk that the files in a folder take, in bytes."""
    return sum(
        os.lstat(os.path.join(place, name)).st_blocks * 512 for place, _, names in os.walk(folder) for name in names)


def run_id(number):
    return f"{number:032x}"


def metrics(number):
    """Each value of a run's metrics: key, value, milliseconds, step."""
    for metric in range(METRICS):
        for step in range(POINTS):
            yield f"metric_{metric}", 1 / (1 + step + number % 97 + metric), BEGAN + number * 1000 + step, step


def params(number):
    return {f"param_{index}": str((number * 7 + index) % 1000) for index in range(PARAMS)}


def tags(number):
    return {"mlflow.runName": f"try-{number}", "mlflow.source.name": "src/train.py"} | {
        f"tag_{index}": str(number % (index + 3)) for index in range(TAGS - 2)}


def write_database(path):
    """The tables of MLflow 3 that runs are in, with its indexes."""
    database = sqlite3.connect(path)
    database.executescript(
        """
        CREATE TABLE experiments (experiment_id INTEGER PRIMARY KEY, name TEXT, artifact_location TEXT, lifecycle_stage TEXT,
          creation_time BIGINT, last_update_time BIGINT);
        CREATE TABLE runs (run_uuid TEXT PRIMARY KEY, name TEXT, source_type TEXT, source_name TEXT, entry_point_name TEXT,
          user_id TEXT, status TEXT, start_time BIGINT, end_time BIGINT, deleted_time BIGINT, source_version TEXT,
          lifecycle_stage TEXT, artifact_uri TEXT, experiment_id INTEGER);
        CREATE TABLE params (key TEXT, value TEXT, run_uuid TEXT, PRIMARY KEY (key, run_uuid));
        CREATE TABLE tags (key TEXT, value TEXT, run_uuid TEXT, PRIMARY KEY (key, run_uuid));
        CREATE TABLE metrics (key TEXT, value FLOAT, timestamp BIGINT, run_uuid TEXT, step BIGINT, is_nan BOOLEAN,
          PRIMARY KEY (key, timestamp, step, run_uuid, value, is_nan));
        CREATE TABLE latest_metrics (key TEXT, value FLOAT, timestamp BIGINT, step BIGINT, is_nan BOOLEAN, run_uuid TEXT,
          PRIMARY KEY (key, run_uuid));
        CREATE INDEX index_params_run_uuid ON params (run_uuid);
        CREATE INDEX index_tags_run_uuid ON tags (run_uuid);
        CREATE INDEX index_metrics_run_uuid ON metrics (run_uuid);
        CREATE INDEX index_metrics_run_uuid_key_step ON metrics (run_uuid, key, step);
        CREATE INDEX index_latest_metrics_run_uuid ON latest_metrics (run_uuid);
        """)
    database.execute("INSERT INTO experiments VALUES (1, 'search', '', 'active', ?, ?)", (BEGAN, BEGAN))
    for number in range(RUNS):
        run = run_id(number)
        start = BEGAN + number * 1000
        database.execute(
            "INSERT INTO runs VALUES (?, ?, 'LOCAL', '', '', 'ada', 'FINISHED', ?, ?, NULL, '', 'active', ?, 1)",
            (run, f"try-{number}", start, start + 500, f"mlflow-artifacts:/1/{run}/artifacts"))
        values = list(metrics(number))
        database.executemany("INSERT INTO params VALUES (?, ?, ?)", [(*each, run) for each in params(number).items()])
        database.executemany("INSERT INTO tags VALUES (?, ?, ?)", [(*each, run) for each in tags(number).items()])
        database.executemany(
            "INSERT INTO metrics VALUES (?, ?, ?, ?, ?, 0)", [(key, value, at, run, step) for key, value, at, step in values])
        database.executemany(
            "INSERT INTO latest_metrics VALUES (?, ?, ?, ?, 0, ?)",
            [(key, value, at, step, run) for key, value, at, step in values if step == POINTS - 1])
    database.commit()
    database.close()


def write_files(path):
    """The same runs as files."""
    experiment = path / "1"
    experiment.mkdir(parents=True)
    (experiment / "meta.yaml").write_text(
        f"artifact_location: {experiment}\ncreation_time: {BEGAN}\nexperiment_id: '1'\nlifecycle_stage: active\nname: search\n")
    for number in range(RUNS):
        run = experiment / run_id(number)
        for name in ["params", "tags", "metrics", "artifacts"]:
            (run / name).mkdir(parents=True)
        start = BEGAN + number * 1000
        (run / "meta.yaml").write_text(
            f"artifact_uri: {run}/artifacts\nend_time: {start + 500}\nentry_point_name: ''\nexperiment_id: '1'\n"
            f"lifecycle_stage: active\nrun_id: {run.name}\nrun_name: try-{number}\nsource_name: ''\nsource_type: 4\n"
            f"source_version: ''\nstart_time: {start}\nstatus: 3\ntags: []\nuser_id: ada\n")
        for name, value in params(number).items():
            (run / "params" / name).write_text(value)
        for name, value in tags(number).items():
            (run / "tags" / name).write_text(value)
        lines = {}
        for key, value, at, step in metrics(number):
            lines.setdefault(key, []).append(f"{at} {value} {step}\n")
        for key, values in lines.items():
            (run / "metrics" / key).write_text("".join(values))
