"""A batch of reports against a shell loop of papermill and nbconvert, against its own computation, and against itself.

    python -m benchmarks batch

Every figure is a ratio of two times of one run of this script, taken one after the other; the median of the pairs.
"""

from __future__ import annotations

import os
import platform
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from porfse_analysis import load_programme, resources

PAIRS = 5
NOTEBOOK = resources.notebooks_folder() / "programme_report.ipynb"
BIN = Path(sys.executable).parent
DATES = load_programme().cutoffs


def porfse(*args: object) -> list[str]:
    return [sys.executable, "-m", "porfse_analysis.cli", "report", "--notebook", "programme_report", *map(str, args)]


def seconds(command: list[str], **options: object) -> float:
    start = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **options)  # type: ignore[call-overload]
    return time.perf_counter() - start


def fresh(folder: Path) -> Path:
    shutil.rmtree(folder, ignore_errors=True)
    return folder


def shell_loop(folder: Path) -> float:
    """What an evaluator would write: for each date papermill, then nbconvert."""
    fresh(folder).mkdir(parents=True)
    lines = [
        f'"{BIN}/papermill" "{NOTEBOOK}" {date}.ipynb -p cutoff {date} --no-progress-bar && '
        f'"{BIN}/jupyter" nbconvert --to html {date}.ipynb'
        for date in DATES
    ]
    return seconds(["sh", "-ec", "\n".join(lines)], cwd=folder)


def batch(folder: Path, *more: object) -> float:
    return seconds(porfse("--out", fresh(folder), *more))


_LIMIT = """
import json, os, sys, time
from pathlib import Path
from porfse_analysis.reports.kernels import zygote
zygote.preload()
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output
from porfse_analysis.reports.render import page
InteractiveShell.instance()
notebook, out, processes, *dates = sys.argv[1:]
cells = json.loads(Path(notebook).read_text(encoding="utf-8"))["cells"]
code = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"
        and "parameters" not in cell["metadata"].get("tags", ())]

def report(date):
    values = {"programme": "", "cutoff": date, "lang": "it"}
    with capture_output() as shown:
        for source in code:
            exec(source, values)
    body = "".join(output.data.get("text/html", "") for output in shown.outputs)
    Path(out, date + ".html").write_text(page(lang="it", title="P", body=body), encoding="utf-8")

report(dates[0])
start = time.perf_counter()
children = []
for number in range(int(processes)):
    pid = os.fork()
    if not pid:
        for date in dates[number :: int(processes)]:
            report(date)
        os._exit(0)
    children.append(pid)
for pid in children:
    assert os.waitpid(pid, 0)[1] == 0
print(time.perf_counter() - start)
"""


def limit(folder: Path, processes: int, dates: list[str]) -> float:
    """The notebook's cells as plain calls in processes that are warm already, and their pages written."""
    fresh(folder).mkdir(parents=True)
    command = [sys.executable, "-c", _LIMIT, str(NOTEBOOK), str(folder), str(processes), *dates]
    said = subprocess.run(command, check=True, capture_output=True, text=True)
    return float(said.stdout.split()[-1])


def ratios(one: Callable[[], float], other: Callable[[], float], pairs: int = PAIRS) -> tuple[float, float, float]:
    """Median seconds of each, and the median of their ratios, pair by pair."""
    taken = [(one(), other()) for _ in range(pairs)]
    return (
        statistics.median(first for first, _ in taken),
        statistics.median(second for _, second in taken),
        statistics.median(first / second for first, second in taken),
    )


def changed_date(programme: Path, out: Path) -> Callable[[], float]:
    """One figure of the last date is another: only its report is made."""
    number = 0

    def run() -> float:
        nonlocal number
        number += 1
        finance = programme / "finance.csv"
        text = finance.read_text(encoding="utf-8")
        row = next(line for line in text.splitlines() if line.startswith(f"I,{DATES[-1]},selected"))
        cells = row.split(",")
        cells[6] = f"{float(cells[6]) + number:.2f}"
        finance.write_text(text.replace(row, ",".join(cells)), encoding="utf-8")
        return seconds(porfse(programme, "--out", out))

    return run


_MEMORY = (
    "import resource, sys\nfrom porfse_analysis.cli import app\nsys.argv[0] = 'porfse'\n"
    "try:\n    app()\nfinally:\n    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"
)


def country(folder: Path, programmes: int) -> tuple[float, float]:
    """Seconds and the parent's peak memory (MB) of ten dates of as many programmes."""
    fresh(folder).mkdir(parents=True)
    folders = [shutil.copytree(resources.bundled(), folder / f"p{place:02}") for place in range(programmes)]
    command = [sys.executable, "-c", _MEMORY, *porfse(*folders, "--out", folder / "out")[3:]]
    start = time.perf_counter()
    said = subprocess.run(command, check=True, capture_output=True, text=True)
    return time.perf_counter() - start, int(said.stdout.split()[-1]) / 1024


