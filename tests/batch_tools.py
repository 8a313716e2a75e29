"""Notebooks and calls for tests of batches, and ways to wait for what they do."""

import json
import shutil
import subprocess
import sys
import time
from pathlib import Path

from porfse_analysis import resources

PARAMETERS = 'programme: str = ""\ncutoff: str = "2018-09-30"\nlang: str = "it"'
LONG = 600
"""Seconds after which a test gives up waiting: no test fails because the machine is busy."""

RECORDS = (
    "import pandas as pd\nfrom porfse_analysis.display.html import record\n"
    "record(pd.DataFrame({'programme': ['p'], 'cutoff': [pd.Timestamp(cutoff)], 'data_date': [pd.NaT]}))"
)


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


def programme_copy(folder):
    """The bundled programme where a test may change it."""
    return Path(shutil.copytree(resources.bundled(), folder))


def command(*args):
    """The command line of `porfse`, in a process of its own."""
    return [sys.executable, "-m", "porfse_analysis.cli", *map(str, args)]


def porfse(*args, **options):
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
