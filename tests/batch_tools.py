"""Notebooks and calls for tests of batches, and ways to wait for what they do."""

import csv
import json
import subprocess
import sys
import time
from pathlib import Path

from typer.testing import CliRunner

from porfse_analysis import resources
from porfse_analysis.cli import app
from porfse_analysis.display.html import RESULTS_MIME
from porfse_analysis.schema import TABLES

PARAMETERS = 'programme: str = ""\ncutoff: str = "2018-09-30"\nlang: str = "it"'
LONG = 600
"""Seconds after which a test gives up waiting: no test fails because the machine is busy."""

# what `record` leaves in a notebook, without the libraries that a started kernel would import for it
_RECORDED = (
    f"{{'{RESULTS_MIME}': {{'columns': ['programme', 'cutoff', 'data_date'], 'rows': [['p', cutoff, '']]}}, "
    "'text/plain': ''}"
)
RECORDS = f"from IPython.display import display\ndisplay({_RECORDED}, raw=True)"

MONEY = ("axes", "finance", "sources")
"""The tables that every programme has."""


def notebook(path, *cells):
    """A notebook with a parameters cell and these cells of code."""
    code = [
        {
            "cell_type": "code",
            "execution_count": None,
            "id": f"c{place}",
            "metadata": {},
            "outputs": [],
            "source": source,
        }
        for place, source in enumerate([PARAMETERS, *cells])
    ]
    code[0]["metadata"] = {"tags": ["parameters"]}
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    path.write_text(json.dumps({"cells": code, "metadata": kernel, "nbformat": 4, "nbformat_minor": 5}))
    return path


def without_timings(path):
    """The executed notebook less what papermill says of its own times."""
    made = json.loads(path.read_text(encoding="utf-8"))
    for name in ("start_time", "end_time", "duration"):
        made["metadata"]["papermill"].pop(name)
    for cell in made["cells"]:
        cell["metadata"].pop("papermill", None)
        cell["metadata"].pop("execution", None)
    return made


def programme_of(folder, dates, tables=tuple(TABLES), **kept):
    """The bundled programme with the rows of these dates alone, and no predecessor: all most tests of batches need.

    `tables`: of these tables alone; `axis=["I"]`: with the rows of these values alone where they have the column.
    """
    kept = {"cutoff": ["", *dates], **kept}
    folder.mkdir()
    bundled = resources.bundled()
    descriptor = json.loads((bundled / "datapackage.json").read_text(encoding="utf-8"))
    del descriptor["predecessor"]
    descriptor["resources"] = [item for item in descriptor["resources"] if item["name"] in tables]
    (folder / "datapackage.json").write_text(json.dumps(descriptor), encoding="utf-8")
    for item in descriptor["resources"]:
        with (bundled / item["path"]).open(encoding="utf-8", newline="") as lines:
            reader = csv.DictReader(lines)
            rows = [row for row in reader if all(row.get(name, known[0]) in known for name, known in kept.items())]
        with (folder / item["path"]).open("w", encoding="utf-8", newline="") as lines:
            writer = csv.DictWriter(lines, reader.fieldnames, lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)
    return folder


def porfse(*args):
    """What the command `porfse` does, in this process."""
    return CliRunner().invoke(app, [str(arg) for arg in args])


def command(*args):
    """The command line of `porfse`, in a process of its own: where signals and limits of processes matter."""
    return [sys.executable, "-m", "porfse_analysis.cli", *map(str, args)]


def porfse_alone(*args, **options):
    """`porfse` as a user calls it, and how it ended."""
    options = {"timeout": LONG, **options}
    return subprocess.run(command(*args), capture_output=True, text=True, check=False, **options)


def wait_for(condition):
    """Whether the condition came true; it is what the test waits for, never a number of seconds."""
    end = time.monotonic() + LONG
    while not (true := condition()) and time.monotonic() < end:
        time.sleep(0.05)
    return bool(true)


def running(mark):
    """Processes still running that were started with MARK=`mark` in their environment, and their commands."""
    found = []
    for path in Path("/proc").glob("[0-9]*/environ"):
        try:
            if f"MARK={mark}".encode() in path.read_bytes().split(b"\0"):
                found.append((path.parent.name, (path.parent / "cmdline").read_bytes()))
        except OSError:
            continue
    return found