@contextmanager
def dask_cluster(folder: Path) -> Iterator[str]:
    """A scheduler and two workers as processes; the scheduler's address."""
    here = ["--host", "127.0.0.1", "--no-dashboard"]
    processes = []

    def start(module: str, name: str, *args: str) -> Path:
        log = folder / f"{name}.log"
        with log.open("w") as lines:
            command = [sys.executable, "-m", f"distributed.cli.{module}", *args, *here]
            processes.append(subprocess.Popen(command, stdout=lines, stderr=subprocess.STDOUT, cwd=folder))
        return log

    def found(log: Path, pattern: str) -> str:
        for _ in range(300):
            if match := re.search(pattern, log.read_text()):
                return match[1]
            time.sleep(0.2)
        raise RuntimeError(log.read_text())

    try:
        address = found(start("dask_scheduler", "scheduler", "--port", "0"), r"Scheduler at:\s+(tcp://\S+)")
        workers = [start("dask_worker", f"w{n}", address, "--nthreads", "1", "--no-nanny") for n in (1, 2)]
        for log in workers:
            found(log, "(Registered to)")
        yield address
    finally:
        for process in reversed(processes):
            process.kill()
            process.wait()


def main(pairs: int = PAIRS) -> None:
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    print(f"{platform.machine()}, {cores} cores, {platform.system()}, Python {platform.python_version()}; ", end="")
    print(f"programme_report, {len(DATES)} dates, medians of {pairs} pairs")
    rows: list[tuple[str, str, str, str]] = []

    def row(what: str, times: str, ratio: str, goal: str) -> None:
        rows.append((what, times, ratio, goal))
        print(f"  {what}: {times}; {ratio} (goal: {goal})", flush=True)

    with tempfile.TemporaryDirectory() as name:
        base = Path(name)
        one, two, ratio = ratios(
            lambda: limit(base / "l1", 1, DATES[::2]), lambda: limit(base / "l2", 2, [*DATES[::2], *DATES[::2]]), pairs
        )
        row(
            "what a second process brings", f"{one:.1f} s, twice the work {two:.1f} s", f"{2 * ratio:.2f} x", "as it is"
        )
        loop, ours, ratio = ratios(lambda: shell_loop(base / "loop"), lambda: batch(base / "ours"), pairs)
        row("shell loop / porfse report", f"{loop:.1f} s / {ours:.1f} s", f"{ratio:.1f} x", "at least 10")
        ours, least, ratio = ratios(lambda: batch(base / "ours"), lambda: limit(base / "limit", 2, DATES), pairs)
        row("porfse report / warm limit", f"{ours:.1f} s / {least:.1f} s", f"{ratio:.2f} x", "at most 1.5")
        again, first, ratio = ratios(
            lambda: seconds(porfse("--out", base / "ours")), lambda: batch(base / "other"), pairs
        )
        row("nothing changed / first", f"{again:.2f} s / {first:.1f} s", f"1/{1 / ratio:.0f}", "at most 0.2 s")
        programme = Path(shutil.copytree(resources.bundled(), base / "programme"))
        seconds(porfse(programme, "--out", base / "changed"))
        part, first, ratio = ratios(changed_date(programme, base / "changed"), lambda: batch(base / "other"), pairs)
        row("one date changed / first", f"{part:.1f} s / {first:.1f} s", f"1/{1 / ratio:.1f}", "at most 1/4")
        kernel = ["--engine", "kernel", "--jobs", 2]
        with dask_cluster(base) as address:
            far = ["--backend", "dask", "--scheduler", address]
            there, here, ratio = ratios(lambda: batch(base / "far", *far), lambda: batch(base / "near", *kernel), 3)
        row("Dask, two workers / loky, two", f"{there:.1f} s / {here:.1f} s", f"{ratio:.2f} x", "at most 1.6")
        few, memory_few = country(base / "few", 2)
        many, memory_many = country(base / "many", 20)
        row("200 runs / 20 (one pair)", f"{many:.0f} s / {few:.1f} s", f"{many / few:.1f} x", "at most 12")
        row(
            "peak memory of the parent",
            f"{memory_many:.0f} MB / {memory_few:.0f} MB",
            f"+{memory_many - memory_few:.0f} MB",
            "less than +100 MB",
        )
    print("\n| measure | times | ratio | goal |\n|---|---|---|---|")
    for cells in rows:
        print(f"| {' | '.join(cells)} |")


if __name__ == "__main__":
    main()
