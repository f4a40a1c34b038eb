"""Projects with pipelines, the same for mlt and for DVC."""

import shutil

from places import run

FILES_A_STAGE = 10


def pipeline(folder, stages):
    """A git repository with trivial stages that don't depend on each other, each of which copies a file.

    Each stage has a folder of ten files, which git tracks; one of them is what it reads.
    """
    folder.mkdir()
    (folder / "out").mkdir()
    (folder / "out" / ".gitignore").write_text("*\n")
    lines = ["stages:\n"]
    for number in range(stages):
        name = f"{number:04}"
        files = folder / "in" / name
        files.mkdir(parents=True)
        for file in range(FILES_A_STAGE):
            (files / f"{file}.txt").write_text(f"{number} {file}\n")
        lines.append(
            f"  s{name}:\n    cmd: cp in/{name}/0.txt out/{name}.txt\n"
            f"    deps: [in/{name}/0.txt]\n    outs: [out/{name}.txt]\n")
    (folder / "dvc.yaml").write_text("".join(lines))
    run("git", "init", "-q", folder=folder)
    run("git", "add", "-A", folder=folder)
    run("git", "commit", "-q", "-m", "Pipeline", folder=folder)
    return folder


def bare(stages):
    """The shell script that does what the stages do."""
    return "\n".join(f"sh -c 'cp in/{number:04}/0.txt out/{number:04}.txt'" for number in range(stages))


def copied(template, folder):
    """A fresh copy of a project; the files' times are kept."""
    shutil.copytree(template, folder, symlinks=True)
    return folder


def is_made(folder, stages):
    """Whether all stages have been made."""
    return all((folder / "out" / f"{number:04}.txt").exists() for number in range(stages))
