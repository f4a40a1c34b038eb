"""Where things are: the program, the peers, scratch repositories."""

import dataclasses
import os
import pathlib
import shutil
import subprocess
import sys

PYPI_PEERS = {"dvc": ["dvc[ssh]"], "datalad": ["datalad"], "mlflow": ["mlflow"], "science": ["numpy", "scipy", "sympy"]}


def run(*command, folder=None, environment=None):
    """Runs a command that must succeed and isn't measured; returns what it printed."""
    result = subprocess.run(
        [str(part) for part in command], cwd=folder, env=environment, stdin=subprocess.DEVNULL, capture_output=True)
    if result.returncode != 0:
        text = result.stderr.decode(errors="replace").strip()
        sys.exit(f"error: {' '.join(map(str, command))} ended with {result.returncode}: {text}")
    return result.stdout.decode(errors="replace")


@dataclasses.dataclass
class Places:
    mlt: pathlib.Path
    root: pathlib.Path
    scratch: pathlib.Path
    installs_peers: bool = False
    repeat: int = None
    #: Whether to measure what takes long, too.
    is_large: bool = False
    #: The server of ssh's that remotes are reached through; None if nobody measures that.
    server: object = None

    def __post_init__(self):
        # Nobody's own settings are measured, and nothing of theirs is changed.
        home = self.scratch / "home"
        home.mkdir()
        (home / ".gitconfig").write_text(
            "[user]\n\tname = Benchmark\n\temail = benchmark@example.invalid\n"
            "[init]\n\tdefaultBranch = main\n[core]\n\tfsync = none\n")
        os.environ.update(
            HOME=str(home), XDG_CONFIG_HOME=str(home / "config"), XDG_CACHE_HOME=str(home / "cache"),
            DVC_SITE_CACHE_DIR=str(home / "dvc"), RESTIC_PASSWORD="benchmark", RESTIC_CACHE_DIR=str(home / "restic"),
            GIT_CONFIG_NOSYSTEM="1", DVC_NO_ANALYTICS="1", NO_COLOR="1", PAGER="cat")

    def rounds(self, count):
        """How many rounds to measure, where `count` are enough for a steady median."""
        return self.repeat or count

    @property
    def generator(self):
        return self.mlt.with_name("journal-generator")

    # MARK: Peers

    def environment_of(self, name):
        """The folder of a virtual environment with a peer's packages; None if it isn't there and can't be made."""
        folder = self.root / ".build" / "peers" / name
        ready = folder / "ready"
        wanted = " ".join(PYPI_PEERS[name])
        if ready.exists() and ready.read_text() == wanted:
            return folder
        if not self.installs_peers:
            return None
        shutil.rmtree(folder, ignore_errors=True)
        print(f"Installing {', '.join(PYPI_PEERS[name])}", file=sys.stderr, flush=True)
        made = subprocess.run([sys.executable, "-m", "venv", folder], capture_output=True)
        if made.returncode == 0:
            made = subprocess.run(
                [folder / "bin" / "python", "-m", "pip", "install", "-q", *PYPI_PEERS[name]], capture_output=True)
        if made.returncode != 0:
            print(made.stderr.decode(errors="replace").strip(), file=sys.stderr)
            return None
        ready.write_text(wanted)
        return folder

    def program(self, name):
        """A peer's program; None if it isn't installed."""
        found = shutil.which(name)
        return pathlib.Path(found) if found else None

    # MARK: Scratch space

    def set_aside(self, path):
        """Moves what is at `path` out of the way.

        Many files aren't removed before the end: after that ext4 searches long for the inode of each new one.
        """
        if os.path.lexists(path):
            aside = self.scratch / "aside"
            aside.mkdir(exist_ok=True)
            path.rename(aside / str(len(os.listdir(aside))))

    def unused(self, name):
        """A name that nothing in the scratch folder has, made of `name`."""
        number = 1
        while os.path.lexists(self.scratch / f"{name}-{number}"):
            number += 1
        return f"{name}-{number}"

    # MARK: Repositories

    def repository(self, name):
        """A new git repository with one commit and mlt set up in it."""
        folder = self.scratch / name
        folder.mkdir()
        run("git", "init", "-q", folder=folder)
        (folder / "train.py").write_text("print('training')\n")
        (folder / "params.json").write_text('{"depth": 3}\n')
        run("git", "add", "-A", folder=folder)
        run("git", "commit", "-q", "-m", "Code", folder=folder)
        run(self.mlt, "init", folder=folder)
        return folder

    def recorded(self, name, *shape):
        """A repository whose journal was given invented runs; `shape` is what the generator is told."""
        folder = self.repository(name)
        run(self.generator, "write", folder / ".mlt", *shape)
        return folder
